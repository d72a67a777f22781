#include "daemon/cli/stand_in_flags.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string_view>
#include <system_error>

namespace flaglinkd {
namespace {

using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

constexpr std::size_t kFlagsPerPage = 20, kMostFlagsPerPage = 100;

struct Page {
  std::size_t limit = kFlagsPerPage, offset = 0;
  bool archived = false;
};

bool TakeNumber(std::string_view text, std::size_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

// Of what the API takes, what flaglinkd has a use for.
bool TakeParameter(std::string_view name, std::string_view value, Page& page) {
  if (name == "limit") {
    return TakeNumber(value, page.limit) && page.limit > 0 && page.limit <= kMostFlagsPerPage;
  }
  if (name == "offset") return TakeNumber(value, page.offset);
  if (name == "filter") {
    page.archived = true;
    return value == "state:archived";
  }
  return (name == "summary" && value == "true") || (name == "sort" && value == "key");
}

std::optional<Page> ParsePage(std::string_view query) {
  Page page;
  while (!query.empty()) {
    const std::string_view parameter = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(parameter.size() + 1, query.size()));
    const std::size_t equals = std::min(parameter.find('='), parameter.size());
    const std::string_view value = parameter.substr(std::min(equals + 1, parameter.size()));
    if (!TakeParameter(parameter.substr(0, equals), value, page)) return std::nullopt;
  }
  return page;
}

std::string Href(const std::string& project, const Page& page) {
  return "/api/v2/flags/" + project + "?limit=" + std::to_string(page.limit) +
         "&offset=" + std::to_string(page.offset) + (page.archived ? "&filter=state:archived" : "");
}

void WriteString(JsonWriter& writer, const char* name, const std::string& value) {
  writer.Key(name);
  writer.String(value);
}

// The summary of a FeatureFlag.
void WriteFlag(JsonWriter& writer, const std::string& key, bool archived) {
  writer.StartObject();
  WriteString(writer, "key", key);
  WriteString(writer, "name", key);
  writer.Key("archived");
  writer.Bool(archived);
  writer.Key("customProperties");
  writer.StartObject();
  writer.EndObject();
  writer.EndObject();
}

void WriteHref(JsonWriter& writer, const char* relation, const std::string& href) {
  writer.Key(relation);
  writer.StartObject();
  WriteString(writer, "href", href);
  WriteString(writer, "type", "application/json");
  writer.EndObject();
}

}  // namespace

StandInFlags::StandInFlags(const std::optional<std::set<FlagKey>>& live) {
  if (!live) return;
  archived_.emplace();
  for (const FlagKey& flag : *live) archived_->emplace(flag, false);
}

bool StandInFlags::Exists(const FlagKey& flag) const {
  return !archived_ || archived_->contains(flag);
}

void StandInFlags::Add(const FlagKey& flag) {
  if (archived_) archived_->insert_or_assign(flag, false);
}

void StandInFlags::Archive(const FlagKey& flag) {
  if (archived_ && archived_->contains(flag)) archived_->insert_or_assign(flag, true);
}

void StandInFlags::Remove(const FlagKey& flag) {
  if (archived_) archived_->erase(flag);
}

std::vector<std::string> StandInFlags::KeysOf(const std::string& project, bool archived) const {
  std::vector<std::string> keys;
  for (const auto& [flag, is_archived] : *archived_) {
    if (flag.project == project && is_archived == archived) keys.push_back(flag.key);
  }
  return keys;
}

Result<std::string> StandInFlags::List(const std::string& project, const std::string& query) const {
  if (!archived_) return Error{Error::Code::kNotFound, "every flag exists"};
  std::optional<Page> page = ParsePage(query);
  if (!page) return Error{Error::Code::kInvalid, "Invalid query parameter"};
  const std::vector<std::string> keys = KeysOf(project, page->archived);
  const std::size_t begin = std::min(page->offset, keys.size());
  const std::size_t end = std::min(begin + page->limit, keys.size());
  rapidjson::StringBuffer buffer;
  JsonWriter writer(buffer);
  writer.StartObject();
  writer.Key("items");
  writer.StartArray();
  for (std::size_t i = begin; i < end; ++i) WriteFlag(writer, keys[i], page->archived);
  writer.EndArray();
  writer.Key("totalCount");
  writer.Uint64(keys.size());
  writer.Key("_links");
  writer.StartObject();
  WriteHref(writer, "self", Href(project, *page));
  page->offset = end;
  if (end < keys.size()) WriteHref(writer, "next", Href(project, *page));
  writer.EndObject();
  writer.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize());
}

}  // namespace flaglinkd
