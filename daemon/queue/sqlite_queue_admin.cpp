#include "daemon/queue/sqlite_queue_admin.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>
#include <utility>

#include "daemon/domain/text.h"
#include "daemon/queue/admin_statements.h"
#include "daemon/queue/link_actions.h"
#include "daemon/queue/packing.h"
#include "daemon/queue/payload.h"

namespace flaglinkd {
namespace {

constexpr std::int64_t kMostEventsLookedAt = 1'000'000;
constexpr std::size_t kShownOfFilter = 100;  // characters, in an error

constexpr std::pair<std::string_view, LinkStatus> kStatuses[] = {
    {"applied", LinkStatus::kApplied}, {"foreign", LinkStatus::kForeign},
    {"waiting", LinkStatus::kWaiting}, {"unknown_flag", LinkStatus::kUnknownFlag},
    {"failed", LinkStatus::kFailed},   {"gone", LinkStatus::kGone}};
constexpr std::pair<std::string_view, EventOutcome> kOutcomes[] = {
    {"stored", EventOutcome::kStored}, {"failed", EventOutcome::kFailed}};

Error Invalid(std::string_view text, std::string_view what) {
  return Error{Error::Code::kInvalid,
               "\"" + EscapeForLine(text, kShownOfFilter) + "\" is no " + std::string(what)};
}

// What a name stands for; nullopt for a name that is none of them.
template <typename Value, std::size_t kSize>
std::optional<Value> Named(std::string_view wanted,
                           const std::pair<std::string_view, Value> (&names)[kSize]) {
  for (const auto& [name, value] : names) {
    if (name == wanted) return value;
  }
  return std::nullopt;
}

std::string NameOf(LinkStatus wanted) {
  for (const auto& [name, status] : kStatuses) {
    if (status == wanted) return std::string(name);
  }
  return "";
}

std::string TextOf(const LinkId& id) {
  return std::to_string(id.resource) + '.' + std::to_string(id.flag);
}

std::optional<LinkId> ParseLinkId(std::string_view text) {
  LinkId id;
  const char* const end = text.data() + text.size();
  const auto resource = std::from_chars(text.data(), end, id.resource);
  if (resource.ec != std::errc() || resource.ptr == end || *resource.ptr != '.')
    return std::nullopt;
  const auto flag = std::from_chars(resource.ptr + 1, end, id.flag);
  if (flag.ec != std::errc() || flag.ptr != end || TextOf(id) != text) return std::nullopt;
  return id;
}

std::size_t Bounded(std::size_t limit) {
  return std::min(limit, kMostReports);
}

}  // namespace

SqliteQueueAdmin::SqliteQueueAdmin(Database& database, Stores& stores, Transact transact)
    : database_(database),
      stores_(stores),
      transact_(std::move(transact)),
      links_by_id_(database, statements::kLinksById),
      links_by_resource_(database, statements::kLinksByResource),
      all_links_(database, statements::kAllLinks),
      show_resource_(database, statements::kShowResource),
      mentions_of_parts_(database, statements::kMentionsOfParts),
      events_(database, statements::kEvents),
      read_payload_(database, statements::kReadPayload) {}

Result<std::vector<LinkReport>> SqliteQueueAdmin::Links(const LinkFilter& filter) {
  const Result<std::vector<LinkId>> found = Find(filter, LinkUse::kShow, TimePoint());
  if (!found) return found.error();
  std::vector<LinkReport> reports;
  for (const LinkId& id : *found) {
    const std::optional<LinkRow> link = stores_.links.Find(id);
    if (!link) continue;
    reports.push_back(Report(*link));
    if (filter.id) reports.back().mentions = MentionsOf(id);
  }
  if (std::optional<Error> error = TakeError()) return *error;
  return reports;
}

Result<int> SqliteQueueAdmin::Retry(const LinkFilter& filter, TimePoint now) {
  // A link that is named is meant, even if nothing is wrong with it as far as we know.
  if (filter.id) {
    return ChangeEach(filter, LinkUse::kShow, now, [&](LinkRow& link, Books& books) {
      return flaglinkd::Retry(link, now) || Verify(link, now, books);
    });
  }
  return ChangeEach(filter, LinkUse::kRetry, now,
                    [&](LinkRow& link, Books&) { return flaglinkd::Retry(link, now); });
}

Result<int> SqliteQueueAdmin::Forget(const LinkFilter& filter, bool remove, TimePoint now) {
  const LinkUse use = remove ? LinkUse::kForgetAndRemove : LinkUse::kForgetAndLeave;
  return ChangeEach(filter, use, now, [&](LinkRow& link, Books& books) {
    return remove ? ForgetAndRemove(link, now, books) : ForgetAndLeave(link, now, books);
  });
}

Result<std::vector<EventReport>> SqliteQueueAdmin::Events(const EventFilter& filter) {
  std::optional<EventOutcome> outcome;
  std::optional<std::int64_t> source;
  if (filter.outcome) {
    outcome = Named(*filter.outcome, kOutcomes);
    if (!outcome) return Invalid(*filter.outcome, "outcome of an event: stored or failed");
  }
  if (filter.source) {
    source = stores_.names.Find(*filter.source);
    if (!source) return std::vector<EventReport>();
  }
  const std::int64_t highest = stores_.events.HighestId();
  const std::int64_t newest = std::min(highest, filter.before.value_or(highest + 1) - 1);
  const std::int64_t first = filter.id.value_or(newest - kMostEventsLookedAt + 1);
  std::vector<EventReport> reports;
  for (Rows rows = events_.Query(source, outcome, filter.since.value_or(TimePoint::min()), first,
                                 filter.id.value_or(newest), Bounded(filter.limit));
       rows.Next();) {
    EventReport& report = reports.emplace_back();
    report.id = rows.Number(0);
    report.source = rows.Text(1);
    report.outcome = rows.Number(2) == 0 ? "stored" : "failed";
    report.reason = rows.Text(3);
    report.received = rows.Time(4);
    report.links = static_cast<int>(
        std::clamp<std::int64_t>(rows.Number(5), 0, std::numeric_limits<int>::max()));
    report.has_payload = rows.Number(6) != 0;
  }
  if (std::optional<Error> error = TakeError()) return *error;
  return reports;
}

Result<std::optional<Payload>> SqliteQueueAdmin::PayloadOf(std::int64_t event) {
  std::optional<Payload> payload;
  {
    Rows rows = read_payload_.Query(event);
    if (rows.Next()) {
      payload = UnpackPayload(static_cast<PayloadEncoding>(rows.Number(0)), rows.Bytes(1));
      if (!payload) {
        database_.Fail(Error::Code::kInvalid,
                       "the payload of event " + std::to_string(event) + " is damaged");
      }
    }
  }
  if (std::optional<Error> error = TakeError()) return *error;
  return payload;
}

Result<std::vector<LinkId>> SqliteQueueAdmin::Find(const LinkFilter& filter, LinkUse use,
                                                   TimePoint now) {
  std::optional<LinkStatus> status;
  if (filter.status) {
    status = Named(*filter.status, kStatuses);
    if (!status) {
      return Invalid(*filter.status,
                     "status of a link: applied, foreign, waiting, unknown_flag, failed or gone");
    }
  }
  const auto query = [&](Statement& statement, const auto&... place) {
    std::vector<LinkId> found;
    for (Rows rows = statement.Query(status, filter.project, filter.flag, filter.name_space,
                                     filter.since.value_or(TimePoint::min()), use, now,
                                     Bounded(filter.limit), place...);
         rows.Next();) {
      found.push_back({rows.Number(0), rows.Number(1)});
    }
    return found;
  };
  std::vector<LinkId> found;
  if (filter.id) {
    const std::optional<LinkId> id = ParseLinkId(*filter.id);
    if (!id) return Invalid(*filter.id, "id of a link, such as 17.4");
    found = query(links_by_id_, id->resource, id->flag);
  } else if (filter.resource) {
    found = query(links_by_resource_, *filter.resource);
  } else {
    found = query(all_links_);
  }
  if (std::optional<Error> error = TakeError()) return *error;
  return found;
}

template <typename Change>
Result<int> SqliteQueueAdmin::ChangeEach(const LinkFilter& filter, LinkUse use, TimePoint now,
                                         Change change) {
  const Result<std::vector<LinkId>> found = Find(filter, use, now);
  if (!found) return found.error();
  int changed = 0;
  const Status done = transact_(now, [&](QueueMemory& memory) {
    for (const LinkId& id : *found) {
      const std::optional<LinkRow> before = stores_.links.Find(id);
      if (!before) continue;
      LinkRow after = *before;
      if (!change(after, memory.books)) continue;
      stores_.links.Save(before, after, memory.books);
      if (before->IsOpen() && !after.IsOpen()) stores_.resources.DropAccepted(id.resource);
      ++changed;
    }
  });
  if (!done) return done.error();
  return changed;
}

LinkReport SqliteQueueAdmin::Report(const LinkRow& link) {
  LinkReport report;
  report.id = TextOf(link.id);
  report.key = link.key;
  report.flag = stores_.flags.FlagOf(link.id.flag).value_or(FlagKey{});
  report.status = NameOf(link.status);
  report.wanted = link.wanted;
  report.attempts = link.attempts;
  report.reason = link.error;
  report.due = link.due;
  report.changed_at = link.changed_at;
  std::int64_t name_space = 0;
  {
    Rows rows = show_resource_.Query(link.id.resource);
    if (!rows.Next()) return report;
    name_space = rows.Number(0);
    report.resource = rows.Text(1);
    report.name = rows.Text(2);
    report.title = rows.Text(3);
    report.url = rows.Text(4);
  }
  report.name_space = stores_.names.NameOf(name_space);
  return report;
}

std::vector<std::string> SqliteQueueAdmin::MentionsOf(const LinkId& id) {
  std::vector<std::string> mentions;
  const auto add = [&](const std::string& part, std::string_view packed) {
    const std::string place = part.empty() ? "" : part + ": ";
    const std::optional<std::vector<StoredMention>> stored = UnpackMentions(packed);
    if (!stored) return mentions.push_back(place + "what it mentions is damaged");
    for (const StoredMention& mention : *stored) {
      if (mention.flag == id.flag) mentions.push_back(place + mention.reason);
    }
  };
  {
    Rows rows = show_resource_.Query(id.resource);
    if (rows.Next()) add("", rows.Bytes(5));
  }
  for (Rows rows = mentions_of_parts_.Query(id.resource);
       mentions.size() < kMostReports && rows.Next();) {
    add(rows.Text(0), rows.Bytes(1));
  }
  return mentions;
}

std::optional<Error> SqliteQueueAdmin::TakeError() {
  std::optional<Error> error = database_.error();
  if (!error) return std::nullopt;
  database_.ClearError();
  error->message.insert(0, "read ");
  return error;
}

}  // namespace flaglinkd
