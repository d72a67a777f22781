#include "daemon/cli/ask_stored_queue.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/admin/report_filters.h"
#include "daemon/admin/report_json.h"
#include "daemon/cli/queue_request.h"
#include "daemon/queue/sqlite_link_queue.h"
#include "daemon/queue/stored_queue.h"

namespace flaglinkd {
namespace {

Error NotThere(const char* what, const std::string& id) {
  return {Error::Code::kNotFound, std::string("there is no ") + what + " " + id + "; `flaglinkd " +
                                      what + "s list` shows them"};
}

Result<LinkFilter> LinkFilterFor(const QueueArguments& arguments, const Config& config,
                                 TimePoint now) {
  LinkFilter by_id;
  by_id.id = arguments.id;
  if (!arguments.id.empty()) return by_id;
  const auto conditions = ConditionsOf(arguments, now);
  if (!conditions) return conditions.error();
  Result<LinkFilter> filter = LinkFilterOf(Conditions(conditions->begin(), conditions->end()));
  if (!filter || !filter->name_space) return filter;
  for (const SourceOptions& source : config.sources) {
    if (source.name == *filter->name_space) filter->name_space = source.name_space;
  }
  return filter;
}

Result<std::string> ListLinks(QueueAdmin& queue, const LinkFilter& filter) {
  const Result<std::vector<LinkReport>> links = queue.Links(filter);
  if (!links) return links.error();
  return LinksResponse(*links, filter.limit).body;
}

Result<std::string> ShowLink(QueueAdmin& queue, const LinkFilter& filter) {
  const Result<std::vector<LinkReport>> links = queue.Links(filter);
  if (!links) return links.error();
  if (links->empty()) return NotThere("link", filter.id.value_or(""));
  return LinkResponse(links->front()).body;
}

Result<std::string> ListEvents(QueueAdmin& queue, const QueueArguments& arguments, TimePoint now) {
  const auto conditions = ConditionsOf(arguments, now);
  if (!conditions) return conditions.error();
  const Result<EventFilter> filter =
      EventFilterOf(Conditions(conditions->begin(), conditions->end()));
  if (!filter) return filter.error();
  const Result<std::vector<EventReport>> events = queue.Events(*filter);
  if (!events) return events.error();
  return EventsResponse(*events, filter->limit).body;
}

Result<std::string> ShowEvent(QueueAdmin& queue, const std::string& id) {
  const Result<std::int64_t> event = ParseEventId(id);
  if (!event) return event.error();
  EventFilter filter;
  filter.id = *event;
  const Result<std::vector<EventReport>> events = queue.Events(filter);
  if (!events) return events.error();
  if (events->empty()) return NotThere("event", id);
  const Result<std::optional<Payload>> payload = queue.PayloadOf(*event);
  if (!payload) return payload.error();
  return EventResponse(events->front(), *payload, std::nullopt).body;
}

// What another made beside the file would be in the service's way.
Status CheckOwner(const std::filesystem::path& file) {
  struct stat status;
  if (stat(file.c_str(), &status) != 0) {
    return Error{Error::Code::kUnavailable, "open " + file.string() + ": " + std::strerror(errno)};
  }
  if (status.st_uid == geteuid()) return {};
  return Error{Error::Code::kUnavailable,
               "open " + file.string() +
                   ": without the service only the file's owner may change it: sudo -u flaglinkd"};
}

Result<std::string> ChangeLinks(QueueVerb verb, LinkFilter filter, const QueueArguments& arguments,
                                const Config& config, TimePoint now) {
  if (Status owner = CheckOwner(config.queue.file); !owner) return owner.error();
  const Result<std::unique_ptr<LinkQueue>> queue = OpenSqliteQueue(config.queue, now);
  if (!queue) return queue.error();
  QueueAdmin& admin = (*queue)->Admin();
  if (filter.id) {
    if (Result<std::string> shown = ShowLink(admin, filter); !shown) return shown.error();
  } else if (!arguments.conditions.contains("limit")) {
    filter.limit = kMostReports;
  }
  const bool retry = verb == QueueVerb::kRetryLinks;
  const Result<int> count =
      retry ? admin.Retry(filter, now) : admin.Forget(filter, arguments.remove, now);
  if (!count) return count.error();
  return CountResponse(retry ? "retried" : "forgotten", *count).body;
}

}  // namespace

Result<std::string> AskStoredQueue(QueueVerb verb, const QueueArguments& arguments,
                                   const Config& config, TimePoint now) {
  if (verb == QueueVerb::kReplayEvents) {
    return Error{Error::Code::kUnavailable, "to replay takes the service: start it first"};
  }
  const bool of_links = verb != QueueVerb::kListEvents && verb != QueueVerb::kShowEvent;
  const Result<LinkFilter> links =
      of_links ? LinkFilterFor(arguments, config, now) : Result<LinkFilter>(LinkFilter());
  if (!links) return links.error();
  if (verb == QueueVerb::kRetryLinks || verb == QueueVerb::kForgetLinks) {
    return ChangeLinks(verb, *links, arguments, config, now);
  }
  const Result<std::unique_ptr<StoredQueue>> queue = OpenStoredQueue(config.queue.file);
  if (!queue) return queue.error();
  QueueAdmin& admin = (*queue)->Admin();
  if (verb == QueueVerb::kListLinks) return ListLinks(admin, *links);
  if (verb == QueueVerb::kShowLink) return ShowLink(admin, *links);
  if (verb == QueueVerb::kListEvents) return ListEvents(admin, arguments, now);
  return ShowEvent(admin, arguments.id);
}

}  // namespace flaglinkd
