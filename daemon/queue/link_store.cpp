#include "daemon/queue/link_store.h"

#include "daemon/queue/packing.h"
#include "daemon/queue/statements.h"

namespace flaglinkd {
namespace {

constexpr std::int64_t kMostRevisions = std::int64_t{1} << 53;
constexpr std::int64_t kMostAttempts = 1'000'000'000;
constexpr Duration kLongestFailing = std::chrono::hours(24 * 366);

}  // namespace

LinkStore::LinkStore(Database& database)
    : of_resource_(database, statements::kLinksOfResource),
      find_(database, statements::kReadLink),
      due_(database, statements::kDueLinks),
      appointments_(database, statements::kNextDue),
      add_(database, statements::kAddLink),
      change_(database, statements::kChangeLink),
      set_due_(database, statements::kSetDue),
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
  if (before) --books.Links(before->status);
  if (after.IsSpent()) {
    if (before) remove_.Run(after.id.resource, after.id.flag);
    return;
  }
  ++books.Links(after.status);
  if (!before) {
    add_.Run(after.id.resource, after.id.flag, after.key, after.wanted, after.mentions,
             after.revision, after.applied_revision, after.presence, after.launchdarkly_id,
             after.status, after.due, after.attempts, after.failing, after.error, after.changed_at,
             after.waiting_since);
    return;
  }
  change_.Run(after.id.resource, after.id.flag, after.wanted, after.mentions, after.revision,
              after.applied_revision, after.presence, after.launchdarkly_id, after.status,
              after.attempts, after.failing, after.error, after.changed_at, after.waiting_since);
  if (before->due != after.due) set_due_.Run(after.id.resource, after.id.flag, after.due);
}

std::vector<DueLink> LinkStore::Due(TimePoint now, std::size_t limit) {
  std::vector<DueLink> links;
  for (Rows rows = due_.Query(now, limit); rows.Next();) {
    DueLink& link = links.emplace_back();
    link.row = Read(rows);
    constexpr int kResource = 16;  // the first column after the link's own
    link.name_space = rows.Number(kResource);
    link.resource = rows.Text(kResource + 1);
    if (rows.IsNull(kResource)) continue;
    link.content = UnpackContent(rows.Bytes(kResource + 5));
    if (!link.content) continue;
    link.content->name = rows.Text(kResource + 2);
    link.content->title = rows.Text(kResource + 3);
    link.content->url = rows.Text(kResource + 4);
    link.first_seen = rows.Time(kResource + 6);
  }
  return links;
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
  link.presence = static_cast<Presence>(within(7, 2, static_cast<int>(Presence::kMaybe)));
  link.launchdarkly_id = rows.Text(8);
  link.status = StatusOf(rows.Number(9));
  link.due = rows.MaybeTime(10);
  link.attempts = static_cast<int>(within(11, kMostAttempts, 0));
  link.failing = Duration(within(12, kLongestFailing.count(), 0));
  link.error = rows.Text(13);
  link.changed_at = rows.Time(14);
  link.waiting_since = rows.Time(15);
  return link;
}

}  // namespace flaglinkd
