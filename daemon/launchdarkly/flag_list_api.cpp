#include "daemon/launchdarkly/flag_list_api.h"

#include <rapidjson/document.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "daemon/domain/flag_key.h"
#include "daemon/domain/text.h"

namespace flaglinkd {
namespace {

using Flag = CatalogUpdate::Flag;

constexpr std::size_t kMostIssuesOfFlag = 100;
constexpr std::size_t kMaxIssueKey = 64;

const rapidjson::Value* FindMember(const rapidjson::Value* value, const char* name) {
  if (value == nullptr || !value->IsObject()) return nullptr;
  const auto member = value->FindMember(name);
  return member == value->MemberEnd() ? nullptr : &member->value;
}

std::string_view Text(const rapidjson::Value* value) {
  if (value == nullptr || !value->IsString()) return {};
  return {value->GetString(), value->GetStringLength()};
}

bool IsIssueKey(std::string_view text) {
  return !text.empty() && text.size() <= kMaxIssueKey &&
         std::all_of(text.begin(), text.end(), IsKeyCharacter);
}

// What LaunchDarkly's Jira app keeps of a flag: {"jira.issues":{"name":…,"value":["SHOP-42"]}}.
std::string JiraIssues(const rapidjson::Value& item) {
  const rapidjson::Value* values =
      FindMember(FindMember(FindMember(&item, "customProperties"), "jira.issues"), "value");
  std::string issues;
  if (values == nullptr || !values->IsArray()) return issues;
  std::size_t count = 0;
  for (const rapidjson::Value& value : values->GetArray()) {
    if (!IsIssueKey(Text(&value)) || ++count > kMostIssuesOfFlag) continue;
    issues.append(issues.empty() ? "" : ",").append(Text(&value));
  }
  return issues;
}

// Absent: nothing that could be linked.
std::optional<Flag> ReadFlag(const rapidjson::Value& item, bool archived) {
  const std::string_view key = Text(FindMember(&item, "key"));
  if (!IsValidKey(key)) return std::nullopt;
  const rapidjson::Value* own = FindMember(&item, "archived");
  if (own != nullptr && own->IsBool()) archived = own->GetBool();
  return Flag{std::string(key),
              archived ? CatalogUpdate::State::kArchived : CatalogUpdate::State::kLive,
              JiraIssues(item)};
}

std::string Name(const FlagPagePlace& place) {
  return std::string(place.archived ? "archived" : "live") + " flags of project " + place.project;
}

Error Unavailable(const FlagPagePlace& place, const std::string& what) {
  return {Error::Code::kUnavailable, "read the " + Name(place) + ": " + what};
}

// By what a person can do.
Error Judge(const FlagPagePlace& place, int status) {
  const std::string answered = "answered " + std::to_string(status);
  const auto lasting = [&](const char* advice) {
    return Error{Error::Code::kInvalid, "read the " + Name(place) + ": " + answered + advice};
  };
  switch (status) {
    case 401: return lasting(": the token is not valid");
    case 403: return lasting(": the token may not read the project");
    case 404: return lasting(": there is no such project, or the token may not read it");
    case 408:
    case 425:
    case 429: return Unavailable(place, answered);
  }
  if (status >= 300 && status < 400) return lasting(": check base_url");
  return status >= 400 && status < 500 ? lasting("") : Unavailable(place, answered);
}

// Whether more follow; an error where the listing ends before all are there, since what is missing
// would count as gone. The link to the next page is only looked for: it is never followed.
Result<bool> IsLast(const FlagPagePlace& place, const rapidjson::Value& page, std::size_t items) {
  const bool next =
      !Text(FindMember(FindMember(FindMember(&page, "_links"), "next"), "href")).empty();
  const rapidjson::Value* count = FindMember(&page, "totalCount");
  const std::size_t read = place.offset + items;
  if (count == nullptr || !count->IsUint64()) return !next || items == 0;
  const std::uint64_t total = count->GetUint64();
  if (read >= total) return true;
  if (next && items > 0) return false;
  return Unavailable(
      place, "the listing ends after " + std::to_string(read) + " of " + std::to_string(total));
}

}  // namespace

Result<HttpCall> ToHttpCall(const std::string& base_url, const FlagPagePlace& place) {
  if (!IsValidKey(place.project)) {
    return Error{Error::Code::kInvalid,
                 "no project that may be asked for: " + EscapeForLine(place.project, 80)};
  }
  HttpCall call;
  call.method = "GET";
  call.url = base_url + "/api/v2/flags/" + place.project +
             "?limit=" + std::to_string(kFlagsPerPage) + "&offset=" + std::to_string(place.offset) +
             "&summary=true&sort=key" + (place.archived ? "&filter=state:archived" : "");
  call.headers.push_back({"ld-api-version", "20240415"});
  call.headers.push_back({"accept", "application/json"});
  call.response_limit = kMostFlagPageBytes;
  return call;
}

Result<FlagPage> ReadFlagPage(const FlagPagePlace& place, const HttpAnswer& answer) {
  if (answer.kind != HttpAnswer::Kind::kAnswered) {
    return Unavailable(place, EscapeForLine(answer.error, 120));
  }
  if (answer.status < 200 || answer.status >= 300) return Judge(place, answer.status);
  // Iterative parsing, since a deeply nested body would overflow the stack of the recursive one.
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(answer.body.data(), answer.body.size());
  const rapidjson::Value* items =
      document.HasParseError() ? nullptr : FindMember(&document, "items");
  if (items == nullptr || !items->IsArray()) {
    return Unavailable(place,
                       "answered " + std::to_string(answer.status) + ", but not with a list");
  }
  FlagPage page;
  page.items = items->Size();
  const Result<bool> last = IsLast(place, document, page.items);
  if (!last) return last.error();
  page.last = *last;
  for (const rapidjson::Value& item : items->GetArray()) {
    if (auto flag = ReadFlag(item, place.archived)) page.flags.push_back(*std::move(flag));
  }
  return page;
}

}  // namespace flaglinkd
