#include "daemon/admin/report_filters.h"

#include <rapidjson/document.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <utility>

#include "daemon/admin/utc_time.h"

namespace flaglinkd {
namespace {

Error Invalid(std::string message) {
  return Error{Error::Code::kInvalid, std::move(message)};
}

std::optional<int> HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

std::optional<std::string> PercentDecoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const std::optional<int> high = HexDigit(text[i + 1]), low = HexDigit(text[i + 2]);
    if (!high || !low) return std::nullopt;
    decoded += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return decoded;
}

template <typename Number>
std::optional<Number> WholeNumber(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::string> TextOf(const rapidjson::Value& value) {
  if (value.IsString()) return std::string(value.GetString(), value.GetStringLength());
  if (value.IsUint64()) return std::to_string(value.GetUint64());
  if (value.IsBool()) return value.GetBool() ? "true" : "false";
  return std::nullopt;
}

Status CheckNames(const Conditions& conditions, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : conditions) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string message = "no condition is named " + name + "; there are";
    for (const std::string_view other : known) message.append(" ").append(other);
    return Invalid(std::move(message));
  }
  return {};
}

std::optional<std::string> Find(const Conditions& conditions, std::string_view name) {
  const auto found = conditions.find(name);
  if (found == conditions.end()) return std::nullopt;
  return found->second;
}

// Into the parts that all filters have.
template <typename Filter>
Status SetSinceAndLimit(const Conditions& conditions, Filter& filter) {
  if (const auto since = Find(conditions, "since")) {
    filter.since = ParseUtc(*since);
    if (!filter.since) return Invalid("since is a time in UTC, as 2026-07-25T10:00:00Z");
  }
  if (const auto limit = Find(conditions, "limit")) {
    const auto number = WholeNumber<std::size_t>(*limit);
    if (!number || *number == 0 || *number > kMostReports) {
      return Invalid("limit is a number from 1 to " + std::to_string(kMostReports));
    }
    filter.limit = *number;
  }
  // As a shell variable leaves it that was not set: it would name more than was meant.
  for (const auto& [name, value] : conditions) {
    if (value.empty()) return Invalid(name + " must not be empty");
  }
  return {};
}

}  // namespace

Result<Conditions> ConditionsOfQuery(std::string_view query) {
  Conditions conditions;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const auto name = PercentDecoded(pair.substr(0, equals));
    const auto value = PercentDecoded(pair.substr(std::min(pair.size(), equals + 1)));
    if (!name || !value) return Invalid("the query is not percent-encoded");
    if (!conditions.emplace(*name, *value).second) return Invalid(*name + " is given twice");
  }
  return conditions;
}

Result<Conditions> ConditionsOfBody(std::string_view body) {
  Conditions conditions;
  if (body.empty()) return conditions;
  rapidjson::Document json;
  // Iterative: depth must not cost stack.
  json.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(body.data(),
                                                                                     body.size());
  if (json.HasParseError() || !json.IsObject()) return Invalid("the body is no JSON object");
  for (auto next = json.MemberBegin(); next < json.MemberEnd(); ++next) {
    const auto& member = *next;
    const std::string name(member.name.GetString(), member.name.GetStringLength());
    std::optional<std::string> value = TextOf(member.value);
    if (!value) return Invalid(name + " is neither a text nor a number nor true or false");
    if (!conditions.emplace(name, *std::move(value)).second) {
      return Invalid(name + " is given twice");
    }
  }
  return conditions;
}

Result<bool> TakeSwitch(std::string_view name, Conditions& conditions) {
  const auto found = conditions.find(name);
  if (found == conditions.end()) return false;
  const std::string value = found->second;
  conditions.erase(found);
  if (value != "true" && value != "false") return Invalid(std::string(name) + " is true or false");
  return value == "true";
}

Result<LinkFilter> LinkFilterOf(const Conditions& conditions) {
  if (Status names = CheckNames(
          conditions, {"status", "flag", "project", "source", "resource", "since", "limit"});
      !names) {
    return names.error();
  }
  LinkFilter filter;
  filter.status = Find(conditions, "status");
  filter.flag = Find(conditions, "flag");
  filter.project = Find(conditions, "project");
  filter.name_space = Find(conditions, "source");
  filter.resource = Find(conditions, "resource");
  if (Status rest = SetSinceAndLimit(conditions, filter); !rest) return rest.error();
  return filter;
}

Result<EventFilter> EventFilterOf(const Conditions& conditions) {
  if (Status names = CheckNames(conditions, {"status", "source", "since", "before", "limit"});
      !names) {
    return names.error();
  }
  EventFilter filter;
  filter.outcome = Find(conditions, "status");
  filter.source = Find(conditions, "source");
  if (Status rest = SetSinceAndLimit(conditions, filter); !rest) return rest.error();
  if (const auto before = Find(conditions, "before")) {
    filter.before = WholeNumber<std::int64_t>(*before);
    if (!filter.before || *filter.before < 1) return Invalid("before is an event's id");
  }
  return filter;
}

bool IsSelective(const Conditions& conditions) {
  return std::any_of(conditions.begin(), conditions.end(), [](const auto& condition) {
    return condition.first != "limit" && condition.first != "before";
  });
}

Result<std::int64_t> ParseEventId(std::string_view text) {
  const auto id = WholeNumber<std::int64_t>(text);
  if (!id || *id < 1) return Error{Error::Code::kNotFound, "an event's id is a number"};
  return *id;
}

}  // namespace flaglinkd
