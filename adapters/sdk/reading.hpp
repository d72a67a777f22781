// What nearly every adapter asks of a sender's JSON: the first text that is there, its times, its
// labels, and whether something from the body is fit to stand in a URL or an id.
#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sdk/json.hpp"
#include "adapters/sdk/time.hpp"

namespace flaglink {

// Of a string its text; "" of anything else.
inline std::string TextOf(Json value) {
  return std::string(value.String().value_or(""));
}

// The first of `pointers` below `root` that holds a text that is not empty; "".
inline std::string FirstText(Json root, std::initializer_list<std::string_view> pointers) {
  for (const std::string_view pointer : pointers) {
    const std::string_view text = root.At(pointer).String().value_or("");
    if (!text.empty()) return std::string(text);
  }
  return "";
}

// The first of `pointers` below `root` that holds a time of ISO 8601.
inline std::optional<TimeUs> FirstTime(Json root,
                                       std::initializer_list<std::string_view> pointers) {
  for (const std::string_view pointer : pointers) {
    if (const auto time = ParseIso8601(root.At(pointer).String().value_or(""))) return time;
  }
  return std::nullopt;
}

// An id that the sender writes as a text or as a number; "".
inline std::string IdOf(Json value) {
  return value.Text().value_or("");
}

// ["a", "b"], or [{"name": "a"}, …] where `member` is given. Absent if there are none,
// empty where they are null.
inline std::optional<std::vector<std::string>> ReadLabels(Json labels,
                                                          std::string_view member = "") {
  if (!labels.array() && !labels.null()) return std::nullopt;
  std::vector<std::string> names;
  for (const Json label : labels) {
    std::string name = TextOf(member.empty() ? label : label[member]);
    if (!name.empty()) names.push_back(std::move(name));
  }
  return names;
}

// Not empty, and of ASCII letters, digits and `also` alone: fit for a path or an id.
inline bool HasOnly(std::string_view text, std::string_view also) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           also.find(c) != std::string_view::npos;
  });
}

// A page that people can open: http or https, with a host and without spaces or control characters.
inline bool IsPage(std::string_view url) {
  const bool secure = url.starts_with("https://");
  if (!secure && !url.starts_with("http://")) return false;
  const std::string_view rest = url.substr(secure ? 8 : 7);
  return HasOnly(rest.substr(0, rest.find_first_of("/?#")), ".-:[]@_") &&
         std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c != 0x7f; });
}

// "acme.example:8443" of "https://acme.example:8443/x": in lower case, "" if `url` is no page.
inline std::string HostOf(std::string_view url) {
  if (!IsPage(url)) return "";
  url.remove_prefix(url.find("//") + 2);
  std::string host(url.substr(0, url.find_first_of("/?#")));
  std::transform(host.begin(), host.end(), host.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return host;
}

// A commit's name in Git, by SHA-1 or SHA-256, and as much of it as people write.
inline bool IsSha(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}
constexpr std::size_t kShortSha = 7;

}  // namespace flaglink
