// Is it working, and if not, whose fault is it: what stands at the top of the status page and of
// `flaglinkd status`. Pure.
#pragma once

#include <string>
#include <vector>

#include "daemon/admin/status_report.h"

namespace flaglinkd {

enum class Severity {
  kBroken,     // something is not done that should be
  kAttention,  // it works, but a person should look
  kIdle,       // there is nothing to do
  kFine
};

// One line each, plain text that may hold text from outside. `code` stands between backticks.
struct Finding {
  Severity severity = Severity::kFine;
  std::string sentence;
  std::string fault;   // where to look: "the access token", "LaunchDarkly", …; "": nowhere
  std::string remedy;  // what becomes of what waits, and what to do; "": nothing is to be done
  bool operator==(const Finding&) const = default;
};

// "Not working", "Needs attention", "Waiting", "Working".
const char* NameOf(Severity severity);

// Everything that is wrong, the worst first. Never empty: where nothing is, one finding says so.
std::vector<Finding> Diagnose(const StatusReport& report);

}  // namespace flaglinkd
