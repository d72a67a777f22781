// Splits text into the words that may be keys, in one pass: maximal runs of key characters. A slash
// separates words, as in the name of a branch. Nothing inside a URL or an e-mail address is a word.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace flaglinkd {

struct Word {
  std::string_view text;  // not empty
  // Between two of ", ' and `; left and right may differ, as for LaunchDarkly's own scanner
  // (ld-find-code-refs, docs/CONFIGURATION.md, "delimiters").
  bool quoted = false;
};

class WordScanner {
 public:
  explicit WordScanner(std::string_view text) : text_(text) {}  // which outlives the scanner

  // The next word, or nothing at the end.
  std::optional<Word> Next();

  // For a word that is no key: if it is the host of a URL without a scheme, goes on behind that
  // URL. A key with a dot in it looks like a host, so only who knows the keys can tell.
  void SkipUrlOfHost();

 private:
  bool SkipAddress();

  std::string_view text_;
  std::size_t word_ = 0;      // where the last word starts
  std::size_t position_ = 0;  // where it ends
  std::size_t no_address_before_ = 0;
};

}  // namespace flaglinkd
