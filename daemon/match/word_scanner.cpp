#include "daemon/match/word_scanner.h"

#include <algorithm>
#include <array>

#include "daemon/match/url_scanner.h"

namespace flaglinkd {
namespace {

// IsKeyCharacter as a table: a text is mostly this question.
constexpr auto kInWord = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "abcdefghijklmnopqrstuvwxyz._-")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();

bool InWord(char c) {
  return kInWord[static_cast<unsigned char>(c)];
}

bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool IsQuote(char c) {
  return c == '"' || c == '\'' || c == '`';
}

// "acme.example", and not "e.g." or "2.14": it ends in a label of two or more letters, as every
// top-level domain that is not an internationalised one does.
bool LooksLikeHost(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  const std::size_t dot = name.rfind('.');
  if (dot == name.npos || dot == 0) return false;
  const std::string_view label = name.substr(dot + 1);
  return label.size() >= 2 && std::all_of(label.begin(), label.end(), IsLetter);
}

}  // namespace

std::optional<Word> WordScanner::Next() {
  while (true) {
    while (position_ < text_.size() && !InWord(text_[position_])) ++position_;
    if (position_ == text_.size()) return std::nullopt;
    word_ = position_;
    while (position_ < text_.size() && InWord(text_[position_])) ++position_;

    const char next = position_ < text_.size() ? text_[position_] : ' ';
    if (next == ':' && text_.substr(position_).starts_with("://")) {
      position_ = EndOfUrl(text_, position_ + 1);
      continue;
    }
    if ((next == '@' || next == '+') && SkipAddress()) continue;
    const bool quoted = IsQuote(next) && word_ > 0 && IsQuote(text_[word_ - 1]);
    return Word{text_.substr(word_, position_ - word_), quoted};
  }
}

void WordScanner::SkipUrlOfHost() {
  std::size_t mark = position_;
  if (mark < text_.size() && text_[mark] == ':') {  // a port
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    do ++mark;
    while (mark < text_.size() && is_digit(text_[mark]));
  }
  if (mark == text_.size() || !IsUrlMark(text_[mark])) return;
  // Not in the middle of a path or a branch's name.
  if (word_ > 0 && text_[word_ - 1] == '/') return;
  if (LooksLikeHost(text_.substr(word_, position_ - word_))) position_ = EndOfUrl(text_, mark);
}

// If the word that ends here is in the local part of an e-mail address ("ops+pay@acme.example"),
// goes on behind the address.
bool WordScanner::SkipAddress() {
  if (position_ < no_address_before_) return false;
  std::size_t at = position_;
  while (at < text_.size() && (InWord(text_[at]) || text_[at] == '+')) ++at;
  // Looked at once, however many words there are before it.
  no_address_before_ = at;
  if (at == text_.size() || text_[at] != '@') return false;
  std::size_t end = at + 1;
  while (end < text_.size() && InWord(text_[end])) ++end;
  if (!LooksLikeHost(text_.substr(at + 1, end - at - 1))) return false;
  position_ = end;
  return true;
}

}  // namespace flaglinkd
