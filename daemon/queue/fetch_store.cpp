#include "daemon/queue/fetch_store.h"

#include <algorithm>
#include <limits>

#include "daemon/queue/payload.h"
#include "daemon/queue/statements.h"

namespace flaglinkd {
FetchStore::FetchStore(Database& database, NameIds& names)
    : names_(names),
      add_(database, statements::kAddFetch),
      remove_(database, statements::kRemoveFetch),
      put_off_(database, statements::kPutOffFetch),
      next_source_(database, statements::kNextFetchSource),
      due_(database, statements::kDueFetches),
      read_(database, statements::kReadFetch) {}

void FetchStore::Add(const FetchRow& row) {
  add_.Run(row.event, row.source, row.received, row.since, row.bare, row.keeps_payload);
}

// A transaction that fails leaves the row behind, due and not given out: it is simply taken again.
std::optional<FetchRow> FetchStore::Remove(std::int64_t event) {
  GiveBack(event);
  std::optional<FetchRow> removed;
  for (Rows rows = remove_.Query(event); rows.Next();) {
    removed.emplace();
    removed->event = event;
    removed->bare = rows.Number(0) != 0;
    removed->keeps_payload = rows.Number(1) != 0;
  }
  return removed;
}

void FetchStore::PutOff(std::int64_t event, int attempts, TimePoint due) {
  put_off_.Run(event, attempts, due);
}

std::vector<WaitingFetch> FetchStore::Take(TimePoint now, std::size_t per_source) {
  std::vector<WaitingFetch> taken;
  for (const Due& due : FindDue(now, per_source)) {
    Rows row = read_.Query(due.event);
    if (!row.Next()) continue;
    WaitingFetch fetch;
    fetch.event = due.event;
    fetch.source = names_.NameOf(due.source);
    fetch.received = row.Time(0);
    fetch.since = row.Time(1);
    fetch.attempts = static_cast<int>(row.Number(2));
    if (!row.IsNull(3)) {
      fetch.payload = UnpackPayload(static_cast<PayloadEncoding>(row.Number(3)), row.Bytes(4));
    }
    out_.emplace(due.event, due.source);
    taken.push_back(std::move(fetch));
  }
  return taken;
}

std::vector<FetchStore::Due> FetchStore::FindDue(TimePoint now, std::size_t per_source) {
  std::vector<Due> found;
  for (const std::int64_t source : Sources()) {
    std::size_t out = OutOf(source);
    // So many rows are enough: all that are given out may be among them.
    for (Rows rows = due_.Query(source, now, per_source); rows.Next() && out < per_source;) {
      const std::int64_t event = rows.Number(0);
      if (out_.contains(event)) continue;
      found.push_back({event, source});
      ++out;
    }
  }
  return found;
}

std::optional<TimePoint> FetchStore::Next() {
  constexpr auto kEver = std::numeric_limits<std::int64_t>::max();
  std::optional<TimePoint> next;
  for (const std::int64_t source : Sources()) {
    for (Rows rows = due_.Query(source, kEver, OutOf(source) + 1); rows.Next();) {
      if (out_.contains(rows.Number(0))) continue;
      next = std::min(next.value_or(TimePoint::max()), rows.Time(1));
      break;
    }
  }
  return next;
}

std::vector<std::int64_t> FetchStore::Sources() {
  std::vector<std::int64_t> sources;
  for (std::int64_t last = 0;;) {
    Rows rows = next_source_.Query(last);
    // Not beyond it, though SQLite says so: the row is damaged.
    if (!rows.Next() || rows.Number(0) <= last) return sources;
    sources.push_back(last = rows.Number(0));
  }
}

std::size_t FetchStore::OutOf(std::int64_t source) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(out_, [source](const auto& event) { return event.second == source; }));
}

}  // namespace flaglinkd
