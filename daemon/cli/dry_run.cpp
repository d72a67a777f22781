#include "daemon/cli/dry_run.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "daemon/domain/life_cycle.h"
#include "daemon/domain/link.h"
#include "daemon/domain/link_body.h"
#include "daemon/domain/link_key.h"
#include "daemon/launchdarkly/flag_link_api.h"
#include "daemon/receive/interpret.h"

namespace flaglinkd {
namespace {

using Resources = std::map<std::string, ResourceState>;

// Applies the changes in order, as one transaction would. True: at least one left a trace.
bool ApplyAll(const IncomingEvent& event, Resources& resources, std::string& refusal) {
  bool traced = false;
  std::map<std::pair<std::string, std::string>, std::optional<PartState>> parts;
  for (const ObservedChange& observed : event.changes) {
    const auto known = resources.find(observed.change.resource);
    std::optional<PartState>& part = parts[{observed.change.resource, observed.change.part}];
    std::optional<ResourceState> before;
    if (known != resources.end()) {
      before = known->second;
      before->part = part;
    }
    ResourceUpdate update = Apply(observed, before, event.unlink, event.received);
    if (!update.refusal.empty()) refusal = update.refusal;
    if (update.effect == ResourceUpdate::Effect::kIgnored) continue;
    traced = true;
    part = update.state.part;
    resources.insert_or_assign(observed.change.resource, std::move(update.state));
  }
  return traced;
}

void AddRequests(const IncomingEvent& event, const std::string& installation,
                 const KnownFlags& known, const Resources::value_type& resource, DryRun& run) {
  const auto& [id, state] = resource;
  for (const LinkState& link : state.links) {
    if (!link.wanted) continue;
    if (known.StandingOf(link.flag.project, link.flag.key) == KnownFlags::Standing::kMissing) {
      run.reason = "a link waits until there is a flag " + link.flag.project + "/" + link.flag.key;
      continue;
    }
    const std::string key =
        LinkKey({installation, event.name_space, id, state.content.name, link.flag});
    Result<LinkBody> body = RenderLink(state.content, key, event.received);
    if (!body) {
      run.reason = body.error().message;
      continue;
    }
    const auto request = NextRequest({link.flag, true, *std::move(body)}, AppliedLink{});
    if (!request) continue;
    if (Result<HttpCall> call = ToHttpCall("", *request)) run.requests.push_back(*std::move(call));
  }
}

const char* NameOf(CatalogUpdate::State state) {
  switch (state) {
    case CatalogUpdate::State::kGone: return "gone";
    case CatalogUpdate::State::kLive: return "live";
    case CatalogUpdate::State::kArchived: return "archived";
  }
  return "";
}

// What comes of an event besides its changes: news of flags, and documents that it is read again
// with.
std::string Besides(const Interpretation& reading) {
  std::string text;
  const auto add = [&text](const std::string& more) { text += (text.empty() ? "" : "; ") + more; };
  for (const CatalogUpdate& update : reading.event.flag_news) {
    for (const CatalogUpdate::Flag& flag : update.flags) {
      add("flag " + update.project + "/" + flag.key + " is " + NameOf(flag.state));
    }
  }
  for (const DocumentNeed& need : reading.needs) add("is read again with " + need.url);
  return text;
}

}  // namespace

DryRun RunDry(const Source& source, const Webhook& webhook, const KnownFlags& known,
              const std::string& installation) {
  DryRun run;
  if (source.options.verify) {
    run.verification = Verify(source.schemes, source.options.secrets, webhook, webhook.received);
  } else {
    const bool path = !source.options.path_secret.empty();
    run.verification = {Verdict::kAuthentic,
                        path ? "its path holds the secret" : "verify = \"none\"", 0};
  }
  Interpretation reading = Interpret(source, known, webhook);
  run.reason = std::move(reading.reason);
  if (reading.outcome != Interpretation::Outcome::kEvent) {
    run.outcome = reading.outcome == Interpretation::Outcome::kHandshake ? "handshake" : "ignored";
    return run;
  }
  Resources resources;
  std::string refusal = reading.event.failure;
  const std::string besides = Besides(reading);
  const bool bare = reading.event.changes.empty() && !besides.empty();
  const bool traced = ApplyAll(reading.event, resources, refusal) || bare;
  for (const auto& resource : resources) {
    AddRequests(reading.event, installation, known, resource, run);
  }
  run.outcome = !refusal.empty() ? "failed" : traced ? "stored" : "ignored";
  if (!refusal.empty()) run.reason = refusal;
  if (traced && run.reason.empty()) run.reason = besides;
  if (!traced && run.reason.empty()) run.reason = "names no flag, and nothing is known of it";
  run.changes = std::move(reading.event.changes);
  return run;
}

}  // namespace flaglinkd
