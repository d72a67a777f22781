// The catalogue of flags: one thread that reads the flags of all projects from LaunchDarkly, a page
// at a time, hands what is news to the store, and makes what the matcher knows of what is stored. A
// project is read again every `catalog_refresh`, after a restart when that much has passed. With
// catalog_refresh 0 nothing is known, and while nothing is to be asked, what is stored.
//
// Whatever goes wrong, what is known stays known. An outage is tried again from 5 seconds on,
// doubled up to `catalog_refresh`; a refusal (401, 403, 404) at that pace at once. Each is logged
// once. Retry-After and the account's limits are kept by the budget, which is asked before each
// request.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/http/http_client.h"
#include "daemon/launchdarkly/launchdarkly_destination.h"
#include "daemon/launchdarkly/rate_budget.h"
#include "daemon/match/known_flags.h"
#include "daemon/queue/link_queue.h"

namespace flaglinkd {

class FlagCatalog {
 public:
  struct ProjectStatus {
    std::string project;
    std::size_t flags = 0;
    Duration age{0};  // since all its flags were known; if they never were, since the start
  };

  // Called on the catalogue's thread, and once within the constructor; must not block. Any may be
  // empty.
  struct Observer {
    // Each time that what is known has changed; at most once a second while a round is under way.
    std::function<void(std::shared_ptr<const KnownFlags>)> known;
    // Of every project that is asked of, at least every ten seconds.
    std::function<void(const ProjectStatus&)> status;
    // One request has ended; 0: without an answer.
    std::function<void(int status)> requested;
  };

  // What it asks LaunchDarkly by.
  struct Setup {
    std::shared_ptr<const LaunchDarklyOptions> options;
    std::unique_ptr<HttpClient> client;  // the catalogue's own
    bool asks = true;
  };

  // What is not a value outlives the catalogue, and so does what the functions refer to.
  struct Surroundings {
    RateBudget& budget;
    const Clock& clock;
    // Hands an update to the store. `done` is called exactly once, from any thread, and may outlive
    // the catalogue.
    std::function<void(CatalogUpdate, std::function<void(bool stored)> done)> store;
    std::function<double()> jitter;  // numbers in [0, 1)
    Observer observer;
  };

  // `stored` is all that the store holds. The thread starts at once.
  FlagCatalog(Setup setup, Surroundings surroundings, const std::vector<CatalogUpdate>& stored);
  // As Stop.
  ~FlagCatalog();
  FlagCatalog(const FlagCatalog&) = delete;
  FlagCatalog& operator=(const FlagCatalog&) = delete;

  // Ends and joins the thread; a request that is under way is given up. Afterwards News does
  // nothing, so that the writer may end later.
  void Stop();
  // From any thread; does not wait. What is under way ends as it began; then this setup is gone by,
  // and every project is asked of anew. The newest call counts.
  void Configure(Setup setup);
  // From any thread: what LaunchDarkly's own webhooks said, once it is stored. Does not wait; the
  // thread tells the observer at once.
  void News(std::vector<CatalogUpdate> news);
  // From any thread: of every project that is asked of, as of the last round.
  std::vector<ProjectStatus> Projects() const;
  TimePoint LastAlive() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace flaglinkd
