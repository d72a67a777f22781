#include "daemon/launchdarkly/flag_catalog.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <thread>
#include <utility>
#include <variant>

#include "daemon/base/guarded.h"
#include "daemon/launchdarkly/flag_list_api.h"
#include "daemon/launchdarkly/project_flags.h"
#include "daemon/observe/log.h"

namespace flaglinkd {
namespace {

constexpr Duration kLongestWait = std::chrono::seconds(10);  // a sign of life for the watchdog
constexpr Duration kShortestWait = std::chrono::milliseconds(50);
constexpr Duration kFirstRetry = std::chrono::seconds(5);
constexpr Duration kBetweenSnapshots = std::chrono::seconds(1);  // one costs milliseconds

Duration Part(Duration whole, double share) {
  return Duration(static_cast<Duration::rep>(static_cast<double>(whole.count()) * share));
}

// A tenth more at most, so that several catalogues of one account drift apart.
Duration WithJitter(Duration wait, double jitter) {
  return wait + Part(wait, jitter / 10);
}

// kFirstRetry, doubled with each failure before, `longest` at most.
Duration Backoff(int failures, Duration longest) {
  Duration wait = kFirstRetry;
  for (int i = 0; i < failures && wait < longest; ++i) wait *= 2;
  return std::min(wait, longest);
}

// What other threads have for the catalogue, in the order in which it came to be. May outlive it,
// since the store may answer late.
class Mailbox {
 public:
  struct Stored {
    bool stored = false;
  };
  using Mail = std::variant<Stored, std::vector<CatalogUpdate>, FlagCatalog::Setup>;

  explicit Mailbox(HttpClient& client) : state_(State{{}, &client}) {}

  void Put(Mail mail) {
    const auto state = state_.Lock();
    if (state->client == nullptr) return;
    state->mails.push_back(std::move(mail));
    // Under the lock, so that after Close nobody touches the client; it only writes one byte.
    state->client->Wake();
  }
  void Wake() {
    const auto state = state_.Lock();
    if (state->client != nullptr) state->client->Wake();
  }
  std::vector<Mail> TakeAll() { return std::exchange(state_.Lock()->mails, {}); }
  // The one that the catalogue polls from now on.
  void SetClient(HttpClient& client) { state_.Lock()->client = &client; }
  void Close() { state_.Lock()->client = nullptr; }

 private:
  struct State {
    std::vector<Mail> mails;
    HttpClient* client = nullptr;
  };
  Guarded<State> state_;
};

struct Project {
  ProjectFlags flags;
  TimePoint due;  // when to go on with it
  int failures = 0;
  RepeatFilter failure;
};

}  // namespace

class FlagCatalog::Loop {
 public:
  Loop(Setup setup, Surroundings surroundings, const std::vector<CatalogUpdate>& stored);
  ~Loop() { Stop(); }

  void Stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    mailbox_->Wake();
    thread_.join();
    mailbox_->Close();
  }
  void Configure(Setup setup) { mailbox_->Put(std::move(setup)); }
  void News(std::vector<CatalogUpdate> news) { mailbox_->Put(std::move(news)); }
  std::vector<ProjectStatus> Projects() { return *status_.Lock(); }
  TimePoint LastAlive() const { return alive_.load(); }

 private:
  void Run(std::stop_token stop);
  void Receive(Mailbox::Mail& mail);
  void Learn(const std::vector<CatalogUpdate>& news);
  void TakeOver(Setup setup);
  std::vector<Project*> ProjectsOf(const LaunchDarklyOptions& options);
  TimePoint Continue(TimePoint now);
  void Ask(Project& project);
  void Answered(Project& project, const HttpAnswer& answer);
  void Store(Project& project);
  void StoreAnswered(bool stored);
  void Progress(Project& project, bool round_ended);
  void Fail(Project& project, const Error& error);
  TimePoint Publish(TimePoint now);
  void TellStatus(TimePoint now);

  Setup setup_;
  std::optional<Setup> next_;  // takes over once no answer is awaited
  const Surroundings around_;
  const TimePoint began_;
  const std::shared_ptr<Mailbox> mailbox_;
  // Also those that were asked of once: what is stored of them is known, should they come back.
  std::map<std::string, Project> known_;
  std::vector<Project*> projects_;  // of the setup
  Project* busy_ = nullptr;         // asks LaunchDarkly or the store, and waits for the answer
  bool changed_ = false;            // what is known, since it was published
  bool publish_now_ = false;
  TimePoint published_;
  Guarded<std::vector<ProjectStatus>> status_;
  std::atomic<TimePoint> alive_;
  std::jthread thread_;  // last, so that it starts when all else is there
};

FlagCatalog::Loop::Loop(Setup setup, Surroundings surroundings,
                        const std::vector<CatalogUpdate>& stored)
    : setup_(std::move(setup)),
      around_(std::move(surroundings)),
      began_(around_.clock.Now()),
      mailbox_(std::make_shared<Mailbox>(*setup_.client)),
      alive_(began_) {
  for (const CatalogUpdate& update : stored) {
    known_.try_emplace(update.project,
                       Project{ProjectFlags(update.project, stored), began_, 0, {}});
  }
  projects_ = ProjectsOf(*setup_.options);
  for (Project* project : projects_) {
    const std::optional<TimePoint> complete = project->flags.complete();
    if (complete) project->due = *complete + setup_.options->catalog_refresh;
  }
  changed_ = publish_now_ = true;
  Publish(began_);
  TellStatus(began_);
  thread_ = std::jthread([this](std::stop_token stop) { Run(stop); });
}

// Of a project that is new nothing is stored.
std::vector<Project*> FlagCatalog::Loop::ProjectsOf(const LaunchDarklyOptions& options) {
  std::vector<Project*> projects;
  if (options.catalog_refresh == Duration(0)) return projects;
  for (const std::string& name : options.projects) {
    const auto known = known_.try_emplace(name, Project{ProjectFlags(name, {}), began_, 0, {}});
    projects.push_back(&known.first->second);
  }
  return projects;
}

void FlagCatalog::Loop::Run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    for (Mailbox::Mail& mail : mailbox_->TakeAll()) Receive(mail);
    if (next_ && busy_ == nullptr) TakeOver(*std::exchange(next_, std::nullopt));
    const TimePoint now = around_.clock.Now();
    alive_ = now;
    const TimePoint publish = Publish(now);
    TellStatus(now);
    const TimePoint wake = std::min(publish, Continue(now));
    setup_.client->Poll(std::clamp(wake - now, Duration(0), kLongestWait));
  }
}

void FlagCatalog::Loop::Receive(Mailbox::Mail& mail) {
  if (const auto* answer = std::get_if<Mailbox::Stored>(&mail)) {
    StoreAnswered(answer->stored);
  } else if (auto* setup = std::get_if<Setup>(&mail)) {
    next_ = std::move(*setup);
  } else {
    Learn(std::get<std::vector<CatalogUpdate>>(mail));
  }
}

void FlagCatalog::Loop::Learn(const std::vector<CatalogUpdate>& news) {
  for (const CatalogUpdate& update : news) {
    const auto known = known_.find(update.project);
    if (known == known_.end() || !known->second.flags.Learn(update.flags)) continue;
    changed_ = publish_now_ = true;
  }
}

// It may be another account, so that no round goes on in it.
void FlagCatalog::Loop::TakeOver(Setup setup) {
  mailbox_->SetClient(*setup.client);
  setup_ = std::move(setup);
  projects_ = ProjectsOf(*setup_.options);
  for (Project* project : projects_) {
    project->flags.StartOver();
    project->due = around_.clock.Now();
    project->failures = 0;
    project->failure.Cleared();
  }
  changed_ = publish_now_ = true;
}

// Does what is due, one thing at a time; returns when to come back.
TimePoint FlagCatalog::Loop::Continue(TimePoint now) {
  const TimePoint later = now + kLongestWait;
  if (busy_ != nullptr) return later;  // the answer wakes us
  if (!setup_.asks || projects_.empty()) return later;
  Project& next = **std::min_element(
      projects_.begin(), projects_.end(),
      [](const Project* one, const Project* other) { return one->due < other->due; });
  // A clock that was set back must not put the next round off.
  next.due = std::min(next.due, now + WithJitter(setup_.options->catalog_refresh, 1));
  if (next.due > now) return next.due;
  if (next.flags.unstored()) {
    Store(next);
    return later;
  }
  const auto held = around_.budget.Take(RateBudget::User::kCatalog, kFlagListRoute, now);
  if (held) return std::max(*held, now + kShortestWait);
  Ask(next);
  return later;
}

void FlagCatalog::Loop::Ask(Project& project) {
  Result<HttpCall> call = ToHttpCall(setup_.options->base_url, project.flags.place());
  if (!call.ok()) {
    around_.budget.Learn(kFlagListRoute, {}, around_.clock.Now());
    return Fail(project, call.error());
  }
  busy_ = &project;
  setup_.client->Start(*std::move(call), setup_.options->token,
                       [this, &project](HttpAnswer answer) { Answered(project, answer); });
}

void FlagCatalog::Loop::Answered(Project& project, const HttpAnswer& answer) {
  busy_ = nullptr;
  const TimePoint now = around_.clock.Now();
  const int status = answer.kind == HttpAnswer::Kind::kAnswered ? answer.status : 0;
  around_.budget.Learn(kFlagListRoute, answer.headers, now, status);
  if (around_.observer.requested) around_.observer.requested(status);
  const Result<FlagPage> page = ReadFlagPage(project.flags.place(), answer);
  if (!page.ok()) return Fail(project, page.error());
  if (Status taken = project.flags.Take(*page, now); !taken.ok())
    return Fail(project, taken.error());
  if (project.flags.unstored()) return Store(project);
  Progress(project, false);
}

void FlagCatalog::Loop::Store(Project& project) {
  busy_ = &project;
  around_.store(*project.flags.unstored(),
                [mailbox = mailbox_](bool stored) { mailbox->Put(Mailbox::Stored{stored}); });
}

void FlagCatalog::Loop::StoreAnswered(bool stored) {
  Project& project = *std::exchange(busy_, nullptr);
  if (!stored) {
    return Fail(project, {Error::Code::kUnavailable, "store the flags of project " +
                                                         project.flags.project() +
                                                         ": the store does not take them"});
  }
  const bool round_ended = project.flags.unstored()->complete.has_value();
  changed_ |= project.flags.Stored();
  publish_now_ |= round_ended;
  Progress(project, round_ended);
}

void FlagCatalog::Loop::Progress(Project& project, bool round_ended) {
  project.failures = 0;
  if (project.failure.Cleared()) {
    Log(LogLevel::kInfo, "the flags are read again", {{"project", project.flags.project()}});
  }
  project.due = around_.clock.Now();
  if (!round_ended) return;
  project.due += WithJitter(setup_.options->catalog_refresh, around_.jitter());
  Log(LogLevel::kDebug, "all flags are read",
      {{"project", project.flags.project()}, {"flags", project.flags.size()}});
}

// What an answer says of when to come back is the budget's to know.
void FlagCatalog::Loop::Fail(Project& project, const Error& error) {
  const Duration longest = setup_.options->catalog_refresh;
  const Duration wait =
      error.code == Error::Code::kUnavailable ? Backoff(project.failures, longest) : longest;
  ++project.failures;
  project.due = around_.clock.Now() + WithJitter(wait, around_.jitter());
  if (project.failure.Next(error.message).log) {
    Log(LogLevel::kWarning, "the flags can't be read",
        {{"project", project.flags.project()}, {"reason", error.message}});
  }
}

// Returns when to come back.
TimePoint FlagCatalog::Loop::Publish(TimePoint now) {
  if (!changed_) return now + kLongestWait;
  const bool just_now = now >= published_ && now - published_ < kBetweenSnapshots;
  if (just_now && !publish_now_) return published_ + kBetweenSnapshots;
  changed_ = publish_now_ = false;
  published_ = now;
  std::vector<KnownFlags::Project> known;
  for (const Project* project : projects_) {
    if (project->flags.complete()) known.push_back(project->flags.Frozen());
  }
  if (around_.observer.known) {
    around_.observer.known(std::make_shared<const KnownFlags>(known));
  }
  return now + kLongestWait;
}

void FlagCatalog::Loop::TellStatus(TimePoint now) {
  std::vector<ProjectStatus> all;
  for (const Project* project : projects_) {
    if (!setup_.asks) break;
    const TimePoint complete = project->flags.complete().value_or(began_);
    all.push_back({project->flags.project(), project->flags.size(), now - complete});
  }
  if (around_.observer.status) {
    for (const ProjectStatus& one : all) around_.observer.status(one);
  }
  status_.Lock()->swap(all);
}

FlagCatalog::FlagCatalog(Setup setup, Surroundings surroundings,
                         const std::vector<CatalogUpdate>& stored)
    : loop_(std::make_unique<Loop>(std::move(setup), std::move(surroundings), stored)) {}

FlagCatalog::~FlagCatalog() = default;

void FlagCatalog::Stop() {
  loop_->Stop();
}

void FlagCatalog::Configure(Setup setup) {
  loop_->Configure(std::move(setup));
}

void FlagCatalog::News(std::vector<CatalogUpdate> news) {
  loop_->News(std::move(news));
}

std::vector<FlagCatalog::ProjectStatus> FlagCatalog::Projects() const {
  return loop_->Projects();
}

TimePoint FlagCatalog::LastAlive() const {
  return loop_->LastAlive();
}

}  // namespace flaglinkd
