// What a service consists of. For service*.cpp alone: one file makes the parts, one reloads them, one
// says how they do, and service.cpp starts and ends the whole.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "daemon/adapt/worker_pool.h"
#include "daemon/admin/admin_api.h"
#include "daemon/admin/admin_handler.h"
#include "daemon/admin/status_page.h"
#include "daemon/admin/status_report.h"
#include "daemon/base/guarded.h"
#include "daemon/deliver/delivery_worker.h"
#include "daemon/fetch/catch_up.h"
#include "daemon/fetch/fetch_worker.h"
#include "daemon/http/http_client.h"
#include "daemon/http/http_listener.h"
#include "daemon/launchdarkly/flag_catalog.h"
#include "daemon/launchdarkly/launchdarkly_destination.h"
#include "daemon/launchdarkly/rate_budget.h"
#include "daemon/observe/history.h"
#include "daemon/observe/metrics.h"
#include "daemon/queue/link_queue.h"
#include "daemon/queue/writer.h"
#include "daemon/receive/intake.h"
#include "daemon/receive/replay.h"
#include "daemon/receive/source_set.h"
#include "daemon/service.h"

namespace flaglinkd {

std::vector<std::string> NamesOf(const std::vector<SourceOptions>& sources);

// Takes the sources out of the configuration. kInvalid: they can't work; a line for each reason.
Result<std::shared_ptr<const SourceSet>> BuildSources(Config& config);

// In the order in which they are made; they end in the reverse one, but for what Service::End does
// first.
struct Service::Parts {
  SystemClock clock;
  const TimePoint start = clock.Now();
  // What is in force: of the start, with the delivery of the last reload. Its sources and its way to
  // LaunchDarkly have moved to where they are used.
  Config config;
  std::shared_ptr<const LaunchDarklyOptions> launchdarkly;
  Guarded<ConfigStatus> config_status;
  std::unique_ptr<Metrics> metrics;
  History history{start};
  TimePoint history_noted = start;
  std::unique_ptr<LinkQueue> queue;
  RateBudget budget;
  std::vector<CatalogUpdate> stored_catalog;  // as of the start, until the catalogue has it
  // Delivery ends its thread while the writer still records, but outlives it: the writer's thread
  // wakes it up to the end.
  std::unique_ptr<DeliveryWorker> delivery;
  std::atomic<DeliveryWorker*> wake_delivery{nullptr};  // set once it is there
  std::unique_ptr<FlagCatalog> catalog;  // likewise, for the news that a commit brings
  std::atomic<FlagCatalog*> tell_catalog{nullptr};
  std::unique_ptr<Replay> replay;      // likewise: it is answered on the writer's thread
  std::unique_ptr<FetchWorker> fetch;  // likewise
  std::atomic<FetchWorker*> wake_fetch{nullptr};
  std::unique_ptr<CatchUp> catch_up;  // likewise
  std::unique_ptr<Writer> writer;
  std::unique_ptr<WorkerPool> workers;
  std::unique_ptr<Intake> intake;
  std::unique_ptr<AdminApi> admin_api;
  std::unique_ptr<StatusPage> status_page;
  std::unique_ptr<AdminHandler> admin_handler;
  std::unique_ptr<HttpListener> hooks, admin, admin_socket;

  // service_parts.cpp
  void TakeConfig(Config loaded);
  Status OpenQueue();
  void StartQueue();
  void StartIntake(std::shared_ptr<const SourceSet> sources);
  void StartCatalog();
  void StartFetch();
  void StartCatchUp();
  void StartDelivery();
  void MakeAdmin();
  Status StartListeners(const InheritedSockets& sockets);
  std::unique_ptr<HttpClient> MakeClient(int connections) const;
  std::shared_ptr<Destination> MakeDestination();
  FlagCatalog::Setup SetupOfCatalog() const;
  AdminServices Services();

  // service_reload.cpp
  void TakeOver(Config loaded, std::shared_ptr<const SourceSet> sources);

  // Safe for several threads.
  void ShowLinks(const QueueStatistics& statistics);
  // service_status.cpp
  std::vector<std::string> Troubles() const;
  StatusReport Report();
};

}  // namespace flaglinkd
