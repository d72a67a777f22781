#pragma once

#include <filesystem>
#include <string>

namespace flaglinkd {

// Which bodies are kept for `events show` and replay. Failed events keep theirs but for kNone.
enum class KeepPayloads { kLinked, kAll, kFailed, kNone };

struct QueueOptions {
  std::filesystem::path file = "/var/lib/flaglinkd/flaglinkd.db";
  KeepPayloads keep_payloads = KeepPayloads::kLinked;
  std::string installation = "default";  // part of every link's key (launchdarkly.installation)
};

}  // namespace flaglinkd
