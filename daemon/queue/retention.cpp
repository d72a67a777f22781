#include "daemon/queue/retention.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "daemon/queue/admin_statements.h"

namespace flaglinkd {
namespace {

// A step. As many rows as two full batches add, so that a busy queue can't outrun it; and bytes,
// since each page of a payload is touched when it is freed.
constexpr std::size_t kStepRows = 512;
constexpr std::uint64_t kStepBytes = 8 << 20;
// Once at max_bytes, room is made until a twentieth is free, not at every batch anew.
constexpr std::uint64_t kFreeShare = 20;
// A pass over the clocks reads all parts and resources.
constexpr Duration kBetweenPasses = std::chrono::hours(1);

std::int64_t NumberFrom(Statement& statement) {
  Rows rows = statement.Query();
  return rows.Next() ? rows.Number(0) : 0;
}

}  // namespace

Retention::Retention(Database& database, Stores& stores, const QueueOptions& options)
    : stores_(stores),
      options_(options),
      page_size_(static_cast<std::uint64_t>(database.Number("PRAGMA page_size"))),
      oldest_events_(database, statements::kOldestEvents),
      remove_events_(database, statements::kRemoveEvents),
      oldest_payloads_(database, statements::kOldestPayloads),
      remove_payloads_(database, statements::kRemovePayloads),
      next_parts_(database, statements::kNextParts),
      remove_part_(database, statements::kRemovePart),
      next_resources_(database, statements::kNextResources),
      remove_resource_(database, statements::kRemoveResource),
      has_payload_(database, statements::kHasPayload),
      pages_(database, statements::kPages),
      free_pages_(database, statements::kFreePages) {}

bool Retention::Sweep(TimePoint now, const QueueMemory& memory) {
  if (MakesRoom() && ReclaimStep(memory)) return true;
  return EventStep(now - options_.keep_events, memory.next_event - 1) ||
         ClockStep(now, memory.next_resource - 1);
}

Status Retention::MakeRoom(const QueueMemory& memory) {
  if (!MakesRoom()) return {};
  ReclaimStep(memory);
  return HasRoom(memory);
}

Status Retention::HasRoom(const QueueMemory& memory) {
  const std::uint64_t used = BytesInUse();
  if (used < options_.max_bytes || !is_full_ || NumberFrom(has_payload_) != 0) return {};
  {
    Rows rows = oldest_events_.Query(memory.next_event - 2, 1);
    if (rows.Next()) return {};
  }
  return Error{Error::Code::kUnavailable, "write " + options_.file.string() +
                                              ": what waits fills " + std::to_string(used) +
                                              " bytes: over max_bytes"};
}

bool Retention::MakesRoom() {
  const std::uint64_t used = BytesInUse();
  making_room_ = used >= options_.max_bytes || (making_room_ && used > LowMark());
  is_full_ &= used >= options_.max_bytes;
  if (!making_room_) reclaiming_ = {};
  return making_room_;
}

bool Retention::ReclaimStep(const QueueMemory& memory) {
  // Not more than it takes: what is removed can't be looked at or replayed any more.
  const std::uint64_t excess = std::min(BytesInUse() - LowMark(), kStepBytes);
  const bool is_more = RemovePayloads(std::numeric_limits<std::int64_t>::max(), excess) ||
                       RemoveEvents(memory.next_event - 2) ||
                       ReclaimClocks(memory.next_resource - 1);
  MakesRoom();  // notes whether it was enough, before the batch takes up room again
  return is_more;
}

bool Retention::ReclaimClocks(std::int64_t newest_resource) {
  if (PassStep(reclaiming_, TimePoint::max(), newest_resource)) return true;
  is_full_ = BytesInUse() >= options_.max_bytes;
  // What came during the pass may be left.
  return std::exchange(reclaiming_, {}).has_removed;
}

bool Retention::EventStep(TimePoint limit, std::int64_t newest_event) {
  // Ids are arrival order: what came before an old event is old too, whatever its own time says.
  std::int64_t last = 0;
  std::size_t rows_seen = 0;
  for (Rows rows = oldest_events_.Query(newest_event - 1, kStepRows); rows.Next(); ++rows_seen) {
    if (rows.Time(1) < limit) last = rows.Number(0);
  }
  if (last == 0) return false;
  // A payload never outlives its event.
  if (RemovePayloads(last, kStepBytes)) return true;
  RemoveEvents(last);
  return rows_seen == kStepRows;
}

bool Retention::ClockStep(TimePoint now, std::int64_t newest_resource) {
  // Or the clock was set back.
  const bool is_time = !aged_at_ || now >= *aged_at_ + kBetweenPasses || now < *aged_at_;
  if (!is_time) return false;
  if (PassStep(ageing_, now - options_.keep_events, newest_resource)) return true;
  ageing_ = {};
  aged_at_ = now;
  return false;
}

bool Retention::PassStep(Pass& pass, TimePoint limit, std::int64_t newest_resource) {
  if (pass.parts_done) return ResourceStep(pass, limit, newest_resource);
  if (!PartStep(pass, limit)) pass = {true, 0, "", pass.has_removed};
  return true;
}

bool Retention::PartStep(Pass& pass, TimePoint limit) {
  std::vector<std::pair<std::int64_t, std::string>> old;
  std::size_t rows_seen = 0;
  for (Rows rows = next_parts_.Query(pass.resource, pass.part, limit, kStepRows); rows.Next();
       ++rows_seen) {
    pass.resource = rows.Number(0);
    pass.part = rows.Text(1);
    if (rows.Number(2) != 0) old.emplace_back(pass.resource, pass.part);
  }
  for (const auto& [resource, part] : old) remove_part_.Run(resource, part);
  pass.has_removed |= !old.empty();
  return rows_seen == kStepRows;
}

bool Retention::ResourceStep(Pass& pass, TimePoint limit, std::int64_t newest_resource) {
  std::vector<std::int64_t> old;
  std::size_t rows_seen = 0;
  for (Rows rows = next_resources_.Query(pass.resource, limit, kStepRows); rows.Next();
       ++rows_seen) {
    pass.resource = rows.Number(0);
    if (rows.Number(1) != 0 && pass.resource < newest_resource) old.push_back(pass.resource);
  }
  for (const std::int64_t resource : old) remove_resource_.Run(resource);
  pass.has_removed |= !old.empty();
  return rows_seen == kStepRows;
}

bool Retention::RemovePayloads(std::int64_t last, std::uint64_t most_bytes) {
  std::optional<std::int64_t> end;
  std::size_t rows_seen = 0;
  std::uint64_t bytes = 0;
  for (Rows rows = oldest_payloads_.Query(last, kStepRows); bytes < most_bytes && rows.Next();
       ++rows_seen) {
    end = rows.Number(0);
    bytes += static_cast<std::uint64_t>(rows.Number(1));
  }
  if (end) remove_payloads_.Run(*end);
  return rows_seen == kStepRows || bytes >= most_bytes;
}

bool Retention::RemoveEvents(std::int64_t last) {
  std::optional<std::int64_t> end;
  std::size_t rows_seen = 0;
  for (Rows rows = oldest_events_.Query(last, kStepRows); rows.Next(); ++rows_seen) {
    end = rows.Number(0);
    stores_.events.ForgetDelivery(*end, rows.Number(2), rows.Bytes(3));
  }
  if (end) remove_events_.Run(*end);
  return rows_seen == kStepRows;
}

std::uint64_t Retention::LowMark() const {
  return options_.max_bytes - options_.max_bytes / kFreeShare;
}

std::uint64_t Retention::BytesInUse() {
  const std::int64_t pages = NumberFrom(pages_) - NumberFrom(free_pages_);
  return static_cast<std::uint64_t>(std::max<std::int64_t>(pages, 0)) * page_size_;
}

}  // namespace flaglinkd
