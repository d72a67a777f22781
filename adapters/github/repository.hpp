// Where something stands on GitHub.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace flaglink::github {

struct Repository {
  std::string site;       // "https://github.com"
  std::string host;       // "github.com", with the port where there is one
  std::string full_name;  // "acme/shop"

  std::string url() const { return site + "/" + full_name; }
  // "github.com/acme/shop/PR_42"
  std::string Id(std::string_view prefix, std::string_view number) const {
    return host + "/" + full_name + "/" + std::string(prefix) + std::string(number);
  }
};

// The repository that a page belongs to: http(s)://host[:port]/owner/name[/…]. nullopt: it is no
// such URL.
inline std::optional<Repository> ReadRepository(std::string_view url) {
  const auto of = [](std::string_view text, std::string_view also) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             also.find(c) != std::string_view::npos;
    });
  };
  const auto take = [](std::string_view& rest, std::string_view until) {
    const auto end = std::min(rest.find(until), rest.size());
    const auto taken = rest.substr(0, end);
    rest.remove_prefix(std::min(end + until.size(), rest.size()));
    return taken;
  };
  std::string_view rest = url;
  const auto scheme = take(rest, "://");
  const auto host = take(rest, "/");
  const auto owner = take(rest, "/");
  const auto name = take(rest, "/");
  if (scheme != "https" && scheme != "http") return std::nullopt;
  if (!of(host, ".-:") || !of(owner, "-_.") || !of(name, "-_.")) return std::nullopt;
  return Repository{std::string(scheme) + "://" + std::string(host), std::string(host),
                    std::string(owner) + "/" + std::string(name)};
}

}  // namespace flaglink::github
