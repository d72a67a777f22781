#include "daemon/match/url_scanner.h"

#include <algorithm>
#include <array>

namespace flaglinkd {
namespace {

constexpr std::string_view kHttps = "https://", kHttp = "http://";

char ToLower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// What no URL holds raw (RFC 3986, section 2), the quote that people put around one, and all beyond
// ASCII, since prose in scripts without spaces goes on right behind a URL.
bool EndsAnyUrl(char c) {
  constexpr std::string_view kEnds = "<>\"'`|\\^{}";
  return c <= ' ' || c >= 0x7f || kEnds.find(c) != kEnds.npos;
}

// `lower` is in lower case.
bool StartsWith(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  return std::equal(lower.begin(), lower.end(), text.begin(),
                    [](char a, char b) { return a == ToLower(b); });
}

bool Skip(std::string_view& text, std::string_view lower) {
  if (!StartsWith(text, lower)) return false;
  text.remove_prefix(lower.size());
  return true;
}

// Skips one of the hosts, with the port that it needs or a default one, up to the path's first '/'.
bool SkipHost(std::string_view& text, std::span<const std::string> hosts, bool http, bool https) {
  for (const std::string& host : hosts) {
    std::string_view rest = text;
    if (!Skip(rest, host)) continue;
    if (!rest.starts_with('/') && !(http && Skip(rest, ":80")) && !(https && Skip(rest, ":443"))) {
      continue;
    }
    if (!rest.starts_with('/')) continue;
    text = rest;
    return true;
  }
  return false;
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

std::optional<FlagKey> UrlScanner::Next() {
  while (position_ < text_.size()) {
    if (MayStartHere()) {
      if (auto flag = TakeUrl()) return flag;
    }
    Step();
  }
  return std::nullopt;
}

// A URL starts a word. What stands before a bare host must not make it a part of a longer name or
// of an e-mail address.
bool UrlScanner::MayStartHere() const {
  if (in_url_) return false;
  if (position_ == 0) return true;
  const char before = text_[position_ - 1];
  if (IsLetterOrDigit(before)) return false;
  const bool has_scheme = StartsWith(text_.substr(position_), "http");
  constexpr std::string_view kJoinsScheme = "+-.", kJoinsHost = "+-._~%@&=$";
  return (has_scheme ? kJoinsScheme : kJoinsHost).find(before) == std::string_view::npos;
}

// If a flag URL starts here, goes on behind its flag.
std::optional<FlagKey> UrlScanner::TakeUrl() {
  std::string_view rest = text_.substr(position_);
  const bool https = Skip(rest, kHttps);
  const bool http = !https && Skip(rest, kHttp);
  if (!SkipHost(rest, hosts_, !https, !http)) return std::nullopt;
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

void UrlScanner::Step() {
  const char c = text_[position_++];
  if (EndsAnyUrl(c)) {
    in_url_ = false;
  } else if (!in_url_) {
    in_url_ = c == '/' || c == '?' || c == '#';
    brackets_ = 0;
  } else if (c == '(' || c == '[') {
    ++brackets_;
  } else if (c == ')' || c == ']') {
    // One that was opened before the URL closes around it: "[text](url)", "(see url)".
    if (brackets_ == 0) in_url_ = false;
    if (brackets_ > 0) --brackets_;
  }
}

}  // namespace flaglinkd
