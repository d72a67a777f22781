// The flags of the stand-in LaunchDarkly and their listing: GET /api/v2/flags/{project}. Facts are
// from LaunchDarkly's OpenAPI file (launchdarkly/ldcli, ld-openapi.json, "List feature flags"); that
// a page holds 100 at most is from launchdarkly/ld-find-code-refs. Pure; not safe for several
// threads.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/base/result.h"
#include "daemon/domain/flag_key.h"

namespace flaglinkd {

class StandInFlags {
 public:
  // These exist, and are live; absent: every flag exists, and changes do nothing.
  explicit StandInFlags(const std::optional<std::set<FlagKey>>& live);

  bool Exists(const FlagKey& flag) const;
  void Add(const FlagKey& flag);  // live, also if it was archived
  void Archive(const FlagKey& flag);
  void Remove(const FlagKey& flag);

  // The answer's body for a query such as "limit=100&offset=200&filter=state:archived". Every
  // project exists, with no flags at first. kInvalid: no query that flaglinkd has a use for;
  // kNotFound: every flag exists, so that there is no list of them.
  Result<std::string> List(const std::string& project, const std::string& query) const;

 private:
  std::vector<std::string> KeysOf(const std::string& project, bool archived) const;

  std::optional<std::map<FlagKey, bool>> archived_;  // of each that exists, whether it is archived
};

}  // namespace flaglinkd
