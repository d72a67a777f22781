#include "daemon/cli/queue_request.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "daemon/admin/utc_time.h"
#include "daemon/config/quantity.h"
#include "daemon/domain/text.h"

namespace flaglinkd {
namespace {

constexpr char kApi[] = "http://flaglinkd/api/v1/";
constexpr std::size_t kShownOfText = 100;

Error Invalid(std::string message) {
  return Error{Error::Code::kInvalid, std::move(message)};
}

bool IsNumber(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "17.4"
bool IsLinkId(std::string_view text) {
  const std::size_t dot = std::min(text.find('.'), text.size());
  return IsNumber(text.substr(0, dot)) && IsNumber(text.substr(std::min(dot + 1, text.size())));
}

std::string PercentEncoded(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
        (byte >= 'a' && byte <= 'z') || byte == '-' || byte == '.' || byte == '_') {
      encoded += c;
    } else {
      encoded += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return encoded;
}

// A duration counts back from now.
Result<std::string> TimeOf(const std::string& text, TimePoint now) {
  if (const auto time = ParseUtc(text)) return FormatUtc(*time);
  if (const Result<Duration> ago = ParseDuration(text)) return FormatUtc(now - *ago);
  return Invalid("--since '" + EscapeForLine(text, kShownOfText) +
                 "': wanted a duration as 2h, or a time in UTC as 2026-07-25T10:00:00Z");
}

std::string QueryOf(const std::map<std::string, std::string>& conditions) {
  std::string query;
  for (const auto& [name, value] : conditions) {
    query += (query.empty() ? "?" : "&") + name + "=" + PercentEncoded(value);
  }
  return query;
}

std::string BodyOf(const std::map<std::string, std::string>& conditions, bool remove) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> json(buffer);
  json.StartObject();
  for (const auto& [name, value] : conditions) {
    json.Key(name.c_str());
    json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  }
  if (remove) {
    json.Key("remove");
    json.Bool(true);
  }
  json.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize());
}

HttpCall Get(const std::string& path) {
  HttpCall call;
  call.method = "GET";
  call.url = kApi + path;
  return call;
}

HttpCall Post(const std::string& path, std::string body) {
  HttpCall call;
  call.method = "POST";
  call.url = kApi + path;
  call.headers = {{"content-type", "application/json"}};
  call.body = std::move(body);
  return call;
}

Result<HttpCall> List(const std::string& what, const QueueArguments& arguments, TimePoint now) {
  const auto conditions = ConditionsOf(arguments, now);
  if (!conditions) return conditions.error();
  return Get(what + QueryOf(*conditions));
}

Result<HttpCall> Act(const std::string& what, const std::string& action,
                     const QueueArguments& arguments, TimePoint now) {
  const auto conditions = ConditionsOf(arguments, now);
  if (!conditions) return conditions.error();
  if (!arguments.id.empty()) {
    if (!conditions->empty()) return Invalid("give an ID or conditions, not both");
    return Post(what + "/" + arguments.id + "/" + action, BodyOf({}, arguments.remove));
  }
  if (conditions->size() == conditions->count("limit") + conditions->count("before")) {
    return Invalid("which " + what + "? Give an ID or a condition, as --status failed");
  }
  return Post(what + "/" + action, BodyOf(*conditions, arguments.remove));
}

}  // namespace

Result<std::map<std::string, std::string>> ConditionsOf(const QueueArguments& arguments,
                                                        TimePoint now) {
  std::map<std::string, std::string> conditions = arguments.conditions;
  if (const auto since = conditions.find("since"); since != conditions.end()) {
    Result<std::string> time = TimeOf(since->second, now);
    if (!time) return time.error();
    since->second = *std::move(time);
  }
  return conditions;
}

Result<HttpCall> RequestOf(QueueVerb verb, const QueueArguments& arguments, TimePoint now) {
  const bool of_links = verb == QueueVerb::kShowLink || verb == QueueVerb::kRetryLinks ||
                        verb == QueueVerb::kForgetLinks;
  const std::string& id = arguments.id;
  if (!id.empty() && (of_links ? !IsLinkId(id) : !IsNumber(id))) {
    return Invalid("'" + EscapeForLine(id, kShownOfText) + "' is no ID of " +
                   (of_links ? "a link, such as 17.4: `flaglinkd links list` shows them"
                             : "an event, a number: `flaglinkd events list` shows them"));
  }
  switch (verb) {
    case QueueVerb::kListLinks: return List("links", arguments, now);
    case QueueVerb::kShowLink: return Get("links/" + id);
    case QueueVerb::kRetryLinks: return Act("links", "retry", arguments, now);
    case QueueVerb::kForgetLinks: return Act("links", "forget", arguments, now);
    case QueueVerb::kListEvents: return List("events", arguments, now);
    case QueueVerb::kShowEvent: return Get("events/" + id);
    case QueueVerb::kReplayEvents: return Act("events", "replay", arguments, now);
  }
  return Invalid("no such verb");
}

}  // namespace flaglinkd
