#include "daemon/service.h"

#include <sys/stat.h>

#include <atomic>
#include <random>
#include <utility>

#include "daemon/adapt/worker_pool.h"
#include "daemon/admin/admin_api.h"
#include "daemon/admin/admin_handler.h"
#include "daemon/deliver/delivery_worker.h"
#include "daemon/fetch/catch_up.h"
#include "daemon/fetch/fetch_policy.h"
#include "daemon/fetch/fetch_worker.h"
#include "daemon/http/http_client.h"
#include "daemon/http/http_listener.h"
#include "daemon/http/listen_socket.h"
#include "daemon/launchdarkly/flag_catalog.h"
#include "daemon/launchdarkly/launchdarkly_destination.h"
#include "daemon/launchdarkly/project_flags.h"
#include "daemon/launchdarkly/rate_budget.h"
#include "daemon/observe/log.h"
#include "daemon/observe/metrics.h"
#include "daemon/queue/sqlite_link_queue.h"
#include "daemon/queue/writer.h"
#include "daemon/receive/intake.h"
#include "daemon/receive/replay.h"
#include "daemon/receive/source_set.h"

namespace flaglinkd {

const char kVersion[] = FLAGLINKD_VERSION;

namespace {

// An answer takes milliseconds; what is not answered by then never will be.
constexpr Duration kDrainPatience = std::chrono::seconds(5);

std::vector<std::string> NamesOf(const std::vector<SourceOptions>& sources) {
  std::vector<std::string> names;
  for (const SourceOptions& source : sources) names.push_back(source.name);
  return names;
}

std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

Result<std::shared_ptr<const SourceSet>> BuildSources(Config& config) {
  auto built = SourceSet::Build(std::move(config.sources), config.adapters,
                                HostOf(config.launchdarkly.base_url));
  if (auto* problems = std::get_if<std::vector<std::string>>(&built)) {
    return Error{Error::Code::kInvalid, Joined(*problems)};
  }
  return std::get<std::shared_ptr<const SourceSet>>(std::move(built));
}

LinkGauges GaugesOf(const QueueStatistics& statistics, TimePoint now) {
  LinkGauges gauges;
  gauges.applied = statistics.applied;
  gauges.foreign = statistics.foreign;
  gauges.waiting = statistics.waiting;
  gauges.unknown_flag = statistics.unknown_flag;
  gauges.failed = statistics.failed;
  gauges.made = statistics.total_made;
  gauges.total_applied = statistics.total_applied;
  gauges.superseded = statistics.total_superseded;
  gauges.forgotten = statistics.total_forgotten;
  if (statistics.oldest_due && *statistics.oldest_due < now) {
    gauges.oldest_due_seconds = std::chrono::duration<double>(now - *statistics.oldest_due).count();
  }
  return gauges;
}

std::string OptionOf(const Source& source, std::string_view name) {
  for (const AdapterOption& option : source.options.options) {
    if (option.name == name) return option.value;
  }
  return "";
}

// The hooks of GitHub whose log of deliveries can be read (adapters/github/README.md).
std::vector<LoggedHook> LoggedHooks(const std::shared_ptr<const SourceSet>& sources) {
  std::vector<LoggedHook> hooks;
  for (const Source& source : sources->all()) {
    const std::string hook = OptionOf(source, "hook"), api = OptionOf(source, "api");
    if (source.adapter->name() != "github" || hook.empty() || source.options.api_token.empty()) {
      continue;
    }
    hooks.push_back({source.options.name,
                     (api.empty() ? "https://api.github.com" : api) + "/" + hook + "/deliveries",
                     {sources, &source.options.api_token}});
  }
  return hooks;
}

std::function<double()> Jitter() {
  return [engine = std::mt19937_64(std::random_device{}())]() mutable {
    return std::uniform_real_distribution<double>(0, 1)(engine);
  };
}

// What a reload can't change, and what to say of it.
void ReportNeedsRestart(const Config& before, const Config& after) {
  const auto report = [](bool changed, const char* what) {
    if (changed) Log(LogLevel::kWarning, "changed, but needs a restart", {{"reason", what}});
  };
  const ListenerOptions &old_listen = before.listen, &new_listen = after.listen;
  report(old_listen.address != new_listen.address || old_listen.threads != new_listen.threads ||
             old_listen.max_connections != new_listen.max_connections ||
             old_listen.head_timeout != new_listen.head_timeout ||
             old_listen.body_timeout != new_listen.body_timeout ||
             old_listen.idle_timeout != new_listen.idle_timeout || old_listen.tls != new_listen.tls,
         "[listen]");
  report(before.admin.address != after.admin.address || before.admin.socket != after.admin.socket,
         "[admin]");
  report(before.queue.file != after.queue.file ||
             before.queue.keep_payloads != after.queue.keep_payloads ||
             before.queue.max_bytes != after.queue.max_bytes ||
             before.queue.keep_events != after.queue.keep_events,
         "[queue]");
  const LaunchDarklyOptions &old_target = before.launchdarkly, &new_target = after.launchdarkly;
  report(old_target.base_url != new_target.base_url || old_target.proxy != new_target.proxy ||
             old_target.ca != new_target.ca || old_target.installation != new_target.installation ||
             old_target.token.Bytes() != new_target.token.Bytes() ||
             old_target.projects != new_target.projects ||
             old_target.catalog_refresh != new_target.catalog_refresh,
         "[launchdarkly]");
  report(before.delivery != after.delivery || before.queue.settle != after.queue.settle ||
             before.queue.max_links_per_flag != after.queue.max_links_per_flag,
         "[delivery]");
}

}  // namespace

// In the order in which they are made; they end in the reverse one, but for what the destructor
// does first.
struct Service::Parts {
  SystemClock clock;
  Config config;  // without its sources, which moved into the set
  std::unique_ptr<Metrics> metrics;
  std::unique_ptr<LinkQueue> queue;
  RateBudget budget;
  std::unique_ptr<HttpClient> client;
  std::unique_ptr<Destination> destination;
  std::vector<CatalogUpdate> stored_catalog;  // as of the start, until the catalogue has it
  // Delivery ends its thread while the writer still records, but outlives it: the writer's thread
  // wakes it up to the end.
  std::unique_ptr<DeliveryWorker> delivery;
  std::atomic<DeliveryWorker*> wake_delivery{nullptr};  // set once it is there
  std::unique_ptr<FlagCatalog> catalog;  // likewise, for the news that a commit brings; may be none
  std::atomic<FlagCatalog*> tell_catalog{nullptr};
  std::unique_ptr<Replay> replay;      // likewise: it is answered on the writer's thread
  std::unique_ptr<FetchWorker> fetch;  // likewise
  std::atomic<FetchWorker*> wake_fetch{nullptr};
  std::unique_ptr<CatchUp> catch_up;  // likewise
  std::unique_ptr<Writer> writer;
  std::unique_ptr<WorkerPool> workers;
  std::unique_ptr<Intake> intake;
  std::unique_ptr<AdminApi> admin_api;
  std::unique_ptr<AdminHandler> admin_handler;
  std::unique_ptr<HttpListener> hooks, admin, admin_socket;

  Status OpenQueue();
  void StartQueue();
  void StartCatalog();
  void StartDelivery();
  void StartFetch();
  void StartCatchUp();
  std::unique_ptr<HttpClient> MakeClient(int connections) const;
  AdminServices Services();
  Status StartListeners(const InheritedSockets& sockets);
  std::vector<std::string> Troubles() const;
};

Status Service::Parts::OpenQueue() {
  Result<std::unique_ptr<LinkQueue>> opened = OpenSqliteQueue(config.queue, clock.Now());
  if (!opened) return opened.error();
  queue = *std::move(opened);
  Result<std::vector<CatalogUpdate>> known = queue->Catalog();
  if (!known) return known.error();
  stored_catalog = *std::move(known);
  return {};
}

void Service::Parts::StartQueue() {
  Writer::Observer observer;
  observer.committed = [this](std::size_t events, Duration took) {
    metrics->ObserveCommit(events, took);
  };
  observer.news = [this](const std::vector<CatalogUpdate>& news) {
    if (FlagCatalog* known = tell_catalog.load()) known->News(news);
  };
  observer.changed = [this](const QueueStatistics& statistics) {
    metrics->SetLinks(GaugesOf(statistics, clock.Now()));
    if (DeliveryWorker* worker = wake_delivery.load()) worker->Wake();
    FetchWorker* fetcher = wake_fetch.load();
    if (fetcher != nullptr && statistics.next_fetch) fetcher->Wake();
  };
  metrics->SetLinks(GaugesOf(queue->Statistics(clock.Now()), clock.Now()));
  writer = std::make_unique<Writer>(*queue, clock, Writer::Options{}, std::move(observer));
}

std::unique_ptr<HttpClient> Service::Parts::MakeClient(int connections) const {
  HttpClient::Options options;
  options.timeout = config.delivery.timeout;
  options.proxy = config.launchdarkly.proxy;
  options.ca_file = config.launchdarkly.ca;
  options.user_agent = std::string("flaglinkd/") + kVersion;
  options.max_connections = connections;
  return HttpClient::Create(options);
}

// With delivery off nothing is asked of LaunchDarkly, but what is stored of it still counts.
void Service::Parts::StartCatalog() {
  if (config.launchdarkly.catalog_refresh == Duration(0)) return;
  if (!config.delivery.enabled) {
    return intake->SetKnownFlags(std::make_shared<const KnownFlags>(
        ToKnownFlags(config.launchdarkly.projects, stored_catalog)));
  }
  FlagCatalog::Surroundings surroundings{
      MakeClient(1),
      budget,
      clock,
      [this](CatalogUpdate update, std::function<void(bool)> done) {
        writer->Learn(std::move(update), std::move(done));
      },
      Jitter(),
      {}};
  surroundings.observer.known = [this](std::shared_ptr<const KnownFlags> known) {
    intake->SetKnownFlags(std::move(known));
  };
  surroundings.observer.status = [this](const std::string& project, std::size_t flags,
                                        Duration age) { metrics->SetCatalog(project, flags, age); };
  surroundings.observer.requested = [this](int status) {
    metrics->CountLaunchDarklyRequest("GET", status);
  };
  catalog = std::make_unique<FlagCatalog>(config.launchdarkly, std::move(surroundings),
                                          std::exchange(stored_catalog, {}));
  tell_catalog = catalog.get();
}

void Service::Parts::StartDelivery() {
  client = MakeClient(config.delivery.concurrency);
  destination = MakeLaunchDarkly(config.launchdarkly, *client, budget, clock, *metrics);
  delivery = std::make_unique<DeliveryWorker>(config.delivery, *writer, *destination, clock,
                                              *metrics, Jitter());
  wake_delivery = delivery.get();
  delivery->Wake();
}

// Straight to the tools, which may stand in the same house: proxy and CA of [launchdarkly] are for
// the way to LaunchDarkly.
void Service::Parts::StartFetch() {
  HttpClient::Options options;
  options.timeout = fetch_policy::kTimeout;
  options.user_agent = std::string("flaglinkd/") + kVersion;
  FetchWorker::Surroundings surroundings{
      HttpClient::Create(options), *writer, clock, *metrics, Jitter(), {}};
  surroundings.read = [this](const WaitingFetch& waiting, std::vector<FetchedDocument> documents,
                             std::function<void(Result<FetchReading>)> done) {
    replay->Reread(
        waiting, std::move(documents),
        [done = std::move(done)](Result<Interpretation> read,
                                 std::shared_ptr<const Secret> api_token) {
          if (!read) return done(read.error());
          done(FetchReading{std::move(read->needs), std::move(read->event), std::move(api_token)});
        });
  };
  fetch = std::make_unique<FetchWorker>(std::move(surroundings));
  wake_fetch = fetch.get();
}

// The thread is there also while no hook is configured: a reload may bring one.
void Service::Parts::StartCatchUp() {
  HttpClient::Options options;
  options.timeout = fetch_policy::kTimeout;
  options.user_agent = std::string("flaglinkd/") + kVersion;
  CatchUp::Surroundings surroundings{HttpClient::Create(options), clock, {}, {}, {}};
  surroundings.hooks = [this] { return LoggedHooks(intake->Sources()); };
  surroundings.commit = [this](const std::string& source, Webhook webhook, Replay::Done done) {
    replay->CatchUp(source, std::move(webhook), std::move(done));
  };
  surroundings.caught_up = [this](const std::string& source) { metrics->CountCaughtUp(source); };
  catch_up = std::make_unique<CatchUp>(std::move(surroundings));
}

AdminServices Service::Parts::Services() {
  AdminServices services;
  services.ask = [this](std::function<void(QueueAdmin&)> question) {
    return writer->Ask(
        [question = std::move(question)](LinkQueue& asked) { question(asked.Admin()); });
  };
  services.name_space_of = [this](const std::string& source) {
    return replay->NameSpaceOf(source);
  };
  services.explain = [this](const EventReport& event, const Payload& payload,
                            std::function<void(const Reading&)> done) {
    replay->Explain(event, payload, std::move(done));
  };
  services.replay = [this](const EventReport& event, const Payload& payload, Replay::Done done) {
    replay->Again(event, payload, std::move(done));
  };
  services.arm = [this](const std::string& source, bool replace,
                        std::function<void(const Result<TimePoint>&)> done) {
    intake->Arm(source, replace ? Overwrite::kYes : Overwrite::kNo, std::move(done));
  };
  services.import = [this](const std::string& source, Webhook webhook, Replay::Done done) {
    replay->Import(source, std::move(webhook), std::move(done));
  };
  return services;
}

Status Service::Parts::StartListeners(const InheritedSockets& sockets) {
  ListenerOptions admin_options;
  admin_options.address = config.admin.address;
  // Whoever comes by a Unix socket is trusted (admin/api_route.h), so that it must be the one of
  // [admin] socket.
  const bool is_unix = sockets.admin && UnixPath(*sockets.admin);
  if (!is_unix) admin_options.inherited_socket = sockets.admin;
  admin_options.max_connections = 32;
  Result<std::unique_ptr<HttpListener>> started =
      HttpListener::Start(admin_options, *admin_handler);
  if (!started) return started.error();
  admin = *std::move(started);

  ListenerOptions hooks_options = config.listen;
  hooks_options.inherited_socket = sockets.hooks;
  started = HttpListener::Start(hooks_options, *intake);
  if (!started) return started.error();
  hooks = *std::move(started);

  // systemd makes /run/flaglinkd; for who runs it by hand it is made here. If it can't be, the
  // listener says so.
  static_cast<void>(mkdir(config.admin.socket.parent_path().c_str(), 0750));
  ListenerOptions socket_options;
  socket_options.address = "unix:" + config.admin.socket.string();
  if (is_unix) socket_options.inherited_socket = sockets.admin;
  socket_options.max_connections = 32;
  started = HttpListener::Start(socket_options, *admin_handler);
  if (!started) return started.error();
  admin_socket = *std::move(started);
  return {};
}

std::vector<std::string> Service::Parts::Troubles() const {
  std::string trouble = writer->Trouble();
  if (trouble.empty()) return {};
  return {"the store takes nothing: " + trouble};
}

Result<std::unique_ptr<Service>> Service::Start(Config config, const InheritedSockets& sockets) {
  auto parts = std::make_unique<Parts>();
  parts->metrics = std::make_unique<Metrics>(NamesOf(config.sources), kVersion);
  parts->metrics->SetConfig(config.hash, true);
  Result<std::shared_ptr<const SourceSet>> sources = BuildSources(config);
  if (!sources) return sources.error();
  parts->config = std::move(config);

  if (Status opened = parts->OpenQueue(); !opened) return opened.error();
  parts->StartQueue();

  parts->workers =
      std::make_unique<WorkerPool>(WorkerPool::Options{}, [](const std::string& adapter) {
        Log(LogLevel::kError, "adapter is off until restart: it overran its time twice",
            {{"reason", adapter}});
      });
  parts->intake =
      std::make_unique<Intake>(*std::move(sources), parts->config.trusted_proxies, *parts->workers,
                               *parts->writer, parts->clock, *parts->metrics);
  parts->replay = std::make_unique<Replay>(*parts->intake, *parts->workers, *parts->writer);
  parts->admin_api = std::make_unique<AdminApi>(
      std::make_shared<const AdminServices>(parts->Services()), parts->clock);
  parts->admin_handler = std::make_unique<AdminHandler>(
      *parts->metrics, [raw = parts.get()] { return raw->Troubles(); }, *parts->admin_api);
  parts->StartCatalog();
  parts->StartFetch();
  parts->StartCatchUp();
  // Delivery last but for the doors: it may take its time, and nothing waits for it.
  parts->StartDelivery();
  std::unique_ptr<Service> service(new Service(std::move(parts)));
  if (Status listening = service->parts_->StartListeners(sockets); !listening)
    return listening.error();
  return service;
}

Service::Service(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Service::~Service() {
  End();
}

bool Service::End() {
  if (parts_->hooks) parts_->hooks->Drain(kDrainPatience);
  parts_->hooks.reset();
  if (parts_->catch_up) parts_->catch_up->Stop();
  if (parts_->fetch) parts_->fetch->Stop();
  // First, so that those who asked still get their answer.
  if (parts_->replay) parts_->replay->Stop();
  if (parts_->admin_socket) parts_->admin_socket->Drain(kDrainPatience);
  parts_->admin_socket.reset();
  parts_->admin.reset();
  if (parts_->catalog) parts_->catalog->Stop();
  parts_->workers->Stop();
  if (parts_->delivery) parts_->delivery->Stop();
  return parts_->workers->written_off() > 0;
}

std::uint16_t Service::port() const {
  return parts_->hooks->port();
}
std::uint16_t Service::admin_port() const {
  return parts_->admin->port();
}

Status Service::Reload(Config config) {
  std::string hash = config.hash;
  std::vector<std::string> names = NamesOf(config.sources);
  Result<std::shared_ptr<const SourceSet>> sources = BuildSources(config);
  if (!sources) return sources.error();
  if (Status tls = parts_->hooks->ReloadTls(); !tls) return tls.error();
  parts_->metrics->AddSources(names);
  SetUpLog(config.log);
  parts_->intake->Swap(*std::move(sources), std::move(config.trusted_proxies));
  ReportNeedsRestart(parts_->config, config);
  parts_->config.hash = hash;
  parts_->metrics->SetConfig(hash, true);
  return {};
}

void Service::ReloadFailed() {
  parts_->metrics->SetConfig(parts_->config.hash, false);
}

bool Service::Alive(Duration patience) const {
  const TimePoint oldest = parts_->clock.Now() - patience;
  return parts_->hooks->LastAlive() >= oldest && parts_->admin->LastAlive() >= oldest &&
         parts_->writer->LastAlive() >= oldest && parts_->delivery->LastAlive() >= oldest &&
         parts_->workers->LastAlive() >= oldest && parts_->admin_socket->LastAlive() >= oldest &&
         parts_->fetch->LastAlive() >= oldest && parts_->catch_up->LastAlive() >= oldest &&
         (!parts_->catalog || parts_->catalog->LastAlive() >= oldest);
}

}  // namespace flaglinkd
