// The tables of resources and their parts. Not safe for several threads; errors stick in the
// database (sqlite_database.h). Internal to queue/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/domain/life_cycle.h"
#include "daemon/queue/flag_ids.h"
#include "daemon/queue/sqlite_database.h"

namespace flaglinkd {

struct StoredResource {
  std::int64_t id = 0;
  std::string key;             // the sender's immutable id
  ResourceState state;         // without its links
  bool has_last_body = false;  // of the part that it was read with
};

class ResourceStore {
 public:
  ResourceStore(Database& database, FlagIds& flags);

  std::optional<std::int64_t> Find(std::int64_t name_space, std::string_view key);
  std::optional<std::int64_t> FindByName(std::int64_t name_space, std::string_view name);
  // With its main part, and `part` too where that is another one.
  StoredResource Read(std::int64_t id, std::string_view part);

  void Add(std::int64_t name_space, const StoredResource& resource, TimePoint first_seen);
  // Writes what differs.
  void Change(const StoredResource& before, const ResourceState& after, std::string_view part);
  void SavePart(std::int64_t resource, std::string_view part, const PartState& state);

  // The content that LaunchDarkly shows while a newer one waits; dropped when no change of the
  // resource's links is open any more.
  enum class Earlier { kStays, kGoes };
  void KeepAccepted(std::int64_t resource, const Content& content, Earlier earlier);
  void DropAccepted(std::int64_t resource) { drop_accepted_.Run(resource); }

  // What the part's last event without a delivery id left behind; empty where there was none, or
  // another event came after it.
  std::string LastBody(std::int64_t resource, std::string_view part);
  void SetLastBody(std::int64_t resource, std::string_view part, std::string_view value);

 private:
  std::string Pack(const std::vector<Mention>& mentions);
  std::vector<Mention> Unpack(std::string_view mentions, std::int64_t resource);

  Database& database_;
  FlagIds& flags_;
  Statement find_, find_by_name_, read_, add_, change_, rename_, read_part_, change_part_;
  Statement keep_accepted_, drop_accepted_;
  Statement last_body_, last_body_of_part_, set_last_body_, set_last_body_of_part_;
};

}  // namespace flaglinkd
