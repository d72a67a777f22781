#include "daemon/config/option_table.h"

#include "daemon/config/option_rows.h"

namespace flaglinkd {
namespace {

constexpr OptionGroup kGroups[] = {
    {"log", "One line per state change, on standard error."},
    {"listen",
     "Where webhooks come in. systemd's socket takes the address's place when there is one."},
    {"listen.tls", "Serves https; without this table it is plain HTTP, for a proxy in front.",
     true},
    {"admin", "Metrics, health, the status page and the API."},
    {"queue", "What every link should be, and what it is known to be."},
    {"launchdarkly", "The account whose flags get the links."},
    {"delivery", "How links are brought to LaunchDarkly."},
    {"source.NAME", "A tool that sends webhooks, under a name of your choice; a table for each."},
    {"source.NAME.match", "What makes a text, a label or a field of this source name a flag."},
    {"source.NAME.signature",
     "How the sender signs, where its adapter does not say so; it replaces all that the adapter "
     "says of it.",
     true},
    {"source.NAME.event",
     "For adapter = \"template\": what the body of a tool without an adapter of its own says. Its "
     "texts may hold placeholders: {/title|/name} is the value that the first of these JSON "
     "Pointers leads to, or the next where it leads to none.",
     true},
    {"adapters", "The code that reads each tool's webhooks."},
    {"test", "What a saved webhook should lead to; `flaglinkd test` runs these tables.", true,
     true},
    {"test.expect", "What is compared; what is not set may be anything.", true},
};

}  // namespace

std::span<const OptionGroup> OptionGroups() {
  return kGroups;
}

std::span<const Option> Options() {
  static const std::vector<Option> options = [] {
    std::vector<Option> rows = DaemonOptionRows();
    for (const auto& more :
         {SourceOptionRows(), SignatureOptionRows(), EventOptionRows(), TestOptionRows()}) {
      rows.insert(rows.end(), more.begin(), more.end());
    }
    return rows;
  }();
  return options;
}

}  // namespace flaglinkd
