// LaunchDarkly's Flag Links API and its listing of flags (stand_in_flags.h), as far as flaglinkd
// uses them, in memory: for `flaglinkd demo` and the tests. It is strict where the API is
// documented and has a switch where it is not. No I/O. Safe for several threads.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/guarded.h"
#include "daemon/domain/flag_key.h"
#include "daemon/http/http_message.h"

namespace flaglinkd {

class LaunchDarklyStandIn {
 public:
  // What a POST with a key that is taken gets. The API's documentation does not say; kTwin (201 and
  // a second link) is the worst that it could do.
  enum class Duplicate { kConflict, kBadRequest, kTwin };

  struct Options {
    std::string token;  // what Authorization must be, to the letter
    // All live. Absent: every flag exists, and none can be listed.
    std::optional<std::set<FlagKey>> flags = std::nullopt;
    Duplicate duplicate = Duplicate::kConflict;
  };

  struct Link {
    std::string id;
    FlagKey flag;
    std::string key, integration_key, deep_link, title, description;
    std::int64_t timestamp_ms = 0, created_ms = 0;
    std::map<std::string, std::string> metadata;
  };

  struct Request {
    TimePoint when;
    std::string method, path, link_key;  // the key or id that it names; "" for a listing
    int status = 0;
  };

  // `clock` outlives the stand-in.
  LaunchDarklyStandIn(Options options, const Clock& clock);
  ~LaunchDarklyStandIn();

  HttpResponse Answer(const HttpRequest& request);

  // From now on these flags exist, all live, and no others.
  void SetFlags(std::set<FlagKey> flags);
  // These three do nothing where every flag exists. An added flag is live, also one that was
  // archived; what was archived still takes links; a removed flag takes its links with it.
  void AddFlag(const FlagKey& flag);
  void ArchiveFlag(const FlagKey& flag);
  void RemoveFlag(const FlagKey& flag);
  void SetToken(const std::string& token);
  // What the token may not do, as a policy names it: createFlagLink, updateFlagLink, deleteFlagLink.
  void Forbid(std::set<std::string> actions);
  // A link that comes about without a request, as somebody else makes it. Its id is set here.
  void Plant(Link link);

  // In the order of their making.
  std::vector<Link> Links() const;
  std::vector<Request> Requests() const;
  // How many times a POST made a link with this key on this flag.
  int Created(const FlagKey& flag, const std::string& link_key) const;

 private:
  struct State;
  const Clock& clock_;
  std::unique_ptr<Guarded<State>> state_;
};

}  // namespace flaglinkd
