#include "daemon/queue/resource_store.h"

#include <algorithm>
#include <tuple>

#include "daemon/queue/packing.h"
#include "daemon/queue/statements.h"

namespace flaglinkd {
namespace {

// What the row in `resources` holds beside the name, for comparing.
auto RowOf(const ResourceState& state) {
  return std::tie(state.content, state.content_time, state.content_seen, state.main, state.deleted,
                  state.parts_with_mentions);
}

}  // namespace

ResourceStore::ResourceStore(Database& database, FlagIds& flags)
    : database_(database),
      flags_(flags),
      find_(database, statements::kFindResource),
      find_by_name_(database, statements::kFindResourceByName),
      read_(database, statements::kReadResource),
      add_(database, statements::kAddResource),
      change_(database, statements::kChangeResource),
      rename_(database, statements::kRenameResource),
      read_part_(database, statements::kReadPart),
      change_part_(database, statements::kChangePart),
      keep_accepted_(database, statements::kKeepAccepted),
      drop_accepted_(database, statements::kDropAccepted),
      last_body_(database, statements::kLastBody),
      last_body_of_part_(database, statements::kLastBodyOfPart),
      set_last_body_(database, statements::kSetLastBody),
      set_last_body_of_part_(database, statements::kSetLastBodyOfPart) {}

std::optional<std::int64_t> ResourceStore::Find(std::int64_t name_space, std::string_view key) {
  Rows rows = find_.Query(name_space, key);
  return rows.Next() ? std::optional(rows.Number(0)) : std::nullopt;
}

std::optional<std::int64_t> ResourceStore::FindByName(std::int64_t name_space,
                                                      std::string_view name) {
  Rows rows = find_by_name_.Query(name_space, name);
  return rows.Next() ? std::optional(rows.Number(0)) : std::nullopt;
}

StoredResource ResourceStore::Read(std::int64_t id, std::string_view part) {
  StoredResource resource;
  resource.id = id;
  ResourceState& state = resource.state;
  {
    Rows rows = read_.Query(id);
    if (!rows.Next()) return resource;
    std::optional<Content> content = UnpackContent(rows.Bytes(4));
    if (!content) {
      database_.Fail(Error::Code::kInvalid,
                     "the content of resource " + std::to_string(id) + " is damaged");
      return resource;
    }
    resource.key = rows.Text(0);
    state.content = std::move(*content);
    state.content.name = rows.Text(1);
    state.content.title = rows.Text(2);
    state.content.url = rows.Text(3);
    state.content_time = rows.Time(5);
    state.content_seen = rows.Time(6);
    state.deleted = rows.Number(9) != 0;
    state.main = {rows.Time(7), rows.Time(8), state.deleted, Unpack(rows.Bytes(10), id)};
    state.parts_with_mentions = static_cast<std::size_t>(rows.Number(11));
    resource.has_last_body = part.empty() && rows.Number(12) != 0;
  }
  if (part.empty()) return resource;
  Rows rows = read_part_.Query(id, part);
  if (!rows.Next()) return resource;
  state.part =
      PartState{rows.Time(0), rows.Time(1), rows.Number(2) != 0, Unpack(rows.Bytes(3), id)};
  resource.has_last_body = rows.Number(4) != 0;
  return resource;
}

void ResourceStore::Add(std::int64_t name_space, const StoredResource& resource,
                        TimePoint first_seen) {
  const ResourceState& state = resource.state;
  const std::string content = PackContent(state.content);
  const std::string mentions = Pack(state.main.mentions);
  add_.Run(resource.id, name_space, resource.key, state.content.name, state.content.title,
           state.content.url, Blob{content}, state.content_time, state.content_seen,
           state.main.time, state.main.seen, state.deleted, Blob{mentions},
           state.parts_with_mentions, first_seen);
}

void ResourceStore::Change(const StoredResource& before, const ResourceState& after,
                           std::string_view part) {
  if (!part.empty() && after.part && before.state.part != after.part)
    SavePart(before.id, part, *after.part);
  if (RowOf(before.state) == RowOf(after)) return;
  const std::string content = PackContent(after.content);
  const std::string mentions = Pack(after.main.mentions);
  change_.Run(before.id, after.content.title, after.content.url, Blob{content}, after.content_time,
              after.content_seen, after.main.time, after.main.seen, after.deleted, Blob{mentions},
              after.parts_with_mentions);
  if (before.state.content.name != after.content.name) rename_.Run(before.id, after.content.name);
}

void ResourceStore::SavePart(std::int64_t resource, std::string_view part, const PartState& state) {
  const std::string mentions = Pack(state.mentions);
  change_part_.Run(resource, part, state.time, state.seen, state.deleted, Blob{mentions});
}

void ResourceStore::KeepAccepted(std::int64_t resource, const Content& content, Earlier earlier) {
  const std::string packed = PackWhole(content);
  keep_accepted_.Run(resource, Blob{packed}, earlier == Earlier::kStays);
}

std::string ResourceStore::LastBody(std::int64_t resource, std::string_view part) {
  Rows rows = part.empty() ? last_body_.Query(resource) : last_body_of_part_.Query(resource, part);
  return rows.Next() ? rows.Text(0) : "";
}

void ResourceStore::SetLastBody(std::int64_t resource, std::string_view part,
                                std::string_view value) {
  if (part.empty()) {
    set_last_body_.Run(resource, Blob{value});
  } else {
    set_last_body_of_part_.Run(resource, part, Blob{value});
  }
}

std::string ResourceStore::Pack(const std::vector<Mention>& mentions) {
  std::vector<StoredMention> stored;
  for (const Mention& mention : mentions)
    stored.push_back({flags_.Make(mention.flag), mention.carrier, mention.reason});
  return PackMentions(stored);
}

std::vector<Mention> ResourceStore::Unpack(std::string_view mentions, std::int64_t resource) {
  std::vector<Mention> unpacked;
  const auto damaged = [&] {
    database_.Fail(Error::Code::kInvalid,
                   "the mentions of resource " + std::to_string(resource) + " are damaged");
    return std::vector<Mention>();
  };
  const std::optional<std::vector<StoredMention>> stored = UnpackMentions(mentions);
  if (!stored) return damaged();
  for (const StoredMention& mention : *stored) {
    const std::optional<FlagKey> flag = flags_.FlagOf(mention.flag);
    if (!flag) return damaged();
    unpacked.push_back({*flag, mention.carrier, mention.reason});
  }
  std::sort(unpacked.begin(), unpacked.end());
  return unpacked;
}

}  // namespace flaglinkd
