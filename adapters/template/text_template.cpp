#include "adapters/template/text_template.h"

#include <charconv>
#include <utility>

namespace flaglink {
namespace {

// Digits without an exponent: the smallest double takes 326 characters.
std::string NumberText(double number) {
  char text[512];
  const auto [end, error] =
      std::to_chars(text, text + sizeof text, number, std::chars_format::fixed);
  return error == std::errc() ? std::string(text, end) : "";
}

// Of a single value; absent: an object, a list or nothing at all.
std::optional<std::string> ScalarText(Json value) {
  if (value.null()) return "";
  if (const auto flag = value.Bool()) return *flag ? "true" : "false";
  if (auto text = value.Text()) return text;
  if (const auto number = value.Number()) return NumberText(*number);
  return std::nullopt;
}

// "/a|^/b"; absent: one of them is no pointer.
std::optional<std::vector<std::string>> SplitPointers(std::string_view text) {
  std::vector<std::string> pointers;
  while (true) {
    const std::string_view pointer = text.substr(0, text.find('|'));
    if (!IsScopedPointer(pointer)) return std::nullopt;
    pointers.emplace_back(pointer);
    if (pointer.size() == text.size()) return pointers;
    text.remove_prefix(pointer.size() + 1);
  }
}

// The first value that is not empty; "" where there are only empty ones.
std::optional<std::string> FirstValue(const std::vector<std::string>& pointers,
                                      const Scope& scope) {
  std::optional<std::string> value;
  for (const std::string& pointer : pointers) {
    if (auto found = ValueText(scope.At(pointer))) value = std::move(found);
    if (value && !value->empty()) break;
  }
  return value;
}

}  // namespace

std::optional<TextTemplate> TextTemplate::Parse(std::string_view written) {
  TextTemplate result;
  result.written_ = written;
  while (!written.empty()) {
    const std::size_t open = written.find('{');
    if (open != 0) {
      result.pieces_.push_back({std::string(written.substr(0, open)), {}});
      written.remove_prefix(result.pieces_.back().literal.size());
      continue;
    }
    const std::size_t close = written.find('}');
    if (close == std::string_view::npos) return std::nullopt;
    auto pointers = SplitPointers(written.substr(1, close - 1));
    if (!pointers) return std::nullopt;
    result.pieces_.push_back({"", *std::move(pointers)});
    written.remove_prefix(close + 1);
  }
  return result;
}

std::optional<std::string> TextTemplate::Fill(const Scope& scope) const {
  std::string text;
  bool empty = false;
  for (const Piece& piece : pieces_) {
    text += piece.literal;
    if (piece.pointers.empty()) continue;
    const std::optional<std::string> value = FirstValue(piece.pointers, scope);
    if (!value) return std::nullopt;
    empty = empty || value->empty();
    text += *value;
  }
  return empty ? "" : text;
}

bool IsScopedPointer(std::string_view pointer) {
  if (pointer.starts_with('^')) pointer.remove_prefix(1);
  if (!pointer.starts_with('/')) return false;
  for (std::size_t tilde = pointer.find('~'); tilde != std::string_view::npos;
       tilde = pointer.find('~', tilde + 1)) {
    const std::string_view code = pointer.substr(tilde + 1, 1);
    if (code != "0" && code != "1") return false;
  }
  return true;
}

std::optional<std::string> ValueText(Json value) {
  if (!value.array()) return ScalarText(value);
  std::string text;
  for (const std::string& each : ValueTexts(value)) text += (text.empty() ? "" : ", ") + each;
  return text;
}

std::vector<std::string> ValueTexts(Json value) {
  std::vector<std::string> texts;
  const auto take = [&](Json each) {
    if (auto text = ScalarText(each)) texts.push_back(*std::move(text));
  };
  if (!value.array()) take(value);
  for (const Json each : value) take(each);
  return texts;
}

}  // namespace flaglink
