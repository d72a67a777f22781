#include "daemon/fetch/catch_up.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <thread>
#include <utility>

#include "daemon/fetch/bearer.h"
#include "daemon/fetch/delivery_log.h"
#include "daemon/fetch/errands.h"
#include "daemon/observe/log.h"

namespace flaglinkd {
namespace {

constexpr Duration kBetweenRounds = std::chrono::hours(1);
constexpr Duration kKept = std::chrono::hours(72);  // GitHub keeps no more
constexpr Duration kBetweenRequests = std::chrono::seconds(1);
constexpr Duration kPatience = std::chrono::seconds(10);  // a sign of life for the watchdog
constexpr std::size_t kMostPages = 100;
constexpr std::size_t kMostRemembered = 10'000;

}  // namespace

class CatchUp::Loop {
 public:
  explicit Loop(Surroundings surroundings)
      : around_(std::move(surroundings)),
        errands_(std::make_shared<Errands>(*around_.client)),
        alive_(around_.clock.Now()),
        thread_([this](const std::stop_token& stop) { Run(stop); }) {}
  ~Loop() { Stop(); }

  void Stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    around_.client->Wake();
    thread_.join();
    errands_->Close();
  }
  TimePoint LastAlive() const { return alive_.load(); }

 private:
  void Run(const std::stop_token& stop);
  Status Read(const LoggedHook& hook, const std::stop_token& stop);
  Result<std::vector<LoggedDelivery>> ReadLog(const LoggedHook& hook, const std::stop_token& stop);
  Status Take(const LoggedHook& hook, const LoggedDelivery& delivery, const std::stop_token& stop);
  HttpAnswer Ask(HttpCall call, const LoggedHook& hook, const std::stop_token& stop);
  std::optional<CommitResult> Commit(const std::string& source, Webhook webhook,
                                     const std::stop_token& stop);
  void Remember(const std::string& guid);
  void WaitUntil(TimePoint due, const std::stop_token& stop);

  void Poll(Duration patience);

  const Surroundings around_;
  const std::shared_ptr<Errands> errands_;  // commits may end late
  std::atomic<TimePoint> alive_;
  TimePoint next_request_;
  std::set<std::string> looked_at_;               // guids of which nothing more will come
  std::map<std::string, RepeatFilter> failures_;  // by source
  std::jthread thread_;                           // last, so that it starts when all else is there
};

void CatchUp::Loop::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    for (const LoggedHook& hook : around_.hooks()) {
      const Status read = Read(hook, stop);
      if (stop.stop_requested()) return;
      RepeatFilter& failure = failures_[hook.source];
      if (read) {
        failure.Cleared();
      } else if (failure.Next(read.error().message).log) {
        Log(LogLevel::kWarning, "what GitHub could not deliver is not to be had",
            {{"source", hook.source}, {"reason", read.error().message}});
      }
    }
    WaitUntil(around_.clock.Now() + kBetweenRounds, stop);
  }
}

Status CatchUp::Loop::Read(const LoggedHook& hook, const std::stop_token& stop) {
  const Result<std::vector<LoggedDelivery>> log = ReadLog(hook, stop);
  if (!log) return log.error();
  for (const LoggedDelivery& delivery : Missed(*log, around_.clock.Now() - kKept)) {
    if (stop.stop_requested()) return {};
    if (looked_at_.contains(delivery.guid)) continue;
    if (Status taken = Take(hook, delivery, stop); !taken) return taken;
  }
  return {};
}

Result<std::vector<LoggedDelivery>> CatchUp::Loop::ReadLog(const LoggedHook& hook,
                                                           const std::stop_token& stop) {
  const TimePoint since = around_.clock.Now() - kKept;
  std::vector<LoggedDelivery> log;
  std::string cursor;
  for (std::size_t i = 0; i < kMostPages && !stop.stop_requested(); ++i) {
    Result<DeliveryPage> page = ReadDeliveryPage(Ask(ListDeliveries(hook.log, cursor), hook, stop));
    if (!page) return page.error();
    log.insert(log.end(), page->deliveries.begin(), page->deliveries.end());
    cursor = page->cursor;
    if (cursor.empty() || ReachesBack(*page, since)) break;
  }
  return log;
}

// kUnavailable: the rest of the log is not to be had now either. What can't be read by itself keeps
// nothing else from being read.
Status CatchUp::Loop::Take(const LoggedHook& hook, const LoggedDelivery& delivery,
                           const std::stop_token& stop) {
  Result<Webhook> webhook = ReadDelivery(Ask(GetDelivery(hook.log, delivery.id), hook, stop));
  if (stop.stop_requested()) return {};
  if (!webhook && webhook.error().code == Error::Code::kUnavailable) return webhook.error();
  if (webhook) webhook->received = delivery.when;
  if (!webhook) {
    Log(LogLevel::kWarning, "a delivery that GitHub could not make is not readable",
        {{"source", hook.source}, {"reason", webhook.error().message}});
    Remember(delivery.guid);
    return {};
  }
  const auto result = Commit(hook.source, *std::move(webhook), stop);
  if (!result) return {};  // the service ends
  switch (result->kind) {
    case CommitResult::Kind::kUnavailable:
      return Error{Error::Code::kUnavailable, "the store takes nothing: " + result->reason};
    case CommitResult::Kind::kStored:
    case CommitResult::Kind::kFailed:
      if (result->event == 0) {
        Log(LogLevel::kWarning, "a delivery that GitHub could not make is not taken",
            {{"source", hook.source}, {"reason", result->reason}});
        break;
      }
      Log(LogLevel::kInfo, "event caught up",
          {{"source", hook.source}, {"event", result->event}, {"links", result->links}});
      around_.caught_up(hook.source);
      break;
    case CommitResult::Kind::kIgnored:
    case CommitResult::Kind::kDuplicate: break;
  }
  Remember(delivery.guid);
  return {};
}

HttpAnswer CatchUp::Loop::Ask(HttpCall call, const LoggedHook& hook, const std::stop_token& stop) {
  WaitUntil(next_request_, stop);
  if (stop.stop_requested()) return {};
  next_request_ = around_.clock.Now() + kBetweenRequests;
  const std::shared_ptr<const Secret> authorization = Bearer(*hook.api_token);
  // Shared, since a request that is given up may still end while the client does.
  const auto answer = std::make_shared<std::optional<HttpAnswer>>();
  around_.client->Start(std::move(call), *authorization,
                        [answer, authorization](HttpAnswer got) { *answer = std::move(got); });
  while (!*answer && !stop.stop_requested()) Poll(kPatience);
  return answer->value_or(HttpAnswer{});
}

// Nothing: the service ends before there is an answer.
std::optional<CommitResult> CatchUp::Loop::Commit(const std::string& source, Webhook webhook,
                                                  const std::stop_token& stop) {
  const auto answer = std::make_shared<std::optional<CommitResult>>();
  around_.commit(source, std::move(webhook),
                 [errands = errands_, answer](const CommitResult& result) {
                   errands->Post([answer, result] { *answer = result; });
                 });
  while (!*answer && !stop.stop_requested()) Poll(kPatience);
  return *answer;
}

// Forgetting them all costs a request for each.
void CatchUp::Loop::Remember(const std::string& guid) {
  if (looked_at_.size() == kMostRemembered) looked_at_.clear();
  looked_at_.insert(guid);
}

void CatchUp::Loop::WaitUntil(TimePoint due, const std::stop_token& stop) {
  for (TimePoint now = around_.clock.Now(); now < due && !stop.stop_requested();
       now = around_.clock.Now()) {
    Poll(std::min(due - now, kPatience));
  }
}

void CatchUp::Loop::Poll(Duration patience) {
  around_.client->Poll(patience);
  for (const Errands::Errand& errand : errands_->TakeAll()) errand();
  alive_ = around_.clock.Now();
}

CatchUp::CatchUp(Surroundings surroundings)
    : loop_(std::make_unique<Loop>(std::move(surroundings))) {}
CatchUp::~CatchUp() = default;

void CatchUp::Stop() {
  loop_->Stop();
}
TimePoint CatchUp::LastAlive() const {
  return loop_->LastAlive();
}

}  // namespace flaglinkd
