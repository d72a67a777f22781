// The one thread that owns the queue. It takes everything that waits as one batch, so that one
// fsync answers many requests (group commit); nothing waits for a batch to fill. Between batches it
// asks what people want to know, and sweeps out what is old. Safe for several threads.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/queue/link_queue.h"

namespace flaglinkd {

class Writer {
 public:
  struct Options {
    std::size_t max_batch = 256;     // a commit of that size takes some milliseconds
    std::size_t max_waiting = 8192;  // events; beyond it they are refused as kUnavailable
    std::size_t max_questions = 64;  // and as many catalogue updates
  };

  // What the owner wants to hear. All are called on the writer's thread, after the commit, and must
  // not block.
  struct Observer {
    std::function<void(std::size_t events, Duration took)> committed = {};
    // After each batch and question; the delivery worker learns of due links by it
    std::function<void(const QueueStatistics&)> changed = {};
    // Of the flags that stored events spoke of, before these are answered
    std::function<void(const std::vector<CatalogUpdate>&)> news = {};
  };

  // `queue` and `clock` outlive the writer. The thread starts at once.
  Writer(LinkQueue& queue, const Clock& clock, Options options, Observer observer);
  // Commits what waits, calls back, and joins.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // `done` is called exactly once, on the writer's thread or, when refused, on the caller's.
  void Commit(IncomingEvent event, std::function<void(const CommitResult&)> done);

  // Ends leases. `ended` gets, per outcome, whether the lease was still ours. Outcomes that the store
  // does not take are kept until it does; at the end they are lost, as in a crash.
  void Record(std::vector<Outcome> outcomes, std::function<void(const std::vector<bool>&)> ended);

  // Leases up to `limit` due links. An error comes as an empty list; the caller tries again later.
  void Claim(std::size_t limit, Duration lease, std::function<void(std::vector<Lease>)> claimed);

  // Joins the next batch. `done` is called exactly once, with whether the update is durable: on the
  // writer's thread or, when too many wait already, on the caller's.
  void Learn(CatalogUpdate update, std::function<void(bool stored)> done);

  // The next batch goes by these options, and all after it; the newest call counts.
  void Configure(const QueueOptions& options);

  // Runs the question on the writer's thread, between batches: one at a time, in order, and those
  // that wait at the end too. It should take milliseconds, since every sender waits meanwhile.
  // False: too many wait already, and this one is never run.
  bool Ask(std::function<void(LinkQueue&)> question);

  // As of the last batch.
  QueueStatistics Statistics() const;
  // Empty, or why the store could not take the last batch, sweep or probe: the disk, a lock, or
  // max_bytes.
  std::string Trouble() const;
  // When the thread last went round: for the watchdog.
  TimePoint LastAlive() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace flaglinkd
