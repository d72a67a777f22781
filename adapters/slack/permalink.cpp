#include "adapters/slack/permalink.h"

#include <algorithm>

#include "adapters/sdk/reading.hpp"

namespace flaglink::slack {

std::optional<Permalink> FindPermalink(std::string_view text, const std::string& domain) {
  const std::string start = "https://" + domain + ".slack.com/archives/";
  const std::size_t at = text.find(start);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + start.size());
  Permalink found;
  found.channel = text.substr(0, text.find('/'));
  text.remove_prefix(std::min(found.channel.size(), text.size()));
  if (!HasOnly(found.channel, "") || !text.starts_with("/p")) return std::nullopt;
  text.remove_prefix(2);
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits < 8 || digits > 18) return std::nullopt;
  found.ts =
      std::string(text.substr(0, digits - 6)) + '.' + std::string(text.substr(digits - 6, 6));
  text.remove_prefix(digits);
  text = text.substr(0, text.find_first_of(" \n>|"));
  if (const std::size_t thread = text.find("thread_ts="); thread != std::string_view::npos) {
    found.thread_ts = text.substr(thread + 10);
    found.thread_ts.resize(std::min(found.thread_ts.find('&'), found.thread_ts.size()));
  }
  return found;
}

}  // namespace flaglink::slack
