// What is left of a text when its markup is gone, and the reading of HTML's tags and entities,
// which Markdown shares. For markup.hpp, where the promises stand. Pure, and linear in time.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flaglink::markup {

constexpr auto kEnd = std::string_view::npos;

// Not <cctype>: its answers depend on the locale, and bytes of UTF-8 are no arguments for it.
constexpr bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
constexpr char ToLower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
constexpr bool IsAlpha(char c) {
  return ToLower(c) >= 'a' && ToLower(c) <= 'z';
}
constexpr bool IsAlnum(char c) {
  return IsAlpha(c) || (c >= '0' && c <= '9');
}
constexpr bool IsPunctuation(char c) {
  return c > ' ' && c < '\x7f' && !IsAlnum(c);
}

inline bool StartsWith(std::string_view text, std::size_t at, std::string_view lower_case) {
  if (text.size() - at < lower_case.size()) return false;
  return std::equal(lower_case.begin(), lower_case.end(), text.begin() + std::ptrdiff_t(at),
                    [](char want, char have) { return want == ToLower(have); });
}

inline std::size_t SkipSpace(std::string_view text, std::size_t at) {
  while (at < text.size() && IsSpace(text[at])) ++at;
  return at;
}

inline std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

inline void AppendCodePoint(std::string& out, std::uint32_t code) {
  if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) code = 0xFFFD;
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    tail(6), tail(0);
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    tail(12), tail(6), tail(0);
  }
}

// Appends what the entity at `at` (an '&') stands for, or the '&' itself, and returns the place
// behind it.
inline std::size_t AppendEntity(std::string& out, std::string_view text, std::size_t at) {
  struct Named {
    std::string_view name, value;
  };
  // Those that tools write in place of characters of their markup; a no-break space separates words
  // like any other.
  static constexpr Named kNamed[] = {{"amp", "&"},   {"lt", "<"},   {"gt", ">"},
                                     {"quot", "\""}, {"apos", "'"}, {"nbsp", " "}};
  const auto window = text.substr(at, 12);
  const auto semicolon = window.find(';');
  if (semicolon == kEnd || semicolon < 2) return out += '&', at + 1;
  auto name = window.substr(1, semicolon - 1);
  for (const auto& named : kNamed) {
    if (name == named.name) return out += named.value, at + semicolon + 1;
  }
  if (name.front() != '#') return out += '&', at + 1;
  name.remove_prefix(1);
  const bool hex = StartsWith(name, 0, "x");
  if (hex) name.remove_prefix(1);
  std::uint32_t code = 0;
  const auto read = std::from_chars(name.data(), name.data() + name.size(), code, hex ? 16 : 10);
  if (name.empty() || read.ptr != name.data() + name.size()) return out += '&', at + 1;
  AppendCodePoint(out, read.ec == std::errc() ? code : 0);
  return at + semicolon + 1;
}

inline std::string DecodeEntities(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '&') {
      at = AppendEntity(out, text, at);
    } else {
      out += text[at++];
    }
  }
  return out;
}

struct Tag {
  std::string name;  // lower case
  bool closing = false;
  std::string_view href, source, alt;
  std::size_t end = 0;  // the place behind its '>'
};

// A quoted or bare attribute value at `at`, which moves behind it.
inline std::optional<std::string_view> ReadValue(std::string_view text, std::size_t& at) {
  if (at >= text.size()) return std::nullopt;
  if (const char quote = text[at]; quote == '"' || quote == '\'') {
    const auto close = text.find(quote, at + 1);
    if (close == kEnd) return std::nullopt;
    const auto value = text.substr(at + 1, close - at - 1);
    at = close + 1;
    return value;
  }
  const auto end = std::min(text.find_first_of(" \t\r\n\f\v\"'`=<>", at), text.size());
  const auto value = text.substr(at, end - at);
  at = end;
  return value;
}

// The tag at `at` (a '<'), if it is one. A '<' outside a value ends the attempt, and a value ends
// at its own quote, so that tags that are never closed cost no more than a few looks at each byte.
inline std::optional<Tag> ReadTag(std::string_view text, std::size_t at) {
  Tag tag;
  tag.closing = text.substr(at + 1, 1) == "/";
  at += tag.closing ? 2 : 1;
  if (at >= text.size() || !IsAlpha(text[at])) return std::nullopt;
  const auto is_name = [](char c) { return IsAlnum(c) || c == '-' || c == ':' || c == '_'; };
  for (; at < text.size() && is_name(text[at]); ++at) tag.name += ToLower(text[at]);
  if (at < text.size() && !IsSpace(text[at]) && text[at] != '/' && text[at] != '>')
    return std::nullopt;
  while (at < text.size()) {
    if (text[at] == '>') return tag.end = at + 1, tag;
    if (IsSpace(text[at]) || text[at] == '/') {
      ++at;
      continue;
    }
    const auto begin = at;
    while (at < text.size() && is_name(text[at])) ++at;
    if (at == begin) return std::nullopt;
    const auto name = text.substr(begin, at - begin);
    const auto equals = SkipSpace(text, at);
    if (equals >= text.size() || text[equals] != '=') continue;
    at = SkipSpace(text, equals + 1);
    const auto value = ReadValue(text, at);
    if (!value) return std::nullopt;
    if (name.size() == 4 && StartsWith(name, 0, "href")) tag.href = *value;
    if (name.size() == 3 && StartsWith(name, 0, "src")) tag.source = *value;
    if (name.size() == 3 && StartsWith(name, 0, "alt")) tag.alt = *value;
  }
  return std::nullopt;
}

inline bool IsBlockTag(std::string_view name) {
  static constexpr std::string_view kBlocks[] = {
      "address", "article", "aside",  "blockquote", "br",     "caption", "dd",      "details",
      "div",     "dl",      "dt",     "figure",     "footer", "form",    "h1",      "h2",
      "h3",      "h4",      "h5",     "h6",         "header", "hr",      "li",      "main",
      "nav",     "ol",      "option", "p",          "pre",    "section", "summary", "table",
      "tbody",   "td",      "tfoot",  "th",         "thead",  "title",   "tr",      "ul"};
  return std::find(std::begin(kBlocks), std::end(kBlocks), name) != std::end(kBlocks);
}

inline bool IsCodeTag(std::string_view name) {
  return name == "code" || name == "tt" || name == "samp" || name == "kbd";
}

// The text so far. A NUL in it is a place that turned out to be markup after it was written; text
// itself holds none.
class PlainText {
 public:
  std::size_t size() const { return text_.size(); }
  void Append(char c) {
    if (behind_url_ && IsSpace(c)) text_.pop_back();  // one space is enough
    behind_url_ = false;
    c == '\0' ? AppendCodePoint(text_, 0) : text_.push_back(c);
  }
  void Append(std::string_view text) {
    for (const char c : text) Append(c);
  }
  void Erase(std::size_t from, std::size_t count) {
    std::fill_n(text_.begin() + std::ptrdiff_t(from), count, '\0');
  }
  std::size_t Entity(std::string_view text, std::size_t at) {
    return AppendEntity(text_, text, at);
  }

  // Set off from the words beside it; a space in it is written as the browser would send it.
  void Url(std::string_view url) {
    if (url.empty()) return;
    if (!text_.empty() && !IsSpace(text_.back())) Append(' ');
    for (const char c : url) IsSpace(c) ? Append("%20") : Append(c);
    Append(' ');
    behind_url_ = true;
  }

  // What stands at `at`, a '<' that opens no comment, and the place behind it.
  std::size_t Angle(std::string_view text, std::size_t at) {
    if (const auto end = AutolinkEnd(text, at); end != kEnd) {
      Url(DecodeEntities(text.substr(at + 1, end - at - 1)));
      return end + 1;
    }
    const auto tag = ReadTag(text, at);
    if (!tag) return Append('<'), at + 1;
    Apply(*tag);
    if (tag->closing || (tag->name != "script" && tag->name != "style")) return tag->end;
    for (at = text.find("</", tag->end); at != kEnd; at = text.find("</", at + 2)) {
      if (StartsWith(text, at + 2, tag->name)) return at;
    }
    return text.size();
  }

  std::string Finish() {
    Url(link_);
    std::erase(text_, '\0');
    return std::string(Trim(text_));
  }

 private:
  // The '>' of <https://…> or <name@host>, else kEnd.
  static std::size_t AutolinkEnd(std::string_view text, std::size_t at) {
    const auto end = text.find_first_of("<> \t\r\n\f\v", at + 1);
    if (end == kEnd || text[end] != '>') return kEnd;
    const auto inside = text.substr(at + 1, end - at - 1);
    const auto mark = inside.find_first_of(":@");
    if (mark == kEnd || mark == 0 || !IsAlnum(inside[0])) return kEnd;
    const bool address =
        inside[mark] == '@' || inside.substr(mark, 3) == "://" || StartsWith(inside, 0, "mailto:");
    return address && inside.find_first_of("\"'=") > mark ? end : kEnd;
  }

  void Apply(const Tag& tag) {
    if (IsCodeTag(tag.name)) Append('`');
    if (IsBlockTag(tag.name)) Append('\n');
    if (tag.name == "img") {
      Append(DecodeEntities(tag.alt));
      Url(DecodeEntities(tag.source));
    }
    if (tag.name != "a") return;
    Url(link_);  // links don't nest: another one, like an end, ends it
    link_ = tag.closing ? "" : DecodeEntities(tag.href);
  }

  std::string text_;
  std::string link_;  // of the <a> that is open
  bool behind_url_ = false;
};

}  // namespace flaglink::markup
