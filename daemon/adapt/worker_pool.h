// A few threads that run jobs with a time budget each. A job that overruns it is given up: its
// thread is written off and replaced, and what the job still does has no effect. Safe for several
// threads.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "daemon/base/clock.h"

namespace flaglinkd {

// What a job may consult after each step that is not ours (an adapter's extract), before it does
// anything that can be seen.
class JobTicket {
 public:
  virtual ~JobTicket() = default;
  // True exactly once, for whoever comes first: the job that is done, or the pool that gave it up.
  virtual bool Claim() = 0;
};

class WorkerPool {
 public:
  struct Options {
    int threads = 2;
    Duration budget = std::chrono::milliseconds(250);
    std::size_t max_waiting = 4096;
  };
  struct Job {
    std::string group;  // the adapter's name: who is blamed for an overrun
    std::function<void(JobTicket&)> run;
    // Instead of what `run` would have done; on a pool thread, and perhaps while `run` still goes
    // on: both may only read what they share. Also where `run` throws, with what it threw.
    std::function<void(const std::string& reason)> overrun;
  };

  // `group_off` is called, once per group, when a group's second job overran; its later jobs go
  // straight to `overrun`.
  WorkerPool(Options options, std::function<void(const std::string& group)> group_off);
  // Stops.
  ~WorkerPool();

  // Runs what waits, and returns once every job is done or given up; from then on nothing is taken.
  // A thread that was written off and still runs can't be joined: its stack and what its job holds
  // stay alive until the process ends. So where written_off() is not 0 after this, end it with
  // std::quick_exit or _exit: exit() would tear down globals under that thread.
  void Stop();

  // False: too many jobs wait; nothing was taken.
  bool Post(Job job);

  std::size_t written_off() const;
  // When the slowest thread last went round, jobs within their budget left aside: for the watchdog.
  TimePoint LastAlive() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace flaglinkd
