#include "daemon/fetch/fetch_worker.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include "daemon/fetch/bearer.h"
#include "daemon/fetch/document_cache.h"
#include "daemon/fetch/errands.h"
#include "daemon/fetch/fetch_policy.h"
#include "daemon/observe/log.h"

namespace flaglinkd {
namespace {

namespace policy = fetch_policy;

constexpr Duration kLongestWait = std::chrono::seconds(10);  // a sign of life for the watchdog
constexpr Duration kBetweenTakes = std::chrono::seconds(1);  // while nothing is finished
constexpr Duration kStoreRetry = std::chrono::seconds(30);   // once the store or the workers refuse
constexpr std::size_t kPerSource = 8;
// An answer may lead to the next need; one that leads on for ever is an adapter's mistake.
constexpr int kMostRounds = 4;

std::string HostOf(const std::string& url) {
  const std::size_t start = url.find("//") + 2;
  return url.substr(start, url.find('/', start) - start);
}

// Two sources may be two tenants at the same address.
std::string CacheKey(const std::string& source, const DocumentNeed& need) {
  std::string key = source + '\n' + need.url;
  for (const Header& header : need.headers) key += '\n' + header.name + ':' + header.value;
  return key;
}

HttpCall CallOf(const DocumentNeed& need) {
  HttpCall call{"GET", need.url, need.headers, "", policy::kLargestDocument};
  if (std::ranges::find(call.headers, "accept", &Header::name) == call.headers.end())
    call.headers.push_back({"accept", "application/json"});
  return call;
}

// One event on its way.
struct Task {
  WaitingFetch waiting;
  std::vector<FetchedDocument> documents = {};
  std::vector<DocumentNeed> needs = {};          // not answered yet
  std::shared_ptr<const Secret> api_token = {};  // for these needs
  std::vector<std::string> refused = {};         // names of needs that never will be
  std::string refusal = {};                      // why the first of them
  int rounds = 0;
  bool busy = false;  // is being asked for, read, or stored
};

struct Tool {
  SourcePace pace;
  std::optional<TimePoint> away_since;  // no request has succeeded from then on
  std::string trouble;                  // why the last one failed
  RepeatFilter failure;
};

struct Request {
  std::int64_t event = 0;
  std::string source;
  DocumentNeed need;
  TimePoint asked;
};

struct PutOff {
  std::int64_t event = 0;
  int attempts = 0;
  TimePoint due;
};

FetchResult ResultOf(FetchVerdict::Kind kind) {
  switch (kind) {
    case FetchVerdict::Kind::kDocument: return FetchResult::kRead;
    case FetchVerdict::Kind::kRefused: return FetchResult::kRefused;
    case FetchVerdict::Kind::kLimited: return FetchResult::kRateLimited;
    case FetchVerdict::Kind::kFailed: break;
  }
  return FetchResult::kFailed;
}

}  // namespace

class FetchWorker::Loop {
 public:
  explicit Loop(Surroundings surroundings)
      : around_(std::move(surroundings)),
        errands_(std::make_shared<Errands>(*around_.client)),
        alive_(around_.clock.Now()),
        thread_([this](std::stop_token stop) { Run(stop); }) {}
  ~Loop() { Stop(); }

  void Stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    around_.client->Wake();
    thread_.join();
    errands_->Close();
  }
  void Wake() { errands_->Wake(); }
  TimePoint LastAlive() const { return alive_.load(); }

 private:
  void Run(std::stop_token stop);
  TimePoint Take(TimePoint now);
  void Taken(Result<std::vector<WaitingFetch>> taken);
  TimePoint Advance(TimePoint now);
  void UseCache(Task& task, TimePoint now);
  void Read(Task& task);
  void HaveRead(std::int64_t event, Result<FetchReading> reading);
  void Ask(Task& task, Tool& tool, TimePoint now);
  void Answered(const Request& request, const HttpAnswer& answer);
  void Note(const Request& request, const FetchVerdict& verdict);
  void Settle(Task& task, const std::string& name);
  void GiveUp(Task& task, std::string reason);
  void Store(Task& task, IncomingEvent event);
  void Stored(std::int64_t event, const CommitResult& result);
  void Release(Task& task, int attempts, TimePoint due);
  void SendPutOffs();
  Task* Find(std::int64_t event) {
    const auto found = tasks_.find(event);
    return found == tasks_.end() ? nullptr : &found->second;
  }

  const Surroundings around_;
  const std::shared_ptr<Errands> errands_;
  std::map<std::int64_t, Task> tasks_;  // by event, the oldest first
  std::map<std::string, Tool> tools_;   // by source
  DocumentCache cache_{DocumentCache::Limits{}};
  std::vector<PutOff> put_offs_;  // not told to the queue yet
  bool taking_ = false;
  TimePoint take_at_;
  std::atomic<TimePoint> alive_;
  std::jthread thread_;  // last, so that it starts when all else is there
};

void FetchWorker::Loop::Run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    for (const Errands::Errand& errand : errands_->TakeAll()) errand();
    const TimePoint now = around_.clock.Now();
    alive_ = now;
    const TimePoint wake = std::min(Advance(now), Take(now));
    around_.client->Poll(std::clamp(wake - now, Duration(0), kLongestWait));
  }
}

// Asks the queue if something is due; returns when to come back.
TimePoint FetchWorker::Loop::Take(TimePoint now) {
  const TimePoint later = now + kLongestWait;
  const std::optional<TimePoint> next = around_.writer.Statistics().next_fetch;
  if (taking_ || !next) return later;
  take_at_ = std::min(take_at_, now + kBetweenTakes);  // the clock may have been set back
  if (const TimePoint at = std::max(*next, take_at_); at > now) return at;
  take_at_ = now + kBetweenTakes;
  taking_ = around_.writer.Ask([this, now, errands = errands_](LinkQueue& queue) {
    auto taken =
        std::make_shared<Result<std::vector<WaitingFetch>>>(queue.TakeFetches(now, kPerSource));
    errands->Post([this, taken] { Taken(std::move(*taken)); });
  });
  return taking_ ? later : take_at_;
}

void FetchWorker::Loop::Taken(Result<std::vector<WaitingFetch>> taken) {
  taking_ = false;
  if (!taken) return;  // the writer says that the store is in trouble
  for (WaitingFetch& waiting : *taken) {
    const std::int64_t event = waiting.event;
    const auto [place, is_new] = tasks_.emplace(event, Task{std::move(waiting)});
    if (is_new) Read(place->second);
  }
}

// Does what is to be done now, at most one request per source; returns when to come back.
TimePoint FetchWorker::Loop::Advance(TimePoint now) {
  SendPutOffs();
  TimePoint wake = now + (put_offs_.empty() ? kLongestWait : kBetweenTakes);
  for (auto& [event, task] : tasks_) {
    if (task.busy || task.needs.empty()) continue;
    UseCache(task, now);
    if (task.needs.empty()) {
      Read(task);
      continue;
    }
    Tool& tool = tools_[task.waiting.source];
    if (tool.pace.busy()) continue;  // the answer wakes us
    const TimePoint since = task.waiting.since;
    if (tool.away_since && now - std::max(since, *tool.away_since) >= policy::kGiveUpAfter) {
      GiveUp(task, tool.trouble);
    } else if (now - since >= policy::kGiveUpAnyway) {
      GiveUp(task, "its turn did not come within three days");
    } else if (const TimePoint next = tool.pace.NextAt(now); next > now) {
      wake = std::min(wake, next);
    } else {
      Ask(task, tool, now);
    }
  }
  return wake;
}

void FetchWorker::Loop::UseCache(Task& task, TimePoint now) {
  std::erase_if(task.needs, [&](const DocumentNeed& need) {
    const TimePoint not_before = need.is_subject ? task.waiting.received : TimePoint();
    std::optional<std::string> document =
        cache_.Find(CacheKey(task.waiting.source, need), now, not_before);
    if (!document) return false;
    around_.metrics.CountFetch(task.waiting.source, FetchResult::kCached);
    task.documents.push_back({need.name, *std::move(document)});
    return true;
  });
}

void FetchWorker::Loop::Read(Task& task) {
  task.busy = true;
  around_.read(
      task.waiting, task.documents,
      [this, event = task.waiting.event, errands = errands_](Result<FetchReading> reading) {
        auto read = std::make_shared<Result<FetchReading>>(std::move(reading));
        errands->Post([this, event, read] { HaveRead(event, std::move(*read)); });
      });
}

void FetchWorker::Loop::HaveRead(std::int64_t event, Result<FetchReading> reading) {
  Task* task = Find(event);
  if (task == nullptr) return;
  task->busy = false;
  if (!reading) {
    if (reading.error().code != Error::Code::kUnavailable)
      return GiveUp(*task, reading.error().message);
    return Release(*task, task->waiting.attempts, around_.clock.Now() + kStoreRetry);
  }
  std::erase_if(reading->needs, [&](const DocumentNeed& need) {
    return std::ranges::find(task->refused, need.name) != task->refused.end();
  });
  if (!reading->needs.empty() && ++task->rounds <= kMostRounds) {
    task->needs = std::move(reading->needs);
    task->api_token = std::move(reading->api_token);
    return;
  }
  if (task->documents.empty() && !task->refusal.empty()) return GiveUp(*task, task->refusal);
  if (reading->event.changes.empty() && reading->event.failure.empty())
    reading->event.failure = task->refusal;
  Store(*task, std::move(reading->event));
}

void FetchWorker::Loop::Ask(Task& task, Tool& tool, TimePoint now) {
  task.busy = true;
  tool.pace.Begin(now);
  // The header outlives the call.
  const std::shared_ptr<const Secret> authorization = Bearer(*task.api_token);
  const DocumentNeed& need = task.needs.front();
  around_.client->Start(
      CallOf(need), *authorization,
      [this, authorization, request = Request{task.waiting.event, task.waiting.source, need, now}](
          const HttpAnswer& answer) { Answered(request, answer); });
}

// While the tool asks for a pause, nothing of its is tried, and its events wait where they are.
void FetchWorker::Loop::Answered(const Request& request, const HttpAnswer& answer) {
  const TimePoint now = around_.clock.Now();
  const FetchVerdict verdict = Judge(answer, HostOf(request.need.url), now);
  Note(request, verdict);
  if (verdict.kind == FetchVerdict::Kind::kDocument)
    cache_.Put(CacheKey(request.source, request.need), answer.body, request.asked);
  Task* task = Find(request.event);
  if (task == nullptr) return;
  task->busy = false;
  const int attempts = task->waiting.attempts;
  switch (verdict.kind) {
    case FetchVerdict::Kind::kDocument:
      task->documents.push_back({request.need.name, answer.body});
      return Settle(*task, request.need.name);
    case FetchVerdict::Kind::kRefused:
      task->refused.push_back(request.need.name);
      if (task->refusal.empty()) task->refusal = request.need.name + ": " + verdict.reason;
      return Settle(*task, request.need.name);
    case FetchVerdict::Kind::kLimited: return;
    case FetchVerdict::Kind::kFailed:
      return Release(*task, attempts + 1, now + FetchBackoff(attempts, around_.jitter()));
  }
}

// What an answer says of the tool, whatever becomes of the event that asked.
void FetchWorker::Loop::Note(const Request& request, const FetchVerdict& verdict) {
  Tool& tool = tools_[request.source];
  around_.metrics.CountFetch(request.source, ResultOf(verdict.kind));
  const bool answers =
      verdict.kind == FetchVerdict::Kind::kDocument || verdict.kind == FetchVerdict::Kind::kRefused;
  if (answers) {
    tool.pace.Succeed();
    tool.away_since.reset();
  } else {
    const TimePoint now = around_.clock.Now();
    tool.pace.Fail(now, verdict.not_before, around_.jitter());
    tool.away_since = tool.away_since.value_or(now);
    tool.trouble = verdict.reason;
  }
  if (verdict.kind == FetchVerdict::Kind::kDocument) {
    if (tool.failure.Cleared())
      Log(LogLevel::kInfo, "documents are read", {{"source", request.source}});
  } else if (tool.failure.Next(verdict.reason).log) {
    Log(LogLevel::kWarning, "documents can't be read",
        {{"source", request.source}, {"reason", verdict.reason}});
  }
}

// The need is answered, one way or the other.
void FetchWorker::Loop::Settle(Task& task, const std::string& name) {
  std::erase_if(task.needs, [&](const DocumentNeed& need) { return need.name == name; });
  if (task.needs.empty()) Read(task);
}

void FetchWorker::Loop::GiveUp(Task& task, std::string reason) {
  around_.metrics.CountFetch(task.waiting.source, FetchResult::kGivenUp);
  IncomingEvent event;
  event.source = task.waiting.source;
  event.received = task.waiting.received;
  event.failure = "what its body leaves out could not be read: " + std::move(reason);
  Store(task, std::move(event));
}

void FetchWorker::Loop::Store(Task& task, IncomingEvent event) {
  task.busy = true;
  event.completes = task.waiting.event;
  event.trusted = true;
  event.wants_documents = false;
  event.payload = {};
  around_.writer.Commit(std::move(event), [this, id = task.waiting.event,
                                           errands = errands_](const CommitResult& result) {
    errands->Post([this, id, result] { Stored(id, result); });
  });
}

void FetchWorker::Loop::Stored(std::int64_t event, const CommitResult& result) {
  Task* task = Find(event);
  if (task == nullptr) return;
  if (result.kind == CommitResult::Kind::kUnavailable)
    return Release(*task, task->waiting.attempts, around_.clock.Now() + kStoreRetry);
  Log(result.links > 0 ? LogLevel::kInfo : LogLevel::kDebug, "event completed",
      {{"source", task->waiting.source},
       {"event", event},
       {"links", result.links},
       {"reason", result.reason}});
  tasks_.erase(event);
  take_at_ = around_.clock.Now();  // there is a place
}

// Back to the queue, which has it again at `due`.
void FetchWorker::Loop::Release(Task& task, int attempts, TimePoint due) {
  const std::int64_t event = task.waiting.event;
  put_offs_.push_back({event, attempts, due});
  tasks_.erase(event);
}

// What the store does not take is due at once there, which is no harm.
void FetchWorker::Loop::SendPutOffs() {
  if (put_offs_.empty()) return;
  const bool asked = around_.writer.Ask([put_offs = put_offs_](LinkQueue& queue) {
    for (const PutOff& each : put_offs)
      static_cast<void>(queue.PutOffFetch(each.event, each.attempts, each.due));
  });
  if (asked) put_offs_.clear();
}

FetchWorker::FetchWorker(Surroundings surroundings)
    : loop_(std::make_unique<Loop>(std::move(surroundings))) {}

FetchWorker::~FetchWorker() = default;

void FetchWorker::Stop() {
  loop_->Stop();
}

void FetchWorker::Wake() {
  loop_->Wake();
}

TimePoint FetchWorker::LastAlive() const {
  return loop_->LastAlive();
}

}  // namespace flaglinkd
