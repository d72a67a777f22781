#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "daemon/base/clock.h"

namespace flaglinkd {

// Which bodies are kept for `events show` and replay. Failed events keep theirs but for kNone.
enum class KeepPayloads { kLinked, kAll, kFailed, kNone };

struct QueueOptions {
  std::filesystem::path file = "/var/lib/flaglinkd/flaglinkd.db";
  KeepPayloads keep_payloads = KeepPayloads::kLinked;
  // Of the file's pages in use. At it kept payloads go first, then finished events, oldest first;
  // events are refused only where what waits is larger by itself.
  std::uint64_t max_bytes = std::uint64_t{1} << 30;
  Duration keep_events = std::chrono::hours(24 * 7);
  // An update waits this long after the last change of its resource, a minute at most; new links
  // and removals are due at once (delivery.settle).
  Duration settle = std::chrono::seconds(5);
  int max_links_per_flag =
      500;  // beyond it new links of the flag wait (delivery.max_links_per_flag)
  // A catalogue that was complete longer ago no longer says which flags are missing.
  Duration catalog_validity = std::chrono::hours(1);
  std::string installation = "default";  // part of every link's key (launchdarkly.installation)
};

}  // namespace flaglinkd
