#include "daemon/receive/answers.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <string>

namespace flaglinkd {
namespace {

// A sender that is told to come back sooner only adds to what the store can't take.
constexpr char kRetryAfterSeconds[] = "5";

using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

void Field(JsonWriter& json, const char* name, std::string_view value) {
  json.Key(name);
  json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

template <typename Fill>
HttpResponse JsonAnswer(int status, Fill fill) {
  rapidjson::StringBuffer buffer;
  JsonWriter json(buffer);
  json.StartObject();
  fill(json);
  json.EndObject();
  HttpResponse response;
  response.status = status;
  response.body.assign(buffer.GetString(), buffer.GetSize());
  return response;
}

}  // namespace

HttpResponse ErrorAnswer(int status, std::string_view error) {
  return JsonAnswer(status, [&](JsonWriter& json) { Field(json, "error", error); });
}

HttpResponse UnavailableAnswer() {
  HttpResponse response = ErrorAnswer(503, "unavailable");
  response.headers.push_back({"retry-after", kRetryAfterSeconds});
  return response;
}

HttpResponse IgnoredAnswer(std::string_view reason) {
  return JsonAnswer(200, [&](JsonWriter& json) { Field(json, "ignored", reason); });
}

HttpResponse CommitAnswer(const CommitResult& result) {
  const std::string event = std::to_string(result.event);
  switch (result.kind) {
    case CommitResult::Kind::kStored:
      return JsonAnswer(200, [&](JsonWriter& json) {
        Field(json, "event", event);
        json.Key("links");
        json.Int(result.links);
      });
    case CommitResult::Kind::kFailed:
      return JsonAnswer(200, [&](JsonWriter& json) {
        Field(json, "event", event);
        Field(json, "failed", result.reason);
      });
    case CommitResult::Kind::kDuplicate:
      return JsonAnswer(200, [&](JsonWriter& json) { Field(json, "duplicate", event); });
    case CommitResult::Kind::kIgnored: return IgnoredAnswer(result.reason);
    case CommitResult::Kind::kUnavailable: break;
  }
  return UnavailableAnswer();
}

HttpResponse ReplyAnswer(const AdapterReply& reply) {
  HttpResponse response;
  response.status = reply.status;
  response.content_type = reply.content_type;
  response.headers = reply.headers;
  response.body = reply.body;
  return response;
}

}  // namespace flaglinkd
