#include "daemon/admin/report_json.h"

#include "daemon/admin/json_writing.h"
#include "daemon/admin/utc_time.h"
#include "daemon/domain/text.h"

namespace flaglinkd {
namespace {

void WriteLink(JsonWriter& json, const LinkReport& link) {
  Field(json, "id", link.id);
  Field(json, "status", link.status);
  Field(json, "project", link.flag.project);
  Field(json, "flag", link.flag.key);
  Field(json, "namespace", link.name_space);
  Field(json, "resource", link.resource);
  Field(json, "name", link.name);
  Field(json, "title", link.title);
  Field(json, "url", link.url);
  json.Key("wanted");
  json.Bool(link.wanted);
  Field(json, "attempts", link.attempts);
  Field(json, "reason", link.reason);
  json.Key("due");
  link.due ? WriteText(json, FormatUtc(*link.due)) : static_cast<void>(json.Null());
  Field(json, "changed", FormatUtc(link.changed_at));
  Field(json, "key", link.key);
}

void WriteEvent(JsonWriter& json, const EventReport& event) {
  Field(json, "id", std::to_string(event.id));
  Field(json, "outcome", event.outcome);
  Field(json, "source", event.source);
  Field(json, "received", FormatUtc(event.received));
  Field(json, "links", event.links);
  Field(json, "reason", event.reason);
  json.Key("kept");
  json.Bool(event.has_payload);
}

void WritePayload(JsonWriter& json, const Payload& payload) {
  json.StartObject();
  json.Key("headers");
  json.StartObject();
  for (const Header& header : payload.headers) {
    Field(json, ToValidUtf8(header.name).c_str(), ToValidUtf8(header.value));
  }
  json.EndObject();
  Field(json, "content_type", ToValidUtf8(payload.content_type));
  Field(json, "body", ToValidUtf8(payload.body));
  json.EndObject();
}

const char* Name(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kUpdated: return "updated";
    case ChangeKind::kDeleted: return "deleted";
    case ChangeKind::kCreated: return "created";
  }
  return "";
}

void WriteChange(JsonWriter& json, const ObservedChange& observed) {
  const Change& change = observed.change;
  json.StartObject();
  Field(json, "kind", Name(change.kind));
  Field(json, "resource", change.resource);
  Field(json, "name", change.name);
  Field(json, "part", change.part);
  Field(json, "title", change.title.value_or(""));
  Field(json, "url", change.url.value_or(""));
  json.Key("flags");
  json.StartArray();
  for (const Mention& mention : observed.mentions) {
    json.StartObject();
    Field(json, "project", mention.flag.project);
    Field(json, "key", mention.flag.key);
    Field(json, "because", mention.reason);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
}

void WriteReading(JsonWriter& json, const Reading& reading) {
  json.StartObject();
  Field(json, "outcome", reading.outcome);
  Field(json, "reason", reading.reason);
  json.Key("changes");
  json.StartArray();
  for (const ObservedChange& change : reading.changes) WriteChange(json, change);
  json.EndArray();
  json.EndObject();
}

template <typename Report, typename Write>
HttpResponse ListResponse(const char* name, const std::vector<Report>& reports, std::size_t limit,
                          Write write) {
  return JsonResponse(200, [&](JsonWriter& json) {
    json.Key(name);
    json.StartArray();
    for (const Report& report : reports) {
      json.StartObject();
      write(json, report);
      json.EndObject();
    }
    json.EndArray();
    json.Key("limit");
    json.Uint64(limit);
  });
}

const char* Name(CommitResult::Kind kind) {
  switch (kind) {
    case CommitResult::Kind::kStored: return "stored";
    case CommitResult::Kind::kIgnored: return "ignored";
    case CommitResult::Kind::kDuplicate: return "duplicate";
    case CommitResult::Kind::kFailed: return "failed";
    case CommitResult::Kind::kUnavailable: return "unavailable";
  }
  return "";
}

}  // namespace

HttpResponse ErrorResponse(int status, std::string_view message) {
  return JsonResponse(status,
                      [&](JsonWriter& json) { Field(json, "error", ToValidUtf8(message)); });
}

HttpResponse ErrorResponse(const Error& error) {
  switch (error.code) {
    case Error::Code::kInvalid: return ErrorResponse(400, error.message);
    case Error::Code::kNotFound: return ErrorResponse(404, error.message);
    case Error::Code::kConflict: return ErrorResponse(409, error.message);
    case Error::Code::kUnavailable: return ErrorResponse(503, error.message);
    case Error::Code::kInternal: break;
  }
  return ErrorResponse(500, error.message);
}

HttpResponse LinksResponse(const std::vector<LinkReport>& links, std::size_t limit) {
  return ListResponse("links", links, limit, WriteLink);
}

HttpResponse LinkResponse(const LinkReport& link) {
  return JsonResponse(200, [&](JsonWriter& json) {
    WriteLink(json, link);
    json.Key("mentions");
    json.StartArray();
    for (const std::string& mention : link.mentions) WriteText(json, mention);
    json.EndArray();
  });
}

HttpResponse EventsResponse(const std::vector<EventReport>& events, std::size_t limit) {
  return ListResponse("events", events, limit, WriteEvent);
}

HttpResponse EventResponse(const EventReport& event, const std::optional<Payload>& payload,
                           const std::optional<Reading>& reading) {
  return JsonResponse(200, [&](JsonWriter& json) {
    WriteEvent(json, event);
    json.Key("payload");
    payload ? WritePayload(json, *payload) : static_cast<void>(json.Null());
    json.Key("reading");
    reading ? WriteReading(json, *reading) : static_cast<void>(json.Null());
  });
}

HttpResponse CountResponse(const char* what, int count) {
  return JsonResponse(200, [&](JsonWriter& json) { Field(json, what, count); });
}

HttpResponse ArmedResponse(TimePoint until) {
  return JsonResponse(200, [&](JsonWriter& json) { Field(json, "armed_until", FormatUtc(until)); });
}

HttpResponse CommitResponse(const CommitResult& result) {
  if (result.kind == CommitResult::Kind::kUnavailable) return ErrorResponse(503, result.reason);
  return JsonResponse(200, [&](JsonWriter& json) {
    Field(json, "outcome", Name(result.kind));
    if (result.event != 0) Field(json, "event", std::to_string(result.event));
    Field(json, "links", result.links);
    if (!result.reason.empty()) Field(json, "reason", result.reason);
  });
}

HttpResponse TallyResponse(const ReplayTally& tally) {
  return JsonResponse(tally.stopped.empty() ? 200 : 503, [&](JsonWriter& json) {
    Field(json, "stored", tally.stored);
    Field(json, "ignored", tally.ignored);
    Field(json, "failed", tally.failed);
    Field(json, "not_kept", tally.not_kept);
    Field(json, "links", tally.links);
    if (!tally.stopped.empty()) {
      Field(json, "error", tally.stopped);
    } else if (tally.more_before) {
      Field(json, "more_before", std::to_string(*tally.more_before));
    }
  });
}

}  // namespace flaglinkd
