// Texts with placeholders, as [source.NAME.event] of the configuration has them, and where their
// JSON Pointers lead. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sdk/json.hpp"

namespace flaglink {

// What pointers start at: "/title" at the element that a change is made of, "^/title" at the body.
struct Scope {
  Json element, body;

  Json At(std::string_view pointer) const {
    return pointer.starts_with('^') ? body.At(pointer.substr(1)) : element.At(pointer);
  }
};

// "[shop] {/title|/name}"
class TextTemplate {
 public:
  // Absent: a "{" without its "}", or a placeholder that holds anything but JSON Pointers.
  static std::optional<TextTemplate> Parse(std::string_view written);

  // Each placeholder's value: the first of its pointers that leads to a text that is not empty. A
  // placeholder that finds no value makes the whole text absent, and one that finds only empty ones
  // makes it empty, so that no "https://acme.example/" comes of "https://acme.example/{/id}".
  std::optional<std::string> Fill(const Scope& scope) const;

  const std::string& written() const { return written_; }

 private:
  struct Piece {
    std::string literal;                // where there are no pointers
    std::vector<std::string> pointers;  // of a placeholder, in the order of their precedence
  };

  std::string written_;
  std::vector<Piece> pieces_;
};

// "/a/b" or "^/a/b": a JSON Pointer (RFC 6901), but for the empty one.
bool IsScopedPointer(std::string_view pointer);

// The value as people write it: a list is its values, set off by commas, null is empty. Absent: an
// object, or nothing at all.
std::optional<std::string> ValueText(Json value);
// The same of each value of a list, else of the one value.
std::vector<std::string> ValueTexts(Json value);

}  // namespace flaglink
