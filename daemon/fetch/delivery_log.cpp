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
  const int status = answer.status;
  if (status == 200) return std::nullopt;
  const std::string answered = "answered " + std::to_string(status);
  switch (status) {
    case 401: return Invalid(answered + ": the api_token is not valid");
    case 403: return Invalid(answered + ": the api_token may not read the hook's deliveries");
    case 404: return Invalid(answered + ": there is no such hook, or the api_token may not see it");
    default: break;
  }
  if (status == 429 || status >= 500) return Error{Error::Code::kUnavailable, answered};
  return Invalid(answered);
}

std::optional<LoggedDelivery> ReadLogged(const Value& item) {
  const Value *id = Member(item, "id"), *status = Member(item, "status_code");
  LoggedDelivery delivery;
  if (id == nullptr || !id->IsUint64()) return std::nullopt;
  delivery.id = std::to_string(id->GetUint64());
  delivery.guid = Text(Member(item, "guid"));
  delivery.delivered_at = Text(Member(item, "delivered_at"));
  if (delivery.guid.size() > kMaxGuid || !HasOnly(delivery.guid, "-")) return std::nullopt;
  if (!HasOnly(delivery.delivered_at, "-:.")) return std::nullopt;
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

// As GitHub writes times, whose order is that of their texts.
std::string TimeText(TimePoint time) {
  const std::time_t seconds =
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  return std::string(text, size);
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
  const std::string first = TimeText(since);
  std::map<std::string_view, bool> accepted;  // by guid
  for (const LoggedDelivery& attempt : log) accepted[attempt.guid] |= attempt.accepted;
  std::vector<LoggedDelivery> missed;
  for (const LoggedDelivery& attempt : log) {
    bool& done = accepted[attempt.guid];
    if (done || attempt.delivered_at < first) continue;
    done = true;  // by this attempt, the newest
    missed.push_back(attempt);
  }
  std::reverse(missed.begin(), missed.end());
  return missed;
}

bool ReachesBack(const DeliveryPage& page, TimePoint since) {
  return !page.deliveries.empty() && page.deliveries.back().delivered_at < TimeText(since);
}

}  // namespace flaglinkd
