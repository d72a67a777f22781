#include "daemon/launchdarkly/flag_link_api.h"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "daemon/domain/link_body.h"
#include "daemon/domain/text.h"
#include "daemon/launchdarkly/retry_time.h"

namespace flaglinkd {
namespace {

using Kind = RequestKind;
using Verdict = AttemptOutcome::Result;

constexpr std::size_t kReasonLength = 200;
constexpr std::size_t kExcerptLength = 120;
// A listing has no pages: hundreds of links, and some posters' descriptions are whole pull requests.
constexpr std::size_t kLargestListing = 32u << 20;

// Iterative parsing, since a deeply nested body would overflow the stack of the recursive one.
rapidjson::Document ParseJson(const std::string& body) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(body.data(), body.size());
  return document;
}

const rapidjson::Value* FindMember(const rapidjson::Value& value, const char* name) {
  if (!value.IsObject()) return nullptr;
  const auto member = value.FindMember(name);
  return member == value.MemberEnd() ? nullptr : &member->value;
}

// The member's text; empty if it is absent, null, or no string.
std::string_view Text(const rapidjson::Value& value, const char* name) {
  const rapidjson::Value* member = FindMember(value, name);
  if (member == nullptr || !member->IsString()) return {};
  return {member->GetString(), member->GetStringLength()};
}

// `_id` of a link. It travels in the path of a PATCH, so what could not is not taken.
std::string LinkIdOf(const rapidjson::Value& link) {
  const std::string_view id = Text(link, "_id");
  return IsValidKey(id) ? std::string(id) : std::string();
}

std::vector<MetadataField> ReadMetadata(const rapidjson::Value& link) {
  std::vector<MetadataField> metadata;
  const rapidjson::Value* fields = FindMember(link, "_metadata");
  if (fields == nullptr || !fields->IsObject()) return metadata;
  for (const auto& field : fields->GetObject()) {
    if (!field.value.IsString()) continue;
    metadata.push_back({{field.name.GetString(), field.name.GetStringLength()},
                        {field.value.GetString(), field.value.GetStringLength()}});
  }
  std::sort(metadata.begin(), metadata.end());
  return metadata;
}

// What a link shows. In a FlagLinkRep each of these may be absent or null.
LinkBody ReadLink(const rapidjson::Value& link) {
  LinkBody body;
  body.key = Text(link, "_key");
  body.integration_key = Text(link, "_integrationKey");
  body.deep_link = Text(link, "_deepLink");
  body.title = Text(link, "title");
  body.description = Text(link, "description");
  body.metadata = ReadMetadata(link);
  return body;
}

std::string_view IssueKeyOf(const LinkBody& link) {
  for (const MetadataField& field : link.metadata) {
    if (field.name == "issueKey") return field.value;
  }
  return {};
}

// Which titles and keys LaunchDarkly's own apps give is not public, but what they link to shows.
bool StandsFor(const LinkBody& theirs, const LinkBody& ours) {
  if (!ours.deep_link.empty() && theirs.deep_link == ours.deep_link) return true;
  const std::string_view issue = IssueKeyOf(ours);
  return ours.integration_key == "jira" && !issue.empty() && IssueKeyOf(theirs) == issue;
}

struct ErrorBody {
  std::string code, message;
};

ErrorBody ReadError(const std::string& body) {
  const rapidjson::Document document = ParseJson(body);
  if (document.HasParseError()) return {};
  return {std::string(Text(document, "code")), std::string(Text(document, "message"))};
}

const char* MethodOf(Kind kind) {
  switch (kind) {
    case Kind::kCreate: return "POST";
    case Kind::kUpdate: return "PATCH";
    case Kind::kRemove: return "DELETE";
    case Kind::kFind: return "GET";
  }
  return "";
}

std::string OneLine(std::string text) {
  return std::string(CutAtCharacter(ToValidUtf8(text), kReasonLength));
}

std::string Describe(const LinkRequest& request, int status, const ErrorBody& error) {
  std::string text = std::string(MethodOf(request.kind)) + " answered " + std::to_string(status);
  if (!error.code.empty()) text += " " + EscapeForLine(error.code, 40);
  if (!error.message.empty()) text += ": " + EscapeForLine(error.message, kExcerptLength);
  return text;
}

// Without a clear answer a POST, PATCH or DELETE may have had its effect. A listing has none.
Verdict Unclear(Kind kind) {
  return kind == Kind::kFind ? Verdict::kRetry : Verdict::kLost;
}

// A duplicate may come as 400 (OpenAPI file, section Errors: "A feature with that key already
// exists").
bool SaysThatItExists(const ErrorBody& error) {
  std::string message = error.message;
  std::transform(message.begin(), message.end(), message.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  });
  return message.find("already exists") != std::string::npos;
}

Verdict JudgeConflict(Kind kind, const ErrorBody& error) {
  if (kind != Kind::kCreate || error.code == "optimistic_locking_error") return Verdict::kRetry;
  return Verdict::kExists;
}

Verdict JudgeNotFound(Kind kind) {
  switch (kind) {
    case Kind::kCreate: return Verdict::kUnknownFlag;
    case Kind::kUpdate: return Verdict::kAbsent;
    case Kind::kRemove: return Verdict::kDone;
    case Kind::kFind: return Verdict::kAbsent;  // no flag, so no link either
  }
  return Verdict::kRefused;
}

// Of everything but 2xx.
Verdict JudgeStatus(Kind kind, int status, const ErrorBody& error) {
  switch (status) {
    case 400:
      return kind == Kind::kCreate && SaysThatItExists(error) ? Verdict::kExists
                                                              : Verdict::kRefused;
    case 401: return Verdict::kUnauthorized;
    case 403: return Verdict::kForbidden;
    case 404: return JudgeNotFound(kind);
    case 408:  // the request did not arrive whole (RFC 9110, 15.5.9)
    case 425:  // it was not processed (RFC 8470, 5.2)
      return Verdict::kRetry;
    case 409: return JudgeConflict(kind, error);
    case 429: return Verdict::kRateLimited;
  }
  if (status >= 300 && status < 500) return Verdict::kRefused;
  // 5xx and what is no HTTP status: a proxy may have lost the answer to a request that was carried
  // out, and some of them say 503 then.
  return Unclear(kind);
}

bool ShowsThatItWorks(int status) {
  return status >= 200 && status < 500 && status != 401 && status != 408 && status != 425 &&
         status != 429;
}

std::optional<TimePoint> NotBefore(const HttpAnswer& answer, TimePoint now) {
  const std::optional<TimePoint> retry_after = RetryAfter(answer.headers, now);
  if (answer.status != 429) return retry_after;
  // An optional without a value is the smallest.
  return std::max(retry_after, RateLimitReset(answer.headers, now));
}

AttemptOutcome JudgeListing(const LinkRequest& request, const HttpAnswer& answer) {
  AttemptOutcome outcome;
  outcome.status = answer.status;
  outcome.answered = true;
  const rapidjson::Document document = ParseJson(answer.body);
  const rapidjson::Value* items =
      document.HasParseError() ? nullptr : FindMember(document, "items");
  if (items == nullptr || !items->IsArray()) {
    outcome.reason =
        "GET answered " + std::to_string(answer.status) + ", but not with a list of links";
    return outcome;
  }
  outcome.result = Verdict::kAbsent;
  for (const rapidjson::Value& item : items->GetArray()) {
    const LinkBody link = ReadLink(item);
    if (link.key == request.body.key) {
      outcome.result = Verdict::kDone;
      outcome.link_id = LinkIdOf(item);
      outcome.shown = FingerprintOf(link);
      return outcome;
    }
    if (request.look_for_others && StandsFor(link, request.body)) {
      outcome.result = Verdict::kForeign;
    }
  }
  return outcome;
}

AttemptOutcome JudgeSuccess(const LinkRequest& request, const HttpAnswer& answer) {
  if (request.kind == Kind::kFind) return JudgeListing(request, answer);
  AttemptOutcome outcome;
  outcome.result = Verdict::kDone;
  outcome.status = answer.status;
  outcome.answered = true;
  if (request.kind == Kind::kCreate) {
    const rapidjson::Document document = ParseJson(answer.body);
    if (!document.HasParseError()) outcome.link_id = LinkIdOf(document);
  }
  return outcome;
}

AttemptOutcome JudgeAnswer(const LinkRequest& request, const HttpAnswer& answer, TimePoint now) {
  if (answer.status >= 200 && answer.status < 300) return JudgeSuccess(request, answer);
  const ErrorBody error = ReadError(answer.body);
  AttemptOutcome outcome;
  outcome.result = JudgeStatus(request.kind, answer.status, error);
  outcome.not_before = NotBefore(answer, now);
  outcome.status = answer.status;
  outcome.answered = ShowsThatItWorks(answer.status);
  outcome.reason = Describe(request, answer.status, error);
  if (answer.status >= 300 && answer.status < 400) outcome.reason += ": check base_url";
  outcome.reason = OneLine(std::move(outcome.reason));
  return outcome;
}

std::string_view View(const rapidjson::StringBuffer& buffer) {
  return {buffer.GetString(), buffer.GetSize()};
}

// RFC 6902. Of a flag link only what has no underscore in its representation can be edited: title
// and description. Neither is ever absent from a link of ours, as "replace" requires.
std::string ToJsonPatch(const LinkBody& body) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  const auto replace = [&](const char* path, const std::string& value) {
    writer.StartObject();
    writer.Key("op");
    writer.String("replace");
    writer.Key("path");
    writer.String(path);
    writer.Key("value");
    writer.String(value);
    writer.EndObject();
  };
  writer.StartArray();
  replace("/title", body.title);
  replace("/description", body.description);
  writer.EndArray();
  return std::string(View(buffer));
}

}  // namespace

std::string ToFlagLinkPost(const LinkBody& body) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  const auto field = [&](const char* name, const std::string& value) {
    writer.Key(name);
    writer.String(value);
  };
  writer.StartObject();
  field("key", body.key);
  if (!body.integration_key.empty()) field("integrationKey", body.integration_key);
  if (body.timestamp_ms != 0) {
    writer.Key("timestamp");
    writer.Int64(body.timestamp_ms);
  }
  field("deepLink", body.deep_link);
  field("title", body.title);
  field("description", body.description);
  if (!body.integration_key.empty()) {
    writer.Key("metadata");
    writer.StartObject();
    for (const MetadataField& entry : body.metadata) field(entry.name.c_str(), entry.value);
    writer.EndObject();
  }
  writer.EndObject();
  return std::string(View(buffer));
}

Result<HttpCall> ToHttpCall(const std::string& base_url, const LinkRequest& request) {
  const bool by_id = request.kind == Kind::kUpdate;
  const std::string& link = by_id ? request.id : request.body.key;
  for (const std::string* key : {&request.flag.project, &request.flag.key, &link}) {
    if (IsValidKey(*key)) continue;
    return Error{Error::Code::kInvalid, "no key that may be sent: " + EscapeForLine(*key, 80)};
  }
  HttpCall call;
  call.method = MethodOf(request.kind);
  call.url = base_url + "/api/v2/flag-links/projects/" + request.flag.project + "/flags/" +
             request.flag.key;
  call.headers.push_back({"ld-api-version", "beta"});
  call.headers.push_back({"accept", "application/json"});
  if (by_id || request.kind == Kind::kRemove) call.url += "/" + link;
  if (request.kind == Kind::kCreate) call.body = ToFlagLinkPost(request.body);
  if (request.kind == Kind::kUpdate) call.body = ToJsonPatch(request.body);
  if (request.kind == Kind::kFind) call.response_limit = kLargestListing;
  if (!call.body.empty()) call.headers.push_back({"content-type", "application/json"});
  return call;
}

AttemptOutcome Judge(const LinkRequest& request, const HttpAnswer& answer, TimePoint now) {
  AttemptOutcome outcome;
  switch (answer.kind) {
    case HttpAnswer::Kind::kAnswered: return JudgeAnswer(request, answer, now);
    case HttpAnswer::Kind::kNotSent:
      outcome.result = Verdict::kRetry;
      outcome.reason = OneLine(std::string(MethodOf(request.kind)) +
                               " not sent: " + EscapeForLine(answer.error, kExcerptLength));
      return outcome;
    case HttpAnswer::Kind::kLost:
      outcome.result = Unclear(request.kind);
      outcome.reason = OneLine(std::string(MethodOf(request.kind)) +
                               " got no answer: " + EscapeForLine(answer.error, kExcerptLength));
      return outcome;
  }
  return outcome;
}

}  // namespace flaglinkd
