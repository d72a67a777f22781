#include "daemon/adapt/worker_pool.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace flaglinkd {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int kOverrunsBeforeOff = 2;

class Ticket final : public JobTicket {
 public:
  bool Claim() override { return !claimed_.exchange(true); }
  bool claimed() const { return claimed_.load(); }

 private:
  std::atomic<bool> claimed_ = false;
};

// A job that a thread is at. Shared by that thread and by the supervisor, which may give it up.
struct Running {
  WorkerPool::Job job;
  Steady::time_point started;
  bool is_off = false;     // its group was off when it started
  bool turns_off = false;  // its overrun is the one that turns its group off
  Ticket ticket;
};

struct Worker {
  std::thread thread;
  std::shared_ptr<Running> running;  // null between jobs
  bool written_off = false;          // its thread is on its own, and a new worker stands in for it
  bool done = false;                 // its thread is about to end and can be joined
};

struct State {
  std::deque<WorkerPool::Job> waiting;
  std::vector<std::shared_ptr<Worker>> workers;  // without those written off
  std::map<std::string, int> overruns;           // by group
  std::size_t written_off = 0;
  bool stopping = false;
  bool supervisor_idle = false;                             // it waits for the first job to start
  std::optional<Steady::time_point> supervisor_busy_since;  // in callbacks

  bool IsOff(const std::string& group) const {
    const auto found = overruns.find(group);
    return found != overruns.end() && found->second >= kOverrunsBeforeOff;
  }
  bool AllDone() const {
    return std::ranges::all_of(workers, [](const auto& worker) { return worker->done; });
  }
  // When the first of the jobs that are still within their budget began.
  std::optional<Steady::time_point> FirstStart() const {
    std::optional<Steady::time_point> first;
    for (const auto& worker : workers) {
      if (!worker->running || worker->running->ticket.claimed()) continue;
      if (!first || worker->running->started < *first) first = worker->running->started;
    }
    return first;
  }
};

// What every thread of the pool may touch. A thread that was written off keeps it alive.
struct Shared {
  Shared(WorkerPool::Options the_options, std::function<void(const std::string&)> the_group_off)
      : options(the_options), group_off(std::move(the_group_off)) {}
  const WorkerPool::Options options;
  const std::function<void(const std::string&)> group_off;
  // No Guarded: there are two conditions, so that a job wakes one worker, and the supervisor only
  // when it was idle.
  std::mutex mutex;
  std::condition_variable work, watch;
  State state;  // by mutex
};

std::string TooLong(const Shared& shared, const std::string& group) {
  const auto budget = std::chrono::duration_cast<std::chrono::milliseconds>(shared.options.budget);
  return "adapter " + group + " took longer than " + std::to_string(budget.count()) + " ms";
}

std::string Off(const std::string& group) {
  return "adapter " + group + " took too long twice and is off until a restart";
}

// The next job, once there is one; null: the pool stops and nothing waits.
std::shared_ptr<Running> NextJob(Shared& shared, Worker& self) {
  std::unique_lock lock(shared.mutex);
  State& state = shared.state;
  shared.work.wait(lock, [&] { return !state.waiting.empty() || state.stopping; });
  if (state.waiting.empty()) return nullptr;
  auto running = std::make_shared<Running>();
  running->job = std::move(state.waiting.front());
  state.waiting.pop_front();
  running->started = Steady::now();
  running->is_off = state.IsOff(running->job.group);
  self.running = running;
  if (std::exchange(state.supervisor_idle, false)) shared.watch.notify_one();
  return running;
}

// False: the job's thread was written off meanwhile.
bool EndJob(Shared& shared, Worker& self) {
  const std::scoped_lock lock(shared.mutex);
  if (self.written_off) return false;
  self.running = nullptr;
  return true;
}

void RunJob(Running& running) {
  std::string problem = Off(running.job.group);
  if (!running.is_off) {
    try {
      return running.job.run(running.ticket);
    } catch (const std::exception& error) {
      problem = std::string("unexpected: ") + error.what();
    } catch (...) {
      problem = "unexpected: something was thrown";
    }
  }
  if (running.ticket.Claim()) running.job.overrun(problem);
}

void Work(const std::shared_ptr<Shared>& shared, const std::shared_ptr<Worker>& self) {
  while (std::shared_ptr<Running> running = NextJob(*shared, *self)) {
    RunJob(*running);
    if (!EndJob(*shared, *self)) return;
  }
  const std::scoped_lock lock(shared->mutex);
  self->done = true;
  shared->watch.notify_one();
}

void StartWorker(const std::shared_ptr<Shared>& shared) {
  auto worker = std::make_shared<Worker>();
  const std::scoped_lock lock(shared->mutex);
  worker->thread = std::thread(Work, shared, worker);
  shared->state.workers.push_back(std::move(worker));
}

// Takes the threads of the jobs that began by `started_by` out of the pool. A job that has claimed
// its ticket is past the adapter and stays.
std::vector<std::shared_ptr<Running>> WriteOff(State& state, Steady::time_point started_by) {
  std::vector<std::shared_ptr<Running>> lost;
  std::set<std::string> counted;  // what stalls the whole process is one overrun, not one a worker
  std::erase_if(state.workers, [&](const std::shared_ptr<Worker>& worker) {
    if (!worker->running || worker->running->started > started_by) return false;
    if (!worker->running->ticket.Claim()) return false;
    // There is no way to end a thread that is in foreign code. It keeps what it needs alive and
    // touches nothing else.
    worker->thread.detach();
    worker->written_off = true;
    const std::string& group = worker->running->job.group;
    if (counted.insert(group).second) {
      worker->running->turns_off = ++state.overruns[group] == kOverrunsBeforeOff;
    }
    lost.push_back(std::move(worker->running));
    return true;
  });
  state.written_off += lost.size();
  return lost;
}

// Waits until jobs are over their budget. Nothing: the pool has stopped and every thread is done or
// written off.
std::optional<std::vector<std::shared_ptr<Running>>> AwaitOverruns(Shared& shared) {
  std::unique_lock lock(shared.mutex);
  State& state = shared.state;
  state.supervisor_busy_since = std::nullopt;
  while (true) {
    const std::optional<Steady::time_point> first = state.FirstStart();
    if (!first) {
      if (state.stopping && state.AllDone()) return std::nullopt;
      state.supervisor_idle = true;
      shared.watch.wait(lock);
      continue;
    }
    // Budgets are equal: no job that starts meanwhile is due earlier.
    shared.watch.wait_until(lock, *first + shared.options.budget);
    auto lost = WriteOff(state, Steady::now() - shared.options.budget);
    if (lost.empty()) continue;
    state.supervisor_busy_since = Steady::now();
    return lost;
  }
}

void GiveUp(const std::shared_ptr<Shared>& shared, const Running& running) {
  StartWorker(shared);
  const std::string& group = running.job.group;
  running.job.overrun(TooLong(*shared, group));
  if (running.turns_off) shared->group_off(group);
}

void Supervise(const std::shared_ptr<Shared>& shared) {
  while (const auto lost = AwaitOverruns(*shared)) {
    for (const std::shared_ptr<Running>& running : *lost) GiveUp(shared, *running);
  }
}

}  // namespace

class WorkerPool::Impl {
 public:
  Impl(Options options, std::function<void(const std::string&)> group_off)
      : shared_(std::make_shared<Shared>(options, std::move(group_off))) {
    for (int i = 0; i < options.threads; ++i) StartWorker(shared_);
    supervisor_ = std::thread(Supervise, shared_);
  }

  ~Impl() { Stop(); }

  void Stop() {
    if (!supervisor_.joinable()) return;
    {
      const std::scoped_lock lock(shared_->mutex);
      shared_->state.stopping = true;
    }
    shared_->work.notify_all();
    shared_->watch.notify_all();
    supervisor_.join();
    // Nobody adds workers any more, and all of these are done.
    for (const auto& worker : shared_->state.workers) worker->thread.join();
  }

  bool Post(Job job) {
    {
      const std::scoped_lock lock(shared_->mutex);
      State& state = shared_->state;
      if (state.stopping || state.waiting.size() >= shared_->options.max_waiting) return false;
      state.waiting.push_back(std::move(job));
    }
    shared_->work.notify_one();
    return true;
  }

  std::size_t written_off() const {
    const std::scoped_lock lock(shared_->mutex);
    return shared_->state.written_off;
  }

  TimePoint LastAlive() const {
    const Steady::time_point now = Steady::now();
    Steady::time_point oldest = now;
    const auto look = [&](Steady::time_point since) {
      if (now - since > shared_->options.budget) oldest = std::min(oldest, since);
    };
    const std::scoped_lock lock(shared_->mutex);
    const State& state = shared_->state;
    if (state.supervisor_busy_since) look(*state.supervisor_busy_since);
    for (const auto& worker : state.workers) {
      if (worker->running) look(worker->running->started);
    }
    return SystemClock().Now() - std::chrono::duration_cast<Duration>(now - oldest);
  }

 private:
  std::shared_ptr<Shared> shared_;
  std::thread supervisor_;
};

WorkerPool::WorkerPool(Options options, std::function<void(const std::string&)> group_off)
    : impl_(std::make_unique<Impl>(options, std::move(group_off))) {}

WorkerPool::~WorkerPool() = default;

void WorkerPool::Stop() {
  impl_->Stop();
}

bool WorkerPool::Post(Job job) {
  return impl_->Post(std::move(job));
}

std::size_t WorkerPool::written_off() const {
  return impl_->written_off();
}

TimePoint WorkerPool::LastAlive() const {
  return impl_->LastAlive();
}

}  // namespace flaglinkd
