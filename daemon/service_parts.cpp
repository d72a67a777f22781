#include "daemon/service_parts.h"

#include <sys/stat.h>

#include <chrono>
#include <functional>
#include <optional>
#include <random>
#include <utility>
#include <variant>

#include "daemon/fetch/fetch_policy.h"
#include "daemon/http/listen_socket.h"
#include "daemon/observe/log.h"
#include "daemon/queue/sqlite_link_queue.h"

namespace flaglinkd {
namespace {

std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
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

}  // namespace

std::vector<std::string> NamesOf(const std::vector<SourceOptions>& sources) {
  std::vector<std::string> names;
  for (const SourceOptions& source : sources) names.push_back(source.name);
  return names;
}

Result<std::shared_ptr<const SourceSet>> BuildSources(Config& config) {
  auto built = SourceSet::Build(std::move(config.sources), config.adapters,
                                HostOf(config.launchdarkly.base_url));
  if (auto* problems = std::get_if<std::vector<std::string>>(&built)) {
    return Error{Error::Code::kInvalid, Joined(*problems)};
  }
  return std::get<std::shared_ptr<const SourceSet>>(std::move(built));
}

void Service::Parts::TakeConfig(Config loaded) {
  config = std::move(loaded);
  launchdarkly = std::make_shared<const LaunchDarklyOptions>(std::move(config.launchdarkly));
  *config_status.Lock() = {config.hash, start, "", std::nullopt};
}

Status Service::Parts::OpenQueue() {
  Result<std::unique_ptr<LinkQueue>> opened = OpenSqliteQueue(config.queue, clock.Now());
  if (!opened) return opened.error();
  queue = *std::move(opened);
  Result<std::vector<CatalogUpdate>> known = queue->Catalog();
  if (!known) return known.error();
  stored_catalog = *std::move(known);
  return {};
}

void Service::Parts::ShowLinks(const QueueStatistics& statistics) {
  metrics->SetLinks(GaugesOf(statistics, clock.Now()));
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
    ShowLinks(statistics);
    if (DeliveryWorker* worker = wake_delivery.load()) worker->Wake();
    FetchWorker* fetcher = wake_fetch.load();
    if (fetcher != nullptr && statistics.next_fetch) fetcher->Wake();
  };
  ShowLinks(queue->Statistics(clock.Now()));
  writer = std::make_unique<Writer>(*queue, clock, Writer::Options{}, std::move(observer));
}

void Service::Parts::StartIntake(std::shared_ptr<const SourceSet> sources) {
  workers = std::make_unique<WorkerPool>(WorkerPool::Options{}, [](const std::string& adapter) {
    Log(LogLevel::kError, "adapter is off until restart: it overran its time twice",
        {{"reason", adapter}});
  });
  intake = std::make_unique<Intake>(std::move(sources), config.trusted_proxies, *workers, *writer,
                                    clock, *metrics);
  replay = std::make_unique<Replay>(*intake, *workers, *writer);
}

std::unique_ptr<HttpClient> Service::Parts::MakeClient(int connections) const {
  HttpClient::Options options;
  options.timeout = config.delivery.timeout;
  options.proxy = launchdarkly->proxy;
  options.ca_file = launchdarkly->ca;
  options.user_agent = std::string("flaglinkd/") + kVersion;
  options.max_connections = connections;
  return HttpClient::Create(options);
}

// Everything that one configuration's way to LaunchDarkly takes, as one thing that dies whole.
std::shared_ptr<Destination> Service::Parts::MakeDestination() {
  struct Way {
    std::shared_ptr<const LaunchDarklyOptions> options;
    std::unique_ptr<HttpClient> client;
    std::unique_ptr<Destination> destination;
  };
  const auto way = std::make_shared<Way>();
  way->options = launchdarkly;
  way->client = MakeClient(config.delivery.concurrency);
  way->destination = MakeLaunchDarkly(*way->options, *way->client, budget, clock, *metrics);
  return {way, way->destination.get()};
}

// With delivery off nothing is asked of LaunchDarkly.
FlagCatalog::Setup Service::Parts::SetupOfCatalog() const {
  return {launchdarkly, MakeClient(1), config.delivery.enabled};
}

void Service::Parts::StartCatalog() {
  FlagCatalog::Surroundings surroundings{
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
  surroundings.observer.status = [this](const FlagCatalog::ProjectStatus& status) {
    metrics->SetCatalog(status.project, status.flags, status.age);
  };
  surroundings.observer.requested = [this](int status) {
    metrics->CountLaunchDarklyRequest("GET", status);
  };
  catalog = std::make_unique<FlagCatalog>(SetupOfCatalog(), std::move(surroundings),
                                          std::exchange(stored_catalog, {}));
  tell_catalog = catalog.get();
}

void Service::Parts::StartDelivery() {
  delivery = std::make_unique<DeliveryWorker>(config.delivery, *writer, MakeDestination(), clock,
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
  services.status = [this] { return Report(); };
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

void Service::Parts::MakeAdmin() {
  const auto services = std::make_shared<const AdminServices>(Services());
  admin_api = std::make_unique<AdminApi>(services, clock);
  status_page = std::make_unique<StatusPage>(services, clock);
  admin_handler = std::make_unique<AdminHandler>(
      *metrics, [this] { return Troubles(); }, *admin_api, *status_page);
  admin_handler->SetAccess(config.admin);
}

Status Service::Parts::StartListeners(const InheritedSockets& sockets) {
  ListenerOptions admin_options;
  admin_options.address = config.admin.address;
  // Whoever comes by a Unix socket is trusted (admin/admin_access.h), so that it must be the one of
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

}  // namespace flaglinkd
