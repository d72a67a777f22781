#include "daemon/admin/diagnosis.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "daemon/admin/page_text.h"

namespace flaglinkd {
namespace {

using Findings = std::vector<Finding>;

// A link that is due is sent within seconds, as long as nothing stands in its way.
constexpr Duration kLongDue = std::chrono::minutes(5);
// One that waits for this is the rate limit at work.
constexpr Duration kLongRateLimit = std::chrono::minutes(10);
// No catalog_refresh is longer than a day.
constexpr Duration kStaleCatalog = std::chrono::hours(25);
constexpr std::size_t kSlotsOfAnHour = 12;
// Strangers knock at every door; of a source's own requests, fewer than one in so many is noise.
constexpr std::int64_t kNoise = 10;

std::int64_t Accepted(const SourceStatus& source) {
  return source.stored + source.ignored + source.duplicate + source.failed;
}

// "3 links wait, the oldest for 25 min."
std::string WhatWaits(const StatusReport& report) {
  const std::int64_t waiting = report.queue.waiting;
  if (waiting == 0) return "No link waits.";
  std::string text = Counted(waiting, "link") + (waiting == 1 ? " waits" : " wait");
  const std::optional<TimePoint> oldest = report.queue.oldest_due;
  if (oldest && *oldest < report.now) {
    text += (waiting == 1 ? " for " : ", the oldest for ") + SpanText(report.now - *oldest);
  }
  return text + ".";
}

std::string NextTry(const PauseStatus& pause, TimePoint now) {
  return pause.until > now ? "The next try is " + AgoText(pause.until, now) + "."
                           : "The next try is under way.";
}

void FindStoreTrouble(const StatusReport& report, Findings& found) {
  for (const std::string& trouble : report.troubles) {
    found.push_back({Severity::kBroken, "No webhook is taken: " + trouble + ".",
                     "this host's disk or database",
                     "Senders are told to try again (503), so what they repeat is not lost. It "
                     "goes on by itself once the store takes a write."});
  }
}

Finding OfPause(const PauseStatus& pause, const StatusReport& report) {
  const std::string waits = WhatWaits(report) + " " + NextTry(pause, report.now);
  if (pause.reason == "token") {
    return {Severity::kBroken, "LaunchDarkly refuses the access token, so nothing is delivered.",
            "the access token",
            "Nothing is lost. " + waits +
                " Put a valid token where `[launchdarkly] token` points and reload; "
                "`flaglinkd check --online` says what it may do."};
  }
  if (pause.reason == "permission") {
    return {Severity::kBroken,
            "LaunchDarkly denies the access token a permission: " + pause.scope + ".",
            "the access token's role",
            "The links concerned are kept. " + NextTry(pause, report.now) +
                " `flaglinkd check --online` names the missing permission."};
  }
  if (pause.reason == "rate_limit") {
    return {pause.until > report.now + kLongRateLimit ? Severity::kBroken : Severity::kAttention,
            "LaunchDarkly limits the rate, so delivery waits.",
            "the account's use of LaunchDarkly's API",
            waits +
                " It goes on by itself; if it happens often, something else spends the "
                "account's requests."};
  }
  return {Severity::kBroken, "LaunchDarkly is away: it gives no usable answer.",
          "LaunchDarkly, or the way to it",
          "Webhooks are taken and links are kept. " + waits +
              " See LaunchDarkly's own status, then proxy, name resolution and firewall here."};
}

void FindPauses(const StatusReport& report, Findings& found) {
  for (const PauseStatus& pause : report.delivery.pauses) found.push_back(OfPause(pause, report));
}

void FindDeliveryOff(const StatusReport& report, Findings& found) {
  if (report.delivery.enabled) return;
  found.push_back({Severity::kAttention, "Delivery is off by configuration: no link is sent.",
                   "the configuration",
                   "Webhooks are taken and links are kept. " + WhatWaits(report) +
                       " `[delivery] enabled = true` sends them."});
}

std::int64_t RejectedInTheLastHour(const StatusReport& report) {
  const std::vector<HistorySlot>& history = report.history;
  std::int64_t rejected = 0;
  const std::size_t slots = std::min(history.size(), kSlotsOfAnHour);
  for (std::size_t i = history.size() - slots; i < history.size(); ++i) {
    rejected += history[i].rejected;
  }
  return rejected;
}

void FindRejections(const StatusReport& report, Findings& found) {
  const bool lately = RejectedInTheLastHour(report) > 0;
  const bool others_work =
      std::any_of(report.sources.begin(), report.sources.end(),
                  [](const SourceStatus& source) { return Accepted(source) > 0; });
  for (const SourceStatus& source : report.sources) {
    const std::int64_t accepted = Accepted(source);
    const bool never = accepted == 0 && !source.last_event;
    const bool many = source.rejected * kNoise >= accepted + source.rejected;
    if (source.rejected == 0 || !(never || (lately && many))) continue;
    const std::string remedy =
        "Compare the secret in the tool with `[source." + source.name +
        "] secrets`, the clocks of both, and `allow_from` and `rate_limit`; the log says which "
        "check refused them.";
    const std::string refused = Grouped(source.rejected);
    found.push_back(
        {others_work ? Severity::kAttention : Severity::kBroken,
         never ? "Every request to " + source.name + " is refused: " + refused + " so far."
               : "Requests to " + source.name + " are refused: " + refused + " of " +
                     Grouped(accepted + source.rejected) + ".",
         "the sender of " + source.name + ", or its secret", remedy});
  }
}

void FindFailedLinks(const StatusReport& report, Findings& found) {
  const std::int64_t failed = report.queue.failed;
  if (failed == 0) return;
  found.push_back({Severity::kAttention,
                   Counted(failed, "link") + (failed == 1 ? " has failed and needs a person."
                                                          : " have failed and need a person."),
                   "the reason that each link gives",
                   "They are not tried again by themselves. Once the cause is gone: "
                   "`flaglinkd links retry ID`."});
}

void FindRefusedReload(const StatusReport& report, Findings& found) {
  const ConfigStatus& config = report.config;
  if (config.refused.empty()) return;
  const std::string when =
      config.refused_at ? " " + AgoText(*config.refused_at, report.now) : std::string();
  found.push_back(
      {Severity::kAttention, "The last reload was refused" + when + ": " + config.refused,
       "the configuration",
       "What was loaded " + AgoText(config.loaded, report.now) +
           " stays in force. Mend the file until `flaglinkd check` is content, then reload."});
}

void FindUnreadEvents(const StatusReport& report, Findings& found) {
  for (const SourceStatus& source : report.sources) {
    if (source.last_outcome != "failed") continue;
    found.push_back(
        {Severity::kAttention, "The last webhook of " + source.name + " could not be read.",
         "the adapter " + source.adapter + ", or what the tool sends",
         "It is stored whole: `flaglinkd events list --status failed` says why, and `flaglinkd "
         "events replay ID` reads it again."});
  }
}

void FindSlowDelivery(const StatusReport& report, Findings& found) {
  const std::optional<TimePoint> oldest = report.queue.oldest_due;
  if (!report.delivery.enabled || !report.delivery.pauses.empty()) return;
  if (!oldest || report.now - *oldest < kLongDue) return;
  const auto& budget = report.delivery.budget;
  const bool spent = budget && budget->remaining <= 0 && budget->until > report.now;
  found.push_back({Severity::kAttention, "Delivery does not keep up. " + WhatWaits(report),
                   spent ? "the account's use of LaunchDarkly's API" : "LaunchDarkly's pace",
                   spent ? "LaunchDarkly's requests are spent until the window ends " +
                               AgoText(budget->until, report.now) + "."
                         : "Compare the time to delivery below; `[delivery] concurrency` may be "
                           "raised."});
}

void FindStaleCatalog(const StatusReport& report, Findings& found) {
  for (const CatalogStatus& catalog : report.catalog) {
    if (catalog.age < kStaleCatalog) continue;
    found.push_back({Severity::kAttention,
                     "The flags of project " + catalog.project + " were last read " +
                         SpanText(catalog.age) + " ago.",
                     "the access token, or the project's key",
                     "Flags made since are not recognised in texts. The log says what LaunchDarkly "
                     "answers; `flaglinkd check --online` asks it."});
  }
}

// What stands there when nothing is wrong.
Finding AllWell(const StatusReport& report) {
  if (report.sources.empty()) {
    return {Severity::kIdle, "No source is configured, so nothing can come in.",
            "the configuration", "Add a `[source.NAME]` table and reload."};
  }
  const auto last = std::max_element(
      report.sources.begin(), report.sources.end(),
      [](const SourceStatus& a, const SourceStatus& b) { return a.last_event < b.last_event; });
  if (last->last_event) {
    return {Severity::kFine,
            "Everything works. The last webhook came " + AgoText(*last->last_event, report.now) +
                " from " + last->name + ".",
            "", report.queue.waiting == 0 ? "" : WhatWaits(report)};
  }
  const std::string silence =
      "Nothing has come in yet since the start " + AgoText(report.started, report.now) + ".";
  if (report.queue.total_made > 0) return {Severity::kFine, "Ready. " + silence, "", ""};
  return {Severity::kIdle, silence, "the tools, or the way from them to here",
          "Have a tool send a webhook to its path below; its own log of deliveries says what it "
          "got for an answer."};
}

}  // namespace

const char* NameOf(Severity severity) {
  switch (severity) {
    case Severity::kBroken: return "Not working";
    case Severity::kAttention: return "Needs attention";
    case Severity::kIdle: return "Waiting";
    case Severity::kFine: return "Working";
  }
  return "";
}

std::vector<Finding> Diagnose(const StatusReport& report) {
  // Among findings of one severity this order stands.
  constexpr std::array kRules = {FindStoreTrouble, FindPauses,       FindDeliveryOff,
                                 FindRejections,   FindFailedLinks,  FindRefusedReload,
                                 FindUnreadEvents, FindSlowDelivery, FindStaleCatalog};
  Findings found;
  for (const auto& rule : kRules) rule(report, found);
  if (found.empty()) found.push_back(AllWell(report));
  std::stable_sort(found.begin(), found.end(),
                   [](const Finding& a, const Finding& b) { return a.severity < b.severity; });
  return found;
}

}  // namespace flaglinkd
