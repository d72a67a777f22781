#include "daemon/queue/fetch_store.h"

#include <limits>

#include "daemon/queue/payload.h"
#include "daemon/queue/statements.h"

namespace flaglinkd {
namespace {

// How far a look goes past events of sources that have enough given out: about a millisecond.
constexpr std::size_t kFarthest = 4096;

}  // namespace

FetchStore::FetchStore(Database& database, NameIds& names)
    : names_(names),
      add_(database, statements::kAddFetch),
      remove_(database, statements::kRemoveFetch),
      put_off_(database, statements::kPutOffFetch),
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
  std::map<std::int64_t, std::size_t> of_source;
  for (const auto& [event, source] : out_) ++of_source[source];
  std::vector<Due> found;
  for (Rows rows = due_.Query(now, kFarthest); rows.Next();) {
    const Due due{rows.Number(0), rows.Number(1)};
    if (out_.contains(due.event) || of_source[due.source] >= per_source) continue;
    ++of_source[due.source];
    found.push_back(due);
  }
  return found;
}

std::optional<TimePoint> FetchStore::Next() {
  for (Rows rows = due_.Query(std::numeric_limits<std::int64_t>::max(), out_.size() + 1);
       rows.Next();) {
    if (!out_.contains(rows.Number(0))) return rows.Time(2);
  }
  return std::nullopt;
}

}  // namespace flaglinkd
