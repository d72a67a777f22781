#include "daemon/admin/admin_api.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/admin/replay_run.h"
#include "daemon/admin/report_json.h"
#include "daemon/admin/status_json.h"

namespace flaglinkd {
namespace {

Error NoLink(const std::string& id) {
  return {Error::Code::kNotFound, "there is no link " + id + "; `flaglinkd links list` shows them"};
}

Error NothingSelected(const char* conditions) {
  return {Error::Code::kInvalid, std::string("an action needs an id, or one of ") + conditions};
}

// Whether there is such a link, where one was named.
Status CheckThere(QueueAdmin& queue, const LinkFilter& filter) {
  if (!filter.id) return {};
  const Result<std::vector<LinkReport>> links = queue.Links(filter);
  if (!links) return links.error();
  return links->empty() ? Status(NoLink(*filter.id)) : Status();
}

struct StoredEvent {
  EventReport report;
  std::optional<Payload> payload;
};

Result<StoredEvent> ReadEvent(QueueAdmin& queue, std::int64_t id) {
  EventFilter filter;
  filter.id = id;
  const Result<std::vector<EventReport>> events = queue.Events(filter);
  if (!events) return events.error();
  if (events->empty()) {
    return Error{Error::Code::kNotFound, "there is no event " + std::to_string(id) +
                                             "; `flaglinkd events list` shows the newest"};
  }
  Result<std::optional<Payload>> payload = queue.PayloadOf(id);
  if (!payload) return payload.error();
  return StoredEvent{events->front(), *std::move(payload)};
}

}  // namespace

AdminApi::AdminApi(std::shared_ptr<const AdminServices> services, const Clock& clock)
    : services_(std::move(services)), clock_(clock) {}

void AdminApi::OnRequest(HttpRequest request, const Responder& responder) const {
  const auto found = FindRoute(request.method, request.path);
  if (const auto* refusal = std::get_if<HttpResponse>(&found)) return responder.Send(*refusal);
  const std::string& object = std::get<ApiRoute>(found).object;
  switch (std::get<ApiRoute>(found).call) {
    case ApiCall::kShowStatus: return responder.Send(StatusResponse(services_->status()));
    case ApiCall::kListLinks: return ListLinks(request, responder);
    case ApiCall::kShowLink: return ShowLink(object, responder);
    case ApiCall::kRetryLinks: return RetryLinks(request, object, responder);
    case ApiCall::kForgetLinks: return ForgetLinks(request, object, responder);
    case ApiCall::kListEvents: return ListEvents(request, responder);
    case ApiCall::kShowEvent: return ShowEvent(object, responder);
    case ApiCall::kReplayEvents:
      return object.empty() ? ReplayEvents(request, responder) : ReplayEvent(object, responder);
    case ApiCall::kArm: return Arm(request, object, responder);
    case ApiCall::kImport: return Import(std::move(request), object, responder);
  }
}

void AdminApi::ListLinks(const HttpRequest& request, const Responder& responder) const {
  const Result<Conditions> conditions = ConditionsOfQuery(request.query);
  if (!conditions) return responder.Send(ErrorResponse(conditions.error()));
  const Result<LinkFilter> filter = FilterOf(*conditions);
  if (!filter) return responder.Send(ErrorResponse(filter.error()));
  services_->ask([filter = *filter, responder](QueueAdmin& queue) {
    const Result<std::vector<LinkReport>> links = queue.Links(filter);
    responder.Send(links ? LinksResponse(*links, filter.limit) : ErrorResponse(links.error()));
  });
}

void AdminApi::ShowLink(const std::string& id, const Responder& responder) const {
  LinkFilter filter;
  filter.id = id;
  services_->ask([filter, responder](QueueAdmin& queue) {
    const Result<std::vector<LinkReport>> links = queue.Links(filter);
    if (!links) return responder.Send(ErrorResponse(links.error()));
    responder.Send(links->empty() ? ErrorResponse(NoLink(*filter.id))
                                  : LinkResponse(links->front()));
  });
}

void AdminApi::RetryLinks(const HttpRequest& request, const std::string& id,
                          const Responder& responder) const {
  const Result<Conditions> conditions = ConditionsOfBody(request.body);
  if (!conditions) return responder.Send(ErrorResponse(conditions.error()));
  const Result<LinkFilter> filter = TargetOf(id, *conditions);
  if (!filter) return responder.Send(ErrorResponse(filter.error()));
  services_->ask([filter = *filter, now = clock_.Now(), responder](QueueAdmin& queue) {
    if (Status there = CheckThere(queue, filter); !there) {
      return responder.Send(ErrorResponse(there.error()));
    }
    const Result<int> count = queue.Retry(filter, now);
    responder.Send(count ? CountResponse("retried", *count) : ErrorResponse(count.error()));
  });
}

void AdminApi::ForgetLinks(const HttpRequest& request, const std::string& id,
                           const Responder& responder) const {
  Result<Conditions> conditions = ConditionsOfBody(request.body);
  if (!conditions) return responder.Send(ErrorResponse(conditions.error()));
  const Result<bool> remove = TakeSwitch("remove", *conditions);
  if (!remove) return responder.Send(ErrorResponse(remove.error()));
  const Result<LinkFilter> filter = TargetOf(id, *conditions);
  if (!filter) return responder.Send(ErrorResponse(filter.error()));
  services_->ask(
      [filter = *filter, remove = *remove, now = clock_.Now(), responder](QueueAdmin& queue) {
        if (Status there = CheckThere(queue, filter); !there) {
          return responder.Send(ErrorResponse(there.error()));
        }
        const Result<int> count = queue.Forget(filter, remove, now);
        responder.Send(count ? CountResponse("forgotten", *count) : ErrorResponse(count.error()));
      });
}

void AdminApi::ListEvents(const HttpRequest& request, const Responder& responder) const {
  const Result<Conditions> conditions = ConditionsOfQuery(request.query);
  if (!conditions) return responder.Send(ErrorResponse(conditions.error()));
  const Result<EventFilter> filter = EventFilterOf(*conditions);
  if (!filter) return responder.Send(ErrorResponse(filter.error()));
  services_->ask([filter = *filter, responder](QueueAdmin& queue) {
    const Result<std::vector<EventReport>> events = queue.Events(filter);
    responder.Send(events ? EventsResponse(*events, filter.limit) : ErrorResponse(events.error()));
  });
}

void AdminApi::ShowEvent(const std::string& id, const Responder& responder) const {
  const Result<std::int64_t> event = ParseEventId(id);
  if (!event) return responder.Send(ErrorResponse(event.error()));
  services_->ask([services = services_, event = *event, responder](QueueAdmin& queue) {
    const Result<StoredEvent> stored = ReadEvent(queue, event);
    if (!stored) return responder.Send(ErrorResponse(stored.error()));
    if (!stored->payload) {
      return responder.Send(EventResponse(stored->report, std::nullopt, std::nullopt));
    }
    services->explain(stored->report, *stored->payload,
                      [stored = *stored, responder](const Reading& reading) {
                        responder.Send(EventResponse(stored.report, stored.payload, reading));
                      });
  });
}

void AdminApi::ReplayEvent(const std::string& id, const Responder& responder) const {
  const Result<std::int64_t> event = ParseEventId(id);
  if (!event) return responder.Send(ErrorResponse(event.error()));
  services_->ask([services = services_, event = *event, responder](QueueAdmin& queue) {
    const Result<StoredEvent> stored = ReadEvent(queue, event);
    if (!stored) return responder.Send(ErrorResponse(stored.error()));
    if (!stored->payload) {
      return responder.Send(ErrorResponse(409, "nothing was kept of event " +
                                                   std::to_string(event) +
                                                   "; [queue] keep_payloads says what is"));
    }
    services->replay(stored->report, *stored->payload, [responder](const CommitResult& result) {
      responder.Send(CommitResponse(result));
    });
  });
}

void AdminApi::ReplayEvents(const HttpRequest& request, const Responder& responder) const {
  Result<Conditions> conditions = ConditionsOfBody(request.body);
  if (!conditions) return responder.Send(ErrorResponse(conditions.error()));
  if (!IsSelective(*conditions)) {
    return responder.Send(ErrorResponse(NothingSelected("status, source and since")));
  }
  conditions->emplace("limit", std::to_string(kMostReports));
  const Result<EventFilter> filter = EventFilterOf(*conditions);
  if (!filter) return responder.Send(ErrorResponse(filter.error()));
  services_->ask([services = services_, filter = *filter, responder](QueueAdmin& queue) {
    Result<std::vector<EventReport>> events = queue.Events(filter);
    if (!events) return responder.Send(ErrorResponse(events.error()));
    ReplayRun::Start(services, *std::move(events), filter.limit, responder);
  });
}

void AdminApi::Arm(const HttpRequest& request, const std::string& source,
                   const Responder& responder) const {
  Result<Conditions> conditions = ConditionsOfBody(request.body);
  if (!conditions) return responder.Send(ErrorResponse(conditions.error()));
  const Result<bool> replace = TakeSwitch("replace", *conditions);
  if (!replace) return responder.Send(ErrorResponse(replace.error()));
  if (!conditions->empty()) {
    return responder.Send(ErrorResponse(400, "arming has no conditions but replace"));
  }
  services_->arm(source, *replace, [responder](const Result<TimePoint>& until) {
    responder.Send(until ? ArmedResponse(*until) : ErrorResponse(until.error()));
  });
}

void AdminApi::Import(HttpRequest request, const std::string& source,
                      const Responder& responder) const {
  if (!services_->name_space_of(source)) {
    return responder.Send(ErrorResponse(404, "no source is named " + source));
  }
  Webhook webhook{"POST", std::move(request.headers), std::move(request.body), clock_.Now()};
  services_->import(source, std::move(webhook), [responder](const CommitResult& result) {
    responder.Send(CommitResponse(result));
  });
}

Result<LinkFilter> AdminApi::FilterOf(const Conditions& conditions) const {
  Result<LinkFilter> filter = LinkFilterOf(conditions);
  // The links of a source that is no longer configured can still be asked for by its namespace.
  if (filter && filter->name_space) {
    filter->name_space =
        services_->name_space_of(*filter->name_space).value_or(*filter->name_space);
  }
  return filter;
}

// What an action is for: one link, or all that the conditions name.
Result<LinkFilter> AdminApi::TargetOf(const std::string& id, const Conditions& conditions) const {
  if (!id.empty()) {
    if (!conditions.empty()) {
      return Error{Error::Code::kInvalid, "an action on one link has no conditions"};
    }
    LinkFilter filter;
    filter.id = id;
    return filter;
  }
  if (!IsSelective(conditions)) {
    return NothingSelected("status, flag, project, source, resource and since");
  }
  Conditions all = conditions;
  all.emplace("limit", std::to_string(kMostReports));
  return FilterOf(all);
}

}  // namespace flaglinkd
