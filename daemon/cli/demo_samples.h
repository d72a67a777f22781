// The webhooks that the demo sends, in the documented shape of their tools.
#pragma once

#include <span>
#include <string>

namespace flaglinkd {

struct DemoSample {
  const char* source;        // and the adapter's name
  const char* what;          // for a person
  const char* github_event;  // X-GitHub-Event, or ""
  std::string body;
};

std::span<const DemoSample> DemoSamples();

}  // namespace flaglinkd
