#include "daemon/queue/books.h"

#include <utility>

#include "daemon/queue/statements.h"

namespace flaglinkd {
namespace {

constexpr std::pair<const char*, std::int64_t Books::*> kTotals[] = {
    {"made", &Books::made},
    {"applied", &Books::applied},
    {"superseded", &Books::superseded},
    {"forgotten", &Books::forgotten}};

}  // namespace

LinkStatus StatusOf(std::int64_t number) {
  const bool known = number >= 0 && number < static_cast<std::int64_t>(kLinkStatuses);
  return known ? static_cast<LinkStatus>(number) : LinkStatus::kWaiting;
}

QueueStatistics StatisticsOf(const Books& books) {
  QueueStatistics statistics;
  statistics.applied = books.Links(LinkStatus::kApplied);
  statistics.foreign = books.Links(LinkStatus::kForeign);
  statistics.waiting = books.Links(LinkStatus::kWaiting);
  statistics.unknown_flag = books.Links(LinkStatus::kUnknownFlag);
  statistics.failed = books.Links(LinkStatus::kFailed);
  statistics.total_made = books.made;
  statistics.total_applied = books.applied;
  statistics.total_superseded = books.superseded;
  statistics.total_forgotten = books.forgotten;
  return statistics;
}

BookStore::BookStore(Database& database)
    : database_(database), set_total_(database, statements::kSetTotal) {}

Books BookStore::Load() {
  Books books;
  Statement totals(database_, "SELECT name, value FROM totals");
  for (Rows rows = totals.Query(); rows.Next();) {
    for (const auto& [name, total] : kTotals) {
      if (rows.Bytes(0) == name) books.*total = rows.Number(1);
    }
  }
  Statement counts(database_, "SELECT status, count(*) FROM links GROUP BY status");
  for (Rows rows = counts.Query(); rows.Next();) {
    books.Links(StatusOf(rows.Number(0))) += rows.Number(1);
  }
  return books;
}

void BookStore::Save(const Books& before, const Books& after) {
  for (const auto& [name, total] : kTotals) {
    if (before.*total != after.*total) set_total_.Run(std::string_view(name), after.*total);
  }
}

}  // namespace flaglinkd
