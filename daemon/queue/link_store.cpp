#include "daemon/queue/link_store.h"

#include <array>
#include <cstdint>
#include <string_view>

#include "daemon/queue/packing.h"
#include "daemon/queue/statements.h"

namespace flaglinkd {
namespace {

constexpr std::int64_t kMostRevisions = std::int64_t{1} << 53;
constexpr std::int64_t kMostAttempts = 1'000'000'000;
constexpr Duration kLongestFailing = std::chrono::hours(24 * 366);

// A fingerprint as its column holds it: each half with its lowest byte first.
using FingerprintBytes = std::array<char, 16>;

FingerprintBytes PackFingerprint(const LinkFingerprint& fingerprint) {
  FingerprintBytes bytes;
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<char>(fingerprint.text >> (8 * i));
    bytes[8 + i] = static_cast<char>(fingerprint.card >> (8 * i));
  }
  return bytes;
}

std::optional<LinkFingerprint> UnpackFingerprint(std::string_view bytes) {
  if (bytes.size() != FingerprintBytes().size()) return std::nullopt;
  LinkFingerprint fingerprint;
  for (std::size_t i = 0; i < 8; ++i) {
    fingerprint.text |= std::uint64_t{static_cast<std::uint8_t>(bytes[i])} << (8 * i);
    fingerprint.card |= std::uint64_t{static_cast<std::uint8_t>(bytes[8 + i])} << (8 * i);
  }
  return fingerprint;
}

// What the row's change does to the places of its flag.
void CountRoom(const std::optional<LinkRow>& before, const LinkRow& after, RoomChanges& room) {
  const int taken = after.MayBeThere() - (before && before->MayBeThere());
  if (taken != 0) room.taken[after.id.flag] += taken;
  if (before && before->IsInLine() && !after.IsInLine()) room.left.insert(after.id.flag);
}

}  // namespace

LinkStore::LinkStore(Database& database)
    : of_resource_(database, statements::kLinksOfResource),
      find_(database, statements::kReadLink),
      due_(database, statements::kDueLinks),
      of_unknown_flag_(database, statements::kLinksOfUnknownFlag),
      without_room_(database, statements::kLinksWithoutRoom),
      flags_without_room_(database, statements::kFlagsWithoutRoom),
      appointments_(database, statements::kNextDue),
      add_(database, statements::kAddLink),
      change_(database, statements::kChangeLink),
      set_due_(database, statements::kSetDue),
      hasten_(database, statements::kHasten),
      remove_(database, statements::kRemoveLink) {}

std::vector<LinkRow> LinkStore::OfResource(std::int64_t resource) {
  std::vector<LinkRow> links;
  for (Rows rows = of_resource_.Query(resource); rows.Next();) links.push_back(Read(rows));
  return links;
}

std::optional<LinkRow> LinkStore::Find(const LinkId& id) {
  Rows rows = find_.Query(id.resource, id.flag);
  if (!rows.Next()) return std::nullopt;
  return Read(rows);
}

void LinkStore::Save(const std::optional<LinkRow>& before, const LinkRow& after, Books& books) {
  if (before == after) return;
  CountRoom(before, after, books.room);
  if (before) --books.Links(before->status);
  if (after.IsSpent()) {
    if (before) remove_.Run(after.id.resource, after.id.flag);
    return;
  }
  ++books.Links(after.status);
  const FingerprintBytes packed = PackFingerprint(after.shown.value_or(LinkFingerprint{}));
  const Blob shown{after.shown ? std::string_view(packed.data(), packed.size()) : ""};
  if (!before) {
    add_.Run(after.id.resource, after.id.flag, after.key, after.wanted, after.mentions,
             after.revision, after.applied_revision, after.presence, after.launchdarkly_id,
             after.status, after.due, after.attempts, after.failing, after.error, after.changed_at,
             after.waiting_since, shown, after.look_first);
    return;
  }
  // In this order no row passes through links_without_room on its way.
  const bool moves = before->due != after.due;
  if (moves && after.due) set_due_.Run(after.id.resource, after.id.flag, after.due);
  change_.Run(after.id.resource, after.id.flag, after.wanted, after.mentions, after.revision,
              after.applied_revision, after.presence, after.launchdarkly_id, after.status,
              after.attempts, after.failing, after.error, after.changed_at, after.waiting_since,
              shown);
  if (moves && !after.due) set_due_.Run(after.id.resource, after.id.flag, after.due);
}

std::vector<DueLink> LinkStore::Due(TimePoint now, std::size_t limit) {
  std::vector<DueLink> links;
  for (Rows rows = due_.Query(now, limit); rows.Next();) {
    DueLink& link = links.emplace_back();
    link.row = Read(rows);
    constexpr int kResource = 18;  // the first column after the link's own
    link.name_space = rows.Number(kResource);
    link.resource = rows.Text(kResource + 1);
    if (rows.IsNull(kResource)) continue;
    link.first_seen = rows.Time(kResource + 6);
    link.accepted = UnpackWhole(rows.Bytes(kResource + 7));
    link.content = UnpackContent(rows.Bytes(kResource + 5));
    if (!link.content) continue;
    link.content->name = rows.Text(kResource + 2);
    link.content->title = rows.Text(kResource + 3);
    link.content->url = rows.Text(kResource + 4);
  }
  return links;
}

void LinkStore::Hasten(TimePoint now) {
  hasten_.Run(now);
}

std::vector<LinkRow> LinkStore::OfUnknownFlag(std::int64_t flag) {
  std::vector<LinkRow> links;
  for (Rows rows = of_unknown_flag_.Query(flag); rows.Next();) links.push_back(Read(rows));
  return links;
}

std::vector<LinkRow> LinkStore::WithoutRoom(std::int64_t flag, std::int64_t limit) {
  std::vector<LinkRow> links;
  for (Rows rows = without_room_.Query(flag, limit); rows.Next();) links.push_back(Read(rows));
  return links;
}

std::vector<std::int64_t> LinkStore::FlagsWithoutRoom() {
  std::vector<std::int64_t> flags;
  for (Rows rows = flags_without_room_.Query(); rows.Next();) flags.push_back(rows.Number(0));
  return flags;
}

std::vector<LinkStore::Appointment> LinkStore::Appointments(std::size_t limit) {
  std::vector<Appointment> appointments;
  for (Rows rows = appointments_.Query(limit); rows.Next();) {
    appointments.push_back({{rows.Number(0), rows.Number(1)}, rows.Time(2)});
  }
  return appointments;
}

// A row may hold anything. What is out of range reads as what does no harm: a link that may be
// there is looked for first, and one in no known state is tried.
LinkRow LinkStore::Read(const Rows& rows) {
  const auto within = [&](int column, std::int64_t last, std::int64_t otherwise) {
    const std::int64_t number = rows.Number(column);
    return number < 0 || number > last ? otherwise : number;
  };
  LinkRow link;
  link.id = {rows.Number(0), rows.Number(1)};
  link.key = rows.Text(2);
  link.wanted = rows.Number(3) != 0;
  link.mentions = static_cast<int>(within(4, kMaxPartsPerResource, 0));
  link.revision = within(5, kMostRevisions, 0);
  link.applied_revision = within(6, kMostRevisions, 0);
  link.presence = static_cast<Presence>(within(7, 3, static_cast<int>(Presence::kMaybe)));
  link.launchdarkly_id = rows.Text(8);
  link.status = StatusOf(rows.Number(9));
  link.due = rows.MaybeTime(10);
  link.attempts = static_cast<int>(within(11, kMostAttempts, 0));
  link.failing = Duration(within(12, kLongestFailing.count(), 0));
  link.error = rows.Text(13);
  link.changed_at = rows.Time(14);
  link.waiting_since = rows.Time(15);
  link.shown = UnpackFingerprint(rows.Bytes(16));
  link.look_first = rows.Number(17) != 0;
  return link;
}

}  // namespace flaglinkd
