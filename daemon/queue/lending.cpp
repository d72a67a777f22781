#include "daemon/queue/lending.h"

#include <optional>
#include <utility>

#include "daemon/domain/link_body.h"
#include "daemon/queue/link_row.h"

namespace flaglinkd {
namespace {

// Bounds a batch. A claim that sets only such links aside looks like trouble to whoever asks, who
// then waits before the next one.
constexpr int kMostSetAside = 256;

}  // namespace

bool Lending::End(const Outcome& outcome, TimePoint now, QueueMemory& memory) {
  const auto lease = memory.leases.find(outcome.id);
  const bool is_leased = lease != memory.leases.end();
  const bool is_ours = is_leased && lease->second.token == outcome.token;
  QueueMemory::Claim claim;
  if (is_ours) {
    claim = lease->second;
    memory.leases.erase(lease);
  } else if (is_leased) {
    lease->second.in_doubt = true;
  }
  const std::optional<LinkRow> before = stores_.links.Find(outcome.id);
  // A link that is spent; while it is leased only a damaged database loses it.
  if (!before) return is_ours;
  LinkRow after = *before;
  if (is_ours) Record(after, outcome, {now, options_.settle}, memory.books);
  if (!is_ours || claim.in_doubt) Doubt(after, now, memory.books);
  if (claim.flag_met && after.status == LinkStatus::kUnknownFlag) MeetFlag(after, now);
  stores_.links.Save(before, after, memory.books);
  if (before->IsOpen() && !after.IsOpen()) stores_.resources.DropAccepted(outcome.id.resource);
  return is_ours;
}

std::vector<Lease> Lending::Claim(const Batch& batch, QueueMemory& memory) {
  std::vector<Lease> leases;
  int set_aside = 0;
  bool again = batch.claim_limit > 0;
  while (std::exchange(again, false)) {
    // Leased links keep their place in due order, so look past them.
    const std::size_t limit = batch.claim_limit - leases.size() + memory.leases.size();
    for (const DueLink& due : stores_.links.Due(batch.now, limit)) {
      if (leases.size() == batch.claim_limit || database_.error()) return leases;
      if (Take(due, batch, leases, memory) != Turn::kSetAside) continue;
      again = ++set_aside < kMostSetAside;
    }
  }
  return leases;
}

Lending::Turn Lending::Take(const DueLink& due, const Batch& batch, std::vector<Lease>& leases,
                            QueueMemory& memory) {
  if (memory.leases.contains(due.row.id)) return Turn::kSkipped;
  const std::optional<FlagKey> flag = stores_.flags.FlagOf(due.row.id.flag);
  if (!flag) {
    if (!database_.error()) PutAside(due.row, memory);
    return Turn::kSetAside;
  }
  // Somebody else's link takes no place, so that ours need not wait for one to look at it.
  if (due.row.wanted && due.row.presence == Presence::kNever &&
      stores_.room.Free(due.row.id.flag, memory.books.room) == 0) {
    LinkRow waiting = due.row;
    WaitForRoom(waiting, stores_.room.places());
    stores_.links.Save(due.row, waiting, memory.books);
    return Turn::kSetAside;
  }
  LinkRow marked = due.row;
  MarkClaimed(marked);
  stores_.links.Save(due.row, marked, memory.books);
  Lease lease = MakeLease(due, *flag, batch.now);
  lease.token = memory.next_token++;
  lease.until = batch.now + batch.lease;
  memory.leases[lease.id] = {lease.token, lease.until};
  leases.push_back(std::move(lease));
  return Turn::kLeased;
}

// Else a damaged row would stand in front of all others for ever.
void Lending::PutAside(const LinkRow& row, QueueMemory& memory) {
  LinkRow damaged = row;
  if (damaged.IsOpen()) damaged.status = LinkStatus::kFailed;
  damaged.due.reset();
  damaged.error = "the stored flag is damaged";
  stores_.links.Save(row, damaged, memory.books);
}

Lease Lending::MakeLease(const DueLink& due, const FlagKey& flag, TimePoint now) {
  Lease lease;
  lease.id = due.row.id;
  lease.revision = due.row.revision;
  lease.wanted.flag = flag;
  lease.wanted.wanted = due.row.wanted;
  lease.wanted.look_first = due.row.look_first;
  lease.wanted.body.key = due.row.key;
  lease.applied = {due.row.presence, due.row.launchdarkly_id, due.row.shown};
  lease.flag_missing = stores_.catalog.IsMissing(due.row.id.flag, now - options_.catalog_validity);
  lease.attempts = due.row.attempts;
  lease.flag_unknown = due.row.status == LinkStatus::kUnknownFlag;
  lease.failing = due.row.failing;
  lease.changed_at = due.row.waiting_since;
  lease.source_namespace = stores_.names.NameOf(due.name_space);
  lease.resource = due.resource;
  if (!due.row.wanted) return lease;
  if (due.accepted) {
    Result<LinkBody> accepted = RenderLink(*due.accepted, due.row.key, due.first_seen);
    if (accepted) lease.accepted = std::move(*accepted);
  }
  if (!due.content) {
    lease.render_error = "the stored content of the resource is damaged";
  } else if (Result<LinkBody> body = RenderLink(*due.content, due.row.key, due.first_seen)) {
    lease.wanted.body = std::move(*body);
  } else {
    lease.render_error = body.error().message;
  }
  return lease;
}

}  // namespace flaglinkd
