#include "daemon/domain/life_cycle.h"

#include <algorithm>
#include <set>

#include "daemon/domain/text.h"

namespace flaglinkd {
namespace {

// A time as the rules take it: not later than the receipt, which also stands in for it, and not
// before the clocks' own zero.
TimePoint Bounded(const std::optional<TimePoint>& time, TimePoint received) {
  return std::clamp(time.value_or(received), TimePoint{}, std::max(received, TimePoint{}));
}

// Newer wins; of equal ones that which arrived later, and arrival order is that of receipts.
bool IsNewer(TimePoint time, TimePoint received, TimePoint known_time, TimePoint known_received) {
  return time != known_time ? time > known_time : received >= known_received;
}

// Whether the change moves the part that it speaks of.
bool Moves(const Change& change, TimePoint received, const PartState& part) {
  const TimePoint time = Bounded(change.part_time, received);
  const bool is_resource = change.part.empty();
  // A part's id is never given out again, so that nothing follows its deletion; a resource may be
  // restored.
  if (part.deleted) return is_resource && time > part.time;
  if (change.kind == ChangeKind::kDeleted) {
    // A part's deletion is final whenever it arrives; a resource's loses to what is newer. A tie is
    // the deletion's.
    return !is_resource || time >= part.time;
  }
  return IsNewer(time, received, part.time, part.seen);
}

bool Carries(const Change& change, Carrier carrier) {
  switch (carrier) {
    case Carrier::kText: return change.texts.has_value();
    case Carrier::kLabel: return change.labels.has_value();
    case Carrier::kField: return change.fields.has_value();
  }
  return false;
}

// The part's mentions after the change: each carrier is replaced where it is carried, and left
// where not.
std::vector<Mention> MentionsAfter(const ObservedChange& observed, const PartState& before) {
  std::vector<Mention> mentions;
  if (observed.change.kind == ChangeKind::kDeleted) return mentions;
  for (const Mention& mention : before.mentions) {
    if (!Carries(observed.change, mention.carrier)) mentions.push_back(mention);
  }
  for (const Mention& mention : observed.mentions) {
    if (Carries(observed.change, mention.carrier)) mentions.push_back(mention);
  }
  std::sort(mentions.begin(), mentions.end());
  return mentions;
}

// The part, moved by the change. Passing the bound of parts costs the mentions and is told in
// `refusal`.
void MovePart(const ObservedChange& observed, TimePoint received, PartState& part,
              ResourceUpdate& update) {
  const Change& change = observed.change;
  std::size_t& parts = update.state.parts_with_mentions;
  std::vector<Mention> mentions = MentionsAfter(observed, part);
  if (part.mentions.empty() && !mentions.empty() && parts >= kMaxPartsPerResource) {
    mentions.clear();
    update.refusal = "more than " + std::to_string(kMaxPartsPerResource) + " parts of " +
                     EscapeForLine(update.state.content.name, 100) + " name flags; what \"" +
                     EscapeForLine(change.part, 100) + "\" names was not taken";
  }
  if (part.mentions.empty() && !mentions.empty()) ++parts;
  if (!part.mentions.empty() && mentions.empty() && parts > 0) --parts;
  part.time = std::max(part.time, Bounded(change.part_time, received));
  part.seen = received;
  part.deleted = change.kind == ChangeKind::kDeleted;
  part.mentions = std::move(mentions);
}

bool CarriesContent(const Change& change) {
  return change.title || change.url || change.description || !change.metadata.empty() ||
         change.created || !change.name.empty() || !change.integration_key.empty();
}

bool IsFallback(const MetadataField& field) {
  return field.name.ends_with('?');
}

std::vector<MetadataField>::iterator Find(std::vector<MetadataField>& fields,
                                          std::string_view name) {
  return std::find_if(fields.begin(), fields.end(),
                      [&](const MetadataField& field) { return field.name == name; });
}

// Whether there is something in it that a later change could overwrite.
bool CarriesShown(const Change& change) {
  return change.title || change.url || change.description || !change.metadata.empty();
}

enum class Overwrite { kNo, kYes };

// Takes the fields over that are present; with kNo only those of which nothing is known. A fallback
// stays under its own name ("creator?"), so that it never passes for the field itself.
void TakeMetadata(const std::vector<MetadataField>& carried, Overwrite overwrite,
                  std::vector<MetadataField>& known) {
  for (const MetadataField& field : carried) {
    if (IsFallback(field)) {
      const std::string_view name(field.name.data(), field.name.size() - 1);
      if (Find(known, name) != known.end()) continue;
    } else if (auto fallback = Find(known, field.name + '?'); fallback != known.end()) {
      known.erase(fallback);
    }
    const auto place = Find(known, field.name);
    if (place == known.end()) {
      known.push_back(field);
    } else if (overwrite == Overwrite::kYes) {
      place->value = field.value;
    }
  }
  std::sort(known.begin(), known.end());
}

void TakeNewer(const Change& change, Content& content) {
  if (!change.name.empty()) content.name = change.name;
  if (change.title) content.title = *change.title;
  if (change.url) content.url = *change.url;
  if (change.description) content.description = *change.description;
  if (!change.integration_key.empty()) content.integration_key = change.integration_key;
  if (change.created) content.created = change.created;
  TakeMetadata(change.metadata, Overwrite::kYes, content.metadata);
}

// An older change still tells what nothing is known of: it is better than nothing.
void TakeOlder(const Change& change, Content& content) {
  if (content.name.empty()) content.name = change.name;
  if (content.title.empty()) content.title = change.title.value_or("");
  if (content.description.empty()) content.description = change.description.value_or("");
  if (content.url.empty()) content.url = change.url.value_or("");
  if (content.integration_key.empty()) content.integration_key = change.integration_key;
  if (!content.created) content.created = change.created;
  TakeMetadata(change.metadata, Overwrite::kNo, content.metadata);
}

// Whether the change had a say in the content; sets content_changed.
bool MoveContent(const Change& change, TimePoint received, ResourceUpdate& update) {
  if (!CarriesContent(change)) return false;
  ResourceState& state = update.state;
  const Content before = state.content;
  const TimePoint time = Bounded(change.content_time, received);
  const bool newer = IsNewer(time, received, state.content_time, state.content_seen);
  if (newer) {
    TakeNewer(change, state.content);
    // Else it would hold back what an edit says that is on its way.
    if (CarriesShown(change)) {
      state.content_time = time;
      state.content_seen = received;
    }
  } else {
    TakeOlder(change, state.content);
  }
  update.content_changed = state.content != before;
  return newer || update.content_changed;
}

std::set<FlagKey> FlagsOf(const std::vector<Mention>& mentions) {
  std::set<FlagKey> flags;
  for (const Mention& mention : mentions) flags.insert(mention.flag);
  return flags;
}

// The count of live parts that name each flag, after one part's mentions went from `before` to
// `after`. False: there were more flags than a resource may have links.
bool CountMentions(const std::vector<Mention>& before, const std::vector<Mention>& after,
                   std::vector<LinkState>& links) {
  const std::set<FlagKey> lost = FlagsOf(before);
  std::set<FlagKey> gained = FlagsOf(after);
  for (LinkState& link : links) {
    const bool is_gained = gained.erase(link.flag) > 0;
    const bool was_there = lost.contains(link.flag);
    if (is_gained && !was_there) ++link.mentions;
    if (!is_gained && was_there && link.mentions > 0) --link.mentions;
  }
  for (const FlagKey& flag : gained) {
    if (lost.contains(flag)) continue;
    if (links.size() >= kMaxLinksPerResource) return false;
    links.push_back({flag, 1, false});
  }
  return true;
}

bool IsWanted(const LinkState& link, bool resource_deleted, UnlinkRule rule) {
  if (!resource_deleted && link.mentions > 0) return true;
  switch (rule) {
    case UnlinkRule::kNever: return link.wanted;
    case UnlinkRule::kDeleted: return link.wanted && !resource_deleted;
    case UnlinkRule::kUnmentioned: return false;
  }
  return link.wanted;
}

// Which links are wanted, given what was known of them before the change, in the same order.
void DecideWanted(const std::optional<ResourceState>& before, UnlinkRule rule,
                  ResourceState& state) {
  for (std::size_t i = 0; i < state.links.size(); ++i) {
    LinkState& link = state.links[i];
    const bool is_known = before && i < before->links.size();
    const int mentions_before = is_known ? before->links[i].mentions : 0;
    const bool is_forgotten = mentions_before > 0 && !link.wanted && !before->deleted;
    if (is_forgotten && link.mentions <= mentions_before) continue;
    link.wanted = IsWanted(link, state.deleted, rule);
  }
}

}  // namespace

ResourceUpdate Apply(const ObservedChange& observed, const std::optional<ResourceState>& before,
                     UnlinkRule rule, TimePoint received) {
  const Change& change = observed.change;
  ResourceUpdate update;
  if (!before && change.kind == ChangeKind::kCreated && observed.mentions.empty()) {
    update.effect = ResourceUpdate::Effect::kIgnored;
    return update;
  }
  if (before) update.state = *before;
  ResourceState& state = update.state;
  const bool content_moved = MoveContent(change, received, update);

  PartState& part = change.part.empty() ? state.main
                    : state.part        ? *state.part
                                        : state.part.emplace();
  const bool part_moved = Moves(change, received, part);
  if (part_moved) {
    const std::vector<Mention> mentions = part.mentions;
    MovePart(observed, received, part, update);
    if (!CountMentions(mentions, part.mentions, state.links)) {
      update.refusal = "more than " + std::to_string(kMaxLinksPerResource) +
                       " flags are linked to " + EscapeForLine(state.content.name, 100) +
                       "; the others were not taken";
    }
  }
  state.deleted = state.main.deleted;
  DecideWanted(before, rule, state);
  if (!part_moved && !content_moved) update.effect = ResourceUpdate::Effect::kStale;
  return update;
}

}  // namespace flaglinkd
