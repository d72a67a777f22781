// The front door: from a request on /hooks/{source} to its answer. Routes and verifies on the
// reactor thread, has the webhook read on a worker, commits it through the writer, and answers once
// that is durable. Thread-safe.
//
//   reactor thread:  OnHead (path, method, address) -> OnRequest (verify, rate limits) -> worker
//   worker:          Interpret (adapter, matcher) -> writer, or the answer; an armed handshake's
//                    secret -> its file, and the answer
//   writer:          the answer, posted back to the reactor thread
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/adapt/worker_pool.h"
#include "daemon/base/clock.h"
#include "daemon/base/guarded.h"
#include "daemon/http/http_listener.h"
#include "daemon/match/known_flags.h"
#include "daemon/observe/metrics.h"
#include "daemon/queue/writer.h"
#include "daemon/receive/armed_sources.h"
#include "daemon/receive/rate_limit.h"
#include "daemon/receive/refusal_log.h"
#include "daemon/receive/source_set.h"

namespace flaglinkd {

class Intake final : public HttpHandler {
 public:
  // All outlive the intake.
  Intake(std::shared_ptr<const SourceSet> sources, std::vector<Network> trusted_proxies,
         WorkerPool& workers, Writer& writer, const Clock& clock, Metrics& metrics);

  // Requests that come from now on see the new set; those under way finish with theirs.
  void Swap(std::shared_ptr<const SourceSet> sources, std::vector<Network> trusted_proxies);
  // What the catalogue knows from now on; before the first call: nothing.
  void SetKnownFlags(std::shared_ptr<const KnownFlags> known);

  // What a webhook of this moment would meet.
  std::shared_ptr<const SourceSet> Sources() { return Now()->sources; }
  std::shared_ptr<const KnownFlags> Known() { return *known_.Lock(); }
  // Later than all before it; not the clock's time while that has been set back.
  TimePoint NextReceipt();

  // Arms the source for a handshake (armed_sources.h) and says until when, on a worker's thread or
  // this one. kNotFound: there is no such source; kInvalid, kConflict: it can't be armed;
  // kUnavailable: its file could not be written.
  void Arm(const std::string& source, Overwrite overwrite,
           std::function<void(Result<TimePoint>)> done);

  std::variant<Accept, HttpResponse> OnHead(const HttpRequest& head) override;
  void OnRequest(HttpRequest request, Responder responder) override;
  void OnRefused(int status, const char* reason) override;

 private:
  struct Snapshot {
    std::shared_ptr<const SourceSet> sources;
    std::vector<Network> trusted_proxies;
  };
  struct Visit;

  bool Verified(const std::shared_ptr<Visit>& visit, const std::string& address);
  bool TakeHandshake(const std::shared_ptr<Visit>& visit);
  HttpResponse AnswerHead(const Source& source, const std::string& address);
  void KeepSecret(const std::shared_ptr<Visit>& visit, const Secret& secret,
                  ArmedSources::Arming arming);
  void Refuse(const Visit& visit, const std::string& address, const Verification& verification);
  bool WithinLimit(Guarded<RateLimiter>& limiter, const std::string& key, const Source& source);
  void Store(const std::shared_ptr<Visit>& visit, IncomingEvent event,
             std::optional<AdapterReply> reply);

  std::shared_ptr<const Snapshot> Now() { return *snapshot_.Lock(); }

  Guarded<std::shared_ptr<const Snapshot>> snapshot_;
  Guarded<std::shared_ptr<const KnownFlags>> known_;
  WorkerPool& workers_;
  Writer& writer_;
  const Clock& clock_;
  Metrics& metrics_;
  std::atomic<std::int64_t> last_receipt_{0};  // microseconds
  // Apart, so that a flood of addresses can't crowd out a source.
  Guarded<RateLimiter> by_source_, by_address_;
  Guarded<RefusalLog> refusals_;
  ArmedSources armed_;
};

}  // namespace flaglinkd
