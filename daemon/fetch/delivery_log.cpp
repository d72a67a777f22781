#include "daemon/fetch/delivery_log.h"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <map>
#include <optional>
#include <utility>

namespace flaglinkd {
namespace {

using rapidjson::Value;

constexpr std::size_t kPageLimit = 1u << 20;  // a hundred deliveries are some 60 KiB
constexpr std::size_t kDeliveryLimit = 64u
                                       << 20;  // GitHub sends up to 25 MiB, and escapes may grow
constexpr std::size_t kMaxGuid = 128;
constexpr std::size_t kMaxCursor = 512;

Error Invalid(std::string message) {
  return {Error::Code::kInvalid, std::move(message)};
}

HttpCall Get(std::string url, std::size_t limit) {
  HttpCall call;
  call.method = "GET";
  call.url = std::move(url);
  call.headers = {{"accept", "application/vnd.github+json"},
                  {"x-github-api-version", "2022-11-28"}};
  call.response_limit = limit;
  return call;
}

bool HasOnly(std::string_view text, std::string_view also) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           also.find(c) != std::string_view::npos;
  });
}

const Value* Member(const Value& value, const char* name) {
  return value.IsObject() && value.HasMember(name) ? &value[name] : nullptr;
}

std::string_view Text(const Value* value) {
  if (value == nullptr || !value->IsString()) return {};
  return {value->GetString(), value->GetStringLength()};
}

// By what a person can do.
std::optional<Error> Refusal(const HttpAnswer& answer) {
  if (answer.kind != HttpAnswer::Kind::kAnswered) {
    return Error{Error::Code::kUnavailable, answer.error};
  }
  const std::string answered = "answered " + std::to_string(answer.status);
  switch (answer.status) {
    case 200: return std::nullopt;
    case 404:
      return Error{Error::Code::kNotFound,
                   answered + ": there is no such hook, or the api_token may not see it"};
    case 401: return Error{Error::Code::kUnavailable, answered + ": the api_token is not valid"};
    case 403:
      return Error{
          Error::Code::kUnavailable,
          answered + ": the api_token may not read the hook's deliveries, or asked too much"};
    default: return Error{Error::Code::kUnavailable, answered};
  }
}

// "2026-11-20T10:00:00Z" or "2026-11-20T10:00:00.123Z"; the fraction is left out.
std::optional<TimePoint> ReadTime(std::string_view text) {
  const std::string copy(text.substr(0, 19));
  std::tm parts{};
  const char* end = strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (copy.size() != 19 || end == nullptr || *end != '\0' || !text.ends_with('Z')) {
    return std::nullopt;
  }
  return TimePoint(std::chrono::seconds(timegm(&parts)));
}

std::optional<LoggedDelivery> ReadLogged(const Value& item) {
  const Value *id = Member(item, "id"), *status = Member(item, "status_code");
  LoggedDelivery delivery;
  if (id == nullptr || !id->IsUint64()) return std::nullopt;
  delivery.id = std::to_string(id->GetUint64());
  delivery.guid = Text(Member(item, "guid"));
  const auto when = ReadTime(Text(Member(item, "delivered_at")));
  if (!when || delivery.guid.size() > kMaxGuid || !HasOnly(delivery.guid, "-")) return std::nullopt;
  delivery.when = *when;
  const int code = status != nullptr && status->IsInt() ? status->GetInt() : 0;
  delivery.accepted = code >= 200 && code <= 299;
  return delivery;
}

// <https://api.github.com/…/deliveries?per_page=100&cursor=v1_123>; rel="next"
std::string NextCursor(const std::vector<Header>& headers) {
  const auto link = std::find_if(headers.begin(), headers.end(),
                                 [](const Header& header) { return header.name == "link"; });
  if (link == headers.end()) return "";
  std::string_view rest = link->value;
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find(", <"));
    rest.remove_prefix(std::min(one.size() + 2, rest.size()));
    if (one.find("rel=\"next\"") == one.npos) continue;
    const std::size_t at = one.find("cursor=");
    if (at == one.npos) return "";
    const std::string_view cursor = one.substr(at + 7, one.find_first_of("&>", at) - at - 7);
    return cursor.size() <= kMaxCursor && HasOnly(cursor, "-_.~%=") ? std::string(cursor) : "";
  }
  return "";
}

std::string Json(const Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return std::string(buffer.GetString(), buffer.GetSize());
}

}  // namespace

HttpCall ListDeliveries(std::string_view log, std::string_view cursor) {
  std::string url = std::string(log) + "?per_page=100";
  if (!cursor.empty()) url += "&cursor=" + std::string(cursor);
  return Get(std::move(url), kPageLimit);
}

HttpCall GetDelivery(std::string_view log, std::string_view id) {
  return Get(std::string(log) + "/" + std::string(id), kDeliveryLimit);
}

Result<DeliveryPage> ReadDeliveryPage(const HttpAnswer& answer) {
  if (const auto refusal = Refusal(answer)) return *refusal;
  rapidjson::Document list;
  list.Parse<rapidjson::kParseIterativeFlag>(answer.body.data(), answer.body.size());
  if (list.HasParseError() || !list.IsArray()) return Invalid("it is no list of deliveries");
  DeliveryPage page;
  for (const Value& item : list.GetArray()) {
    auto delivery = ReadLogged(item);
    if (!delivery) return Invalid("a delivery in the list is not as GitHub documents it");
    page.deliveries.push_back(*std::move(delivery));
  }
  page.cursor = NextCursor(answer.headers);
  return page;
}

Result<Webhook> ReadDelivery(const HttpAnswer& answer) {
  if (const auto refusal = Refusal(answer)) return *refusal;
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(answer.body.data(), answer.body.size());
  if (document.HasParseError()) return Invalid("it is no JSON");
  const std::string_view event = Text(Member(document, "event"));
  const std::string_view guid = Text(Member(document, "guid"));
  const Value* request = Member(document, "request");
  const Value* payload = request == nullptr ? nullptr : Member(*request, "payload");
  if (!HasOnly(event, "_") || guid.size() > kMaxGuid || !HasOnly(guid, "-") || payload == nullptr ||
      !payload->IsObject()) {
    return Invalid("the delivery is not as GitHub documents it");
  }
  Webhook webhook;
  webhook.method = "POST";
  webhook.headers = {{"content-type", "application/json"},
                     {"x-github-event", std::string(event)},
                     {"x-github-delivery", std::string(guid)}};
  webhook.body = Json(*payload);
  return webhook;
}

std::vector<LoggedDelivery> Missed(const std::vector<LoggedDelivery>& log, TimePoint since) {
  struct Attempts {
    LoggedDelivery last;  // with the time of the first
    bool accepted = false;
  };
  std::map<std::string, Attempts> deliveries;  // by guid
  for (const LoggedDelivery& attempt : log) {
    Attempts& known = deliveries.try_emplace(attempt.guid, Attempts{attempt}).first->second;
    known.last.when = std::min(known.last.when, attempt.when);
    known.accepted |= attempt.accepted;
  }
  std::vector<LoggedDelivery> missed;
  for (const auto& [guid, attempts] : deliveries) {
    if (!attempts.accepted && attempts.last.when >= since) missed.push_back(attempts.last);
  }
  std::ranges::stable_sort(missed, {}, &LoggedDelivery::when);
  return missed;
}

bool ReachesBack(const DeliveryPage& page, TimePoint since) {
  return !page.deliveries.empty() && page.deliveries.back().when < since;
}

}  // namespace flaglinkd
