// The link to a message that people copy from Slack.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace flaglink::slack {

// A permalink of this workspace:
// ".../archives/C024BE91L/p1767225600000100?thread_ts=1767225500.000100"
struct Permalink {
  std::string channel, ts, thread_ts;
};

// The first in `text` of the workspace at https://<domain>.slack.com.
std::optional<Permalink> FindPermalink(std::string_view text, const std::string& domain);

}  // namespace flaglink::slack
