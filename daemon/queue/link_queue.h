// Holds what every link should be and what it is known to be, and the events that made it so.
// Survives a crash at any point; hands out at-least-once under leases, so that applying must be
// repeatable. README.md beside this file says what a crash can and cannot do.
//
// Not safe for several threads: one thread, the writer's (writer.h), owns it. One implementation
// per database, one contract suite for all (tests/queue/link_queue_contract.h).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/result.h"
#include "daemon/domain/change.h"
#include "daemon/domain/life_cycle.h"
#include "daemon/domain/link.h"
#include "daemon/domain/webhook.h"
#include "daemon/queue/queue_options.h"

namespace flaglinkd {

// What is kept of a webhook so that it can be replayed: only headers that the adapter declares, and
// the body with what the adapter blanks.
struct Payload {
  std::vector<Header> headers;
  std::string content_type, body;
};

// What is news of one project's flags. `complete`: with this, all flags of the project are known,
// as of then; before the first of these the project has no catalogue.
struct CatalogUpdate {
  enum class State { kGone = 0, kLive = 1, kArchived = 2 };
  struct Flag {
    std::string key;
    State state = State::kLive;
    std::string jira_issues;  // customProperties["jira.issues"], with commas between; "" for none
    auto operator<=>(const Flag&) const = default;
  };
  std::string project;
  std::vector<Flag> flags;  // only those that differ from what is known
  std::optional<TimePoint> complete;
};

struct IncomingEvent {
  std::string source;
  // Of the resources that it speaks of; two sources that see the same things share one
  std::string name_space;
  UnlinkRule unlink = UnlinkRule::kDeleted;
  std::string delivery_id;  // "" where the sender gives none
  std::array<std::uint8_t, 16> body_hash{};
  TimePoint received;
  // Not empty: the event could not be read (or passed a bound) and is stored as failed
  std::string failure;
  std::vector<ObservedChange> changes;
  std::vector<CatalogUpdate> flag_news;  // of LaunchDarkly's own webhooks; an event of its own kind
  // LaunchDarkly's own app links the same things: new links are looked for before they are made
  bool look_first = false;
  bool trusted = false;  // a replay or an import: never a repetition
  // Received before now: it takes effect as of then, but is stored and delivered as of now. So is
  // what is trusted.
  bool late = false;
  // More can be said of it once documents are there that its body leaves out: it waits for them
  // (TakeFetches), unless it names no flag though its texts are known.
  bool wants_documents = false;
  // Not 0: what has come of the documents of this stored event, which waits no longer. Its changes
  // join those that were taken at first; without any, `failure` says why nothing came of it.
  std::int64_t completes = 0;
  Payload payload;  // without a body there is nothing to keep
};

// A stored event that waits for documents. Its payload is kept as long.
struct WaitingFetch {
  std::int64_t event = 0;
  std::string source;
  TimePoint received;              // the event's own
  TimePoint since;                 // when it began to wait
  int attempts = 0;                // that were put off
  std::optional<Payload> payload;  // absent: damaged
};

struct CommitResult {
  // kStored, kFailed: durable. kIgnored, kDuplicate: nothing had to be stored. kUnavailable:
  // nothing was stored, `reason` says why (disk full, database away); the sender should try again.
  enum class Kind {
    kStored,
    kIgnored,
    kDuplicate,
    kFailed,
    kUnavailable
  } kind = Kind::kUnavailable;
  std::int64_t event = 0;  // the stored event, or the one that it duplicates
  int links = 0;           // link changes that it made, and links whose flag it made known
  std::string reason;
};

struct LinkId {
  std::int64_t resource = 0, flag = 0;
  auto operator<=>(const LinkId&) const = default;
};

// A claim on a due link. It ends with an Outcome that bears its token, or when `until` passes.
struct Lease {
  LinkId id;
  std::uint64_t token = 0;
  TimePoint until;
  std::int64_t revision = 0;
  WantedLink wanted;
  AppliedLink applied;  // as it was before this claim marked the link as maybe present
  // What was shown last, while something newer waits: the safety net of a replacement
  std::optional<LinkBody> accepted;
  // The catalogue has the project, but not the flag: nothing is to be sent for a link that is not
  // there yet
  bool flag_missing = false;
  // Not empty: the content makes no link (no usable deep link); wanted.body is not to be sent
  std::string render_error;
  int attempts = 0;           // so far
  bool flag_unknown = false;  // the last of them said that there is no such flag
  Duration failing{0};        // time that counts towards give_up_after
  // Receipt of the event that made it due, for the time from receipt to applied
  TimePoint changed_at;
  std::string source_namespace, resource;  // for the log
};

struct Outcome {
  // kApplied: wanted and there, if only as a foreign link. kRemoved: not wanted and gone. kRetry:
  // due again at `due`, one attempt more. kPutOff: the same without counting an attempt. kFailed:
  // waits for a person, or a new revision. kUnknownFlag: the flag does not exist (yet); tried again
  // at `due`.
  enum class Kind {
    kApplied,
    kRemoved,
    kRetry,
    kPutOff,
    kFailed,
    kUnknownFlag
  } kind = Kind::kRetry;
  LinkId id;
  std::uint64_t token = 0;
  std::int64_t revision = 0;  // the lease's: if the link changed meanwhile it is due again
  AppliedLink applied;        // what is known now
  TimePoint due;
  Duration failing{0};
  std::string reason;
};

// Everything that waits, in one transaction. Leases are handed out after it is durable.
struct Batch {
  TimePoint now;
  std::span<const IncomingEvent> events;
  std::span<const Outcome> outcomes;
  std::size_t claim_limit = 0;
  Duration lease{0};
  std::span<const CatalogUpdate> catalog = {};
};

struct BatchResult {
  std::vector<CommitResult> events;  // one per event, in order
  // false: the lease was no longer ours. What LaunchDarkly shows is not known any more, so that the
  // link is due again, to be looked at.
  std::vector<bool> outcomes;
  std::vector<Lease> leases;
};

// Live numbers. `made` = applied + superseded + forgotten + the waiting and failed links; kept as
// rows in the transaction of what they count, so that they balance for ever (design section 5).
struct QueueStatistics {
  // Links, by status; `foreign`: satisfied by somebody else's link
  std::int64_t applied = 0, foreign = 0, waiting = 0, unknown_flag = 0, failed = 0;
  std::int64_t total_made = 0, total_applied = 0, total_superseded = 0, total_forgotten = 0;
  std::optional<TimePoint> next_due;    // the earliest due link that is not leased
  std::optional<TimePoint> oldest_due;  // since when the longest-waiting due link has been due
  std::optional<TimePoint> next_fetch;  // the earliest due event that TakeFetches has not given out
};

class QueueAdmin;  // queue_admin.h

class LinkQueue {
 public:
  virtual ~LinkQueue() = default;

  // One transaction; durable on return where anything changed. An event that can't be stored does
  // not take the others with it. An error: the transaction as a whole failed, nothing was stored,
  // and no lease was given.
  virtual Result<BatchResult> Execute(const Batch& batch) = 0;

  // What is known of flags: per project those that are live or archived, by key. For a start
  // without a network.
  virtual Result<std::vector<CatalogUpdate>> Catalog() = 0;

  // Events that wait for documents and are due, of each source the longest due first, and only so
  // many that no more than `per_source` of it are out at once: no source is in another's way.
  // Each is given out again only after PutOffFetch, or a restart.
  virtual Result<std::vector<WaitingFetch>> TakeFetches(TimePoint now, std::size_t per_source) = 0;
  // It is due again at `due`, with so many attempts behind it; whatever happens, it is not out any
  // more. One that is no longer waiting is left alone.
  virtual Status PutOffFetch(std::int64_t event, int attempts, TimePoint due) = 0;

  // One step, of some milliseconds, of what keeps the store small: keep_events and max_bytes. True:
  // there is more to do now.
  virtual Result<bool> Sweep(TimePoint now) = 0;

  // These options hold from now on, but for the file. Keys that links bear already stay. Places that
  // a flag has more are given to those that wait for one; after an error they wait on.
  virtual Status Configure(const QueueOptions& options, TimePoint now) = 0;

  // What LaunchDarkly's answers or a pause put off is due now; its attempts stay counted.
  virtual Status Hasten(TimePoint now) = 0;

  // What people ask; as old as the queue.
  virtual QueueAdmin& Admin() = 0;

  virtual QueueStatistics Statistics(TimePoint now) const = 0;

  // Whether the store can take a write now; the error is what /readyz says. Nothing changes.
  virtual Status Ready() = 0;
};

}  // namespace flaglinkd
