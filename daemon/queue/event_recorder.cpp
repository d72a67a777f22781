#include "daemon/queue/event_recorder.h"

#include <algorithm>
#include <array>

#include "daemon/domain/link_key.h"
#include "daemon/domain/text.h"
#include "daemon/queue/link_row.h"
#include "daemon/queue/packing.h"
#include "daemon/queue/wake_links.h"

namespace flaglinkd {
namespace {

std::string_view BytesOf(const std::array<std::uint8_t, 16>& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

// The hash, and behind it the event's id for the answer to a repetition. The id is not looked up:
// live state never depends on events, so that their retention can't touch it.
std::string PackLastBody(const IncomingEvent& event, std::int64_t id) {
  Packer packer;
  packer.Text(BytesOf(event.body_hash));
  packer.Number(static_cast<std::uint64_t>(id));
  return packer.Take();
}

// The id of the event that left `last_body` behind, if its body was that of `event`.
std::optional<std::int64_t> SameBody(const IncomingEvent& event, std::string_view last_body) {
  Unpacker unpacker(last_body);
  const std::string_view hash = unpacker.Text();
  const auto id = static_cast<std::int64_t>(unpacker.Number());
  if (!unpacker.Finished() || hash != BytesOf(event.body_hash)) return std::nullopt;
  return id;
}

bool KeepsPayload(KeepPayloads keep, EventOutcome outcome, bool linked) {
  switch (keep) {
    case KeepPayloads::kLinked: return linked || outcome == EventOutcome::kFailed;
    case KeepPayloads::kAll: return true;
    case KeepPayloads::kFailed: return outcome == EventOutcome::kFailed;
    case KeepPayloads::kNone: return false;
  }
  return false;
}

// A change that gives no texts may be of something whose texts stand elsewhere.
bool LacksTexts(const ObservedChange& observed) {
  return observed.change.kind != ChangeKind::kDeleted && !observed.change.texts;
}

}  // namespace

// What the changes of one event came to.
struct EventRecorder::Findings {
  struct Part {
    std::int64_t resource = 0;
    std::string part;
    bool has_last_body = false;
  };

  TimePoint now;
  QueueMemory& memory;
  std::vector<Part> moved = {};
  int stale = 0, links = 0;
  bool names_flags = false;
  std::string ignored = {};  // why the first ignored change was
  std::string refusal = {};

  bool LinkSomething() const { return links > 0 || names_flags; }
  // Documents are of use to what is linked, or may say that something is to be linked.
  bool WaitsForDocuments(const IncomingEvent& event) const {
    return event.wants_documents && event.failure.empty() &&
           (event.changes.empty() || LinkSomething() ||
            std::any_of(event.changes.begin(), event.changes.end(), LacksTexts));
  }
};

CommitResult EventRecorder::Record(const IncomingEvent& event, TimePoint now, QueueMemory& memory) {
  if (const auto earlier = FindRepeat(event))
    return {CommitResult::Kind::kDuplicate, *earlier, 0, ""};
  Findings findings{now, memory};
  for (const ObservedChange& change : event.changes) ApplyChange(event, change, findings);
  for (const CatalogUpdate& news : event.flag_news)
    findings.links += TakeNews(news, now, stores_, memory);
  if (event.completes != 0) return CompleteEvent(event, findings);
  const bool says_something = !findings.moved.empty() || findings.stale > 0 ||
                              !event.flag_news.empty() || findings.WaitsForDocuments(event);
  if (event.failure.empty() && !says_something) {
    return {CommitResult::Kind::kIgnored, 0, 0,
            event.changes.empty() ? "it changes nothing" : findings.ignored};
  }
  return AddEvent(event, findings, memory);
}

std::optional<std::int64_t> EventRecorder::FindRepeat(const IncomingEvent& event) {
  if (event.trusted) return std::nullopt;
  if (event.delivery_id.empty()) return FindRepeatedBody(event);
  const auto source = stores_.names.Find(event.source);
  if (!source) return std::nullopt;
  return stores_.events.FindDelivery(*source, event.delivery_id);
}

std::optional<std::int64_t> EventRecorder::FindRepeatedBody(const IncomingEvent& event) {
  std::optional<std::int64_t> earlier;
  for (const ObservedChange& observed : event.changes) {
    const auto resource = Locate(event.name_space, observed.change);
    if (!resource) return std::nullopt;
    earlier = SameBody(event, stores_.resources.LastBody(*resource, observed.change.part));
    if (!earlier) return std::nullopt;
  }
  return earlier;
}

std::optional<std::int64_t> EventRecorder::Locate(const std::string& name_space,
                                                  const Change& change) {
  const auto id = stores_.names.Find(name_space);
  if (!id) return std::nullopt;
  if (!change.resource.empty()) return stores_.resources.Find(*id, change.resource);
  if (!change.name.empty()) return stores_.resources.FindByName(*id, change.name);
  return std::nullopt;
}

void EventRecorder::ApplyChange(const IncomingEvent& event, const ObservedChange& observed,
                                Findings& findings) {
  const Change& change = observed.change;
  findings.names_flags |= !observed.mentions.empty();
  const auto ignore = [&](std::string why) {
    if (findings.ignored.empty()) findings.ignored = std::move(why);
  };
  const auto id = Locate(event.name_space, change);
  if (!id && change.resource.empty()) {
    return ignore(change.name.empty()
                      ? "it names no resource"
                      : "no resource is known by the name " + EscapeForLine(change.name, 100));
  }
  std::optional<StoredResource> before;
  std::optional<ResourceState> state;
  std::vector<LinkRow> rows;
  if (id) {
    before = stores_.resources.Read(*id, change.part);
    state = before->state;
    rows = stores_.links.OfResource(*id);
    for (const LinkRow& row : rows) {
      state->links.push_back(
          {stores_.flags.FlagOf(row.id.flag).value_or(FlagKey{}), row.mentions, row.wanted});
    }
  }
  const ResourceUpdate update = Apply(observed, state, event.unlink, event.received);
  switch (update.effect) {
    case ResourceUpdate::Effect::kIgnored:
      return ignore("it names no flag, and the resource is unknown");
    case ResourceUpdate::Effect::kStale: ++findings.stale; return;
    case ResourceUpdate::Effect::kApplied: break;
  }
  if (before) KeepAccepted(*before, rows, update);
  const StoredResource resource = SaveResource(event, change, before, update, findings.memory);
  SaveLinks(event, resource, update, rows, findings);
  findings.moved.push_back({resource.id, change.part, before && before->has_last_body});
  if (findings.refusal.empty()) findings.refusal = update.refusal;
}

StoredResource EventRecorder::SaveResource(const IncomingEvent& event, const Change& change,
                                           const std::optional<StoredResource>& before,
                                           const ResourceUpdate& update, QueueMemory& memory) {
  if (before) {
    stores_.resources.Change(*before, update.state, change.part);
    return {before->id, before->key, update.state, before->has_last_body};
  }
  StoredResource resource{memory.next_resource++, change.resource, update.state, false};
  stores_.resources.Add(stores_.names.Make(event.name_space), resource, event.received);
  if (update.state.part) stores_.resources.SavePart(resource.id, change.part, *update.state.part);
  return resource;
}

// What a link shows of the current revision is what LaunchDarkly accepted. A link that failed shows
// an older one, which it may need again: that stays.
void EventRecorder::KeepAccepted(const StoredResource& before, const std::vector<LinkRow>& rows,
                                 const ResourceUpdate& update) {
  const bool is_shown = std::any_of(rows.begin(), rows.end(), [](const LinkRow& row) {
    return row.presence == Presence::kThere && row.applied_revision == row.revision;
  });
  if (!update.content_changed || !is_shown) return;
  const bool has_failed = std::any_of(rows.begin(), rows.end(), [](const LinkRow& row) {
    return row.status == LinkStatus::kFailed && row.MayBeThere();
  });
  stores_.resources.KeepAccepted(
      before.id, before.state.content,
      has_failed ? ResourceStore::Earlier::kStays : ResourceStore::Earlier::kGoes);
}

// `rows` are the links that were known before, in the order in which the life cycle saw them.
void EventRecorder::SaveLinks(const IncomingEvent& event, const StoredResource& resource,
                              const ResourceUpdate& update, const std::vector<LinkRow>& rows,
                              Findings& findings) {
  const Pace pace{findings.now, options_.settle};
  // What an old event changes only now has its patience still.
  const TimePoint changed = event.trusted || event.late ? findings.now : event.received;
  bool settled = false;
  for (std::size_t i = 0; i < update.state.links.size(); ++i) {
    const LinkState& state = update.state.links[i];
    std::optional<LinkRow> before;
    if (i < rows.size()) before = rows[i];
    LinkRow link = before ? *before : NewLink(event, resource, state.flag);
    link.mentions = state.mentions;
    if (link.wanted != state.wanted) {
      Flip(link, changed, findings.now, findings.memory.books);
      ++findings.links;
    } else if (update.content_changed && link.wanted) {
      Revise(link, changed, pace, findings.memory.books);
      ++findings.links;
    }
    stores_.links.Save(before, link, findings.memory.books);
    settled |= before && before->IsOpen() && !link.IsOpen();
  }
  if (settled) stores_.resources.DropAccepted(resource.id);
}

LinkRow EventRecorder::NewLink(const IncomingEvent& event, const StoredResource& resource,
                               const FlagKey& flag) {
  LinkRow link;
  link.id = {resource.id, stores_.flags.Make(flag)};
  link.key = LinkKey(
      {options_.installation, event.name_space, resource.key, resource.state.content.name, flag});
  link.look_first = event.look_first;
  link.changed_at = event.received;
  link.waiting_since = event.received;
  return link;
}

CommitResult EventRecorder::AddEvent(const IncomingEvent& event, const Findings& findings,
                                     QueueMemory& memory) {
  EventRow row;
  row.id = memory.next_event++;
  row.source = stores_.names.Make(event.source);
  row.received = event.trusted || event.late ? findings.now : event.received;
  row.links = findings.links;
  const std::string& failure = event.failure.empty() ? findings.refusal : event.failure;
  if (!failure.empty()) {
    row.outcome = EventOutcome::kFailed;
    row.reason = failure;
  } else if (findings.moved.empty() && findings.stale > 0) {
    row.reason = "older than what is known";
  }
  stores_.events.Add(row, event);
  const bool keeps = KeepsPayload(options_.keep_payloads, row.outcome, findings.LinkSomething());
  const bool waits = findings.WaitsForDocuments(event) && !event.payload.body.empty();
  if (waits) {
    stores_.fetches.Add(
        {row.id, row.source, event.received, findings.now, event.changes.empty(), keeps});
  }
  if ((keeps || waits) && !event.payload.body.empty()) {
    stores_.events.AddPayload(row.id, event.payload);
  }
  LeaveBodies(event, row.id, failure, findings);
  const auto kind = failure.empty() ? CommitResult::Kind::kStored : CommitResult::Kind::kFailed;
  return {kind, row.id, row.links, std::string(row.reason)};
}

// A failure counts where nothing of the event was taken before; else what was taken stands, and the
// failure is told.
CommitResult EventRecorder::CompleteEvent(const IncomingEvent& event, const Findings& findings) {
  const std::optional<FetchRow> waiting = stores_.fetches.Remove(event.completes);
  const std::string& failure = event.failure.empty() ? findings.refusal : event.failure;
  const bool fails = !failure.empty() && waiting && waiting->bare;
  const EventOutcome outcome = fails ? EventOutcome::kFailed : EventOutcome::kStored;
  stores_.events.Amend(event.completes, findings.links, failure, outcome);
  const bool keeps = (waiting && waiting->keeps_payload) ||
                     KeepsPayload(options_.keep_payloads, outcome, findings.LinkSomething());
  if (!keeps) stores_.events.RemovePayload(event.completes);
  LeaveBodies(event, event.completes, failure, findings);
  return {fails ? CommitResult::Kind::kFailed : CommitResult::Kind::kStored, event.completes,
          findings.links, failure};
}

// For the next event of the same parts, where the sender gives no delivery ids. A failed event
// leaves none, so that its repetition is looked at again.
void EventRecorder::LeaveBodies(const IncomingEvent& event, std::int64_t id,
                                const std::string& failure, const Findings& findings) {
  const bool leaves_body = event.delivery_id.empty() && failure.empty();
  const std::string last_body = leaves_body ? PackLastBody(event, id) : "";
  for (const Findings::Part& part : findings.moved) {
    if (leaves_body || part.has_last_body)
      stores_.resources.SetLastBody(part.resource, part.part, last_body);
  }
}

}  // namespace flaglinkd
