#include "daemon/match/url_scanner.h"

#include <algorithm>
#include <array>

namespace flaglinkd {
namespace {

char ToLower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// What no URL holds raw (RFC 3986, section 2), the quote that people put around one, and all beyond
// ASCII, since prose in scripts without spaces goes on right behind a URL.
bool EndsAnyUrl(char c) {
  switch (c) {
    case '<':
    case '>':
    case '"':
    case '\'':
    case '`':
    case '|':
    case '\\':
    case '^':
    case '{':
    case '}': return true;
    default: return c <= ' ' || c >= 0x7f;
  }
}

// `lower` is in lower case.
bool StartsWith(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  return std::equal(lower.begin(), lower.end(), text.begin(),
                    [](char a, char b) { return a == ToLower(b); });
}

bool EndsWith(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && StartsWith(text.substr(text.size() - lower.size()), lower);
}

bool Skip(std::string_view& text, std::string_view lower) {
  if (!StartsWith(text, lower)) return false;
  text.remove_prefix(lower.size());
  return true;
}

// "/segment" of key characters, without the '/'.
std::string_view TakeSegment(std::string_view& path) {
  if (!path.starts_with('/')) return {};
  const auto end = std::find_if_not(path.begin() + 1, path.end(), IsKeyCharacter);
  const std::string_view segment(path.begin() + 1, end);
  path.remove_prefix(1 + segment.size());
  return segment;
}

// The segments that name project and flag, by the forms of the header.
struct FlagPath {
  std::string_view project, flag;
};

std::optional<FlagPath> TakeFlagPath(std::string_view& path) {
  std::array<std::string_view, 4> segments;
  for (std::size_t i = 0; i < 4; ++i) segments[i] = TakeSegment(path);
  const auto& [first, second, third, fourth] = segments;
  if (third == "features" && IsValidKey(second)) return FlagPath{first, fourth};
  if (first == "projects" && third == "flags") return FlagPath{second, fourth};
  if (first == "api" && second == "v2" && third == "flags") {
    return FlagPath{fourth, TakeSegment(path)};
  }
  return std::nullopt;
}

}  // namespace

std::size_t EndOfUrl(std::string_view text, std::size_t mark) {
  std::size_t brackets = 0;
  for (std::size_t i = mark; i < text.size(); ++i) {
    const char c = text[i];
    if (EndsAnyUrl(c)) return i;
    if (c == '(' || c == '[') ++brackets;
    if (c == ')' || c == ']') {
      // One that was opened before the URL closes around it: "[text](url)", "(see url)".
      if (brackets == 0) return i;
      --brackets;
    }
  }
  return text.size();
}

// The first mark tells: a flag's URL has its scheme or host before it; whatever else has one is
// taken for another page's, and nothing in that is looked at.
std::optional<FlagKey> UrlScanner::Next() {
  while (true) {
    std::size_t mark = position_;
    while (mark < text_.size() && !IsUrlMark(text_[mark])) ++mark;
    if (mark == text_.size()) return std::nullopt;
    if (auto flag = TakeUrl(mark)) return flag;
    position_ = EndOfUrl(text_, mark);
  }
}

// If a flag URL has its first slash here, goes on behind its flag.
std::optional<FlagKey> UrlScanner::TakeUrl(std::size_t slash) {
  std::string_view rest = PathBehind(slash);
  const auto path = TakeFlagPath(rest);
  if (!path) return std::nullopt;

  std::string_view flag = path->flag;
  const char next = rest.empty() ? ' ' : rest.front();
  constexpr std::string_view kGoesOn = "/?#", kNoKey = "%&+=@$";
  if (kNoKey.find(next) != kNoKey.npos) return std::nullopt;
  if (kGoesOn.find(next) == kGoesOn.npos) {
    // The URL ends here, and a sentence may end with it.
    flag = flag.substr(0, flag.find_last_not_of("._-") + 1);
  }
  if (!IsValidKey(path->project) || !IsValidKey(flag)) return std::nullopt;
  position_ = text_.size() - rest.size();
  return FlagKey{std::string(path->project), std::string(flag)};
}

// The text from the path on, if the first slash of a URL of one of the hosts is here; else nothing.
std::string_view UrlScanner::PathBehind(std::size_t slash) const {
  const std::string_view before = text_.substr(position_, slash - position_);
  if (EndsWith(before, "https:")) return PathBehindScheme(slash, slash - 6, ":443");
  if (EndsWith(before, "http:")) return PathBehindScheme(slash, slash - 5, ":80");
  for (const std::string_view port : {"", ":80", ":443"}) {
    if (!before.ends_with(port)) continue;
    const std::string_view name = before.substr(0, before.size() - port.size());
    for (const std::string& host : hosts_) {
      if (!EndsWith(name, host)) continue;
      const std::size_t start = slash - port.size() - host.size();
      if (MayStart(start, "+-._~%@&=$")) return text_.substr(slash);
    }
  }
  return {};
}

std::string_view UrlScanner::PathBehindScheme(std::size_t slash, std::size_t start,
                                              std::string_view default_port) const {
  std::string_view rest = text_.substr(slash);
  if (!Skip(rest, "//") || !MayStart(start, "+-.")) return {};
  for (const std::string& host : hosts_) {
    std::string_view path = rest;
    if (!Skip(path, host)) continue;
    if (!path.starts_with('/')) Skip(path, default_port);
    if (path.starts_with('/')) return path;
  }
  return {};
}

// A URL starts a word. What stands before must not make it a part of a longer name or, if it has no
// scheme, of an e-mail address.
bool UrlScanner::MayStart(std::size_t start, std::string_view joins) const {
  if (start == 0) return true;
  const char before = text_[start - 1];
  return !IsLetterOrDigit(before) && joins.find(before) == joins.npos;
}

}  // namespace flaglinkd
