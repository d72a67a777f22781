#include "daemon/launchdarkly/launchdarkly_destination.h"

#include <functional>
#include <utility>

#include "daemon/launchdarkly/flag_link_api.h"

namespace flaglinkd {
namespace {

// An answer that echoes the token must not carry it into a log.
void Redact(std::string& text, const Secret& token) {
  if (token.empty()) return;
  for (std::size_t at = 0; (at = text.find(token.Bytes(), at)) != std::string::npos;) {
    text.replace(at, token.Bytes().size(), "[token]");
  }
}

// What tells LaunchDarkly's routes apart: the verb and the URL's pattern.
std::string RouteOf(RequestKind kind) {
  switch (kind) {
    case RequestKind::kCreate: return "POST flag-links";
    case RequestKind::kUpdate: return "PATCH flag-links/{id}";
    case RequestKind::kRemove: return "DELETE flag-links/{id}";
    case RequestKind::kFind: return "GET flag-links";
  }
  return "";
}

class LaunchDarklyDestination final : public Destination {
 public:
  LaunchDarklyDestination(const LaunchDarklyOptions& options, HttpClient& client,
                          RateBudget& budget, const Clock& clock, Metrics& metrics)
      : options_(options), client_(client), budget_(budget), clock_(clock), metrics_(metrics) {}

  std::optional<TimePoint> Reserve(const LinkRequest& request, TimePoint now) override;
  void Send(const LinkRequest& request, std::function<void(AttemptOutcome)> done) override;
  void Poll(Duration patience) override;
  void Wake() override { client_.Wake(); }

 private:
  AttemptOutcome Take(const LinkRequest& request, const std::string& method,
                      HttpAnswer answer) const;

  const LaunchDarklyOptions& options_;
  HttpClient& client_;
  RateBudget& budget_;
  const Clock& clock_;
  Metrics& metrics_;
  std::vector<std::pair<std::function<void(AttemptOutcome)>, AttemptOutcome>> unsent_;
};

std::optional<TimePoint> LaunchDarklyDestination::Reserve(const LinkRequest& request,
                                                          TimePoint now) {
  if (request.replaces) {
    // The creation follows at once, so that the flag is without its link for a moment only.
    const auto held = budget_.HeldUntil(RouteOf(RequestKind::kCreate), 2, now);
    if (held) return held;
  }
  return budget_.Take(RateBudget::User::kDelivery, RouteOf(request.kind), now);
}

void LaunchDarklyDestination::Send(const LinkRequest& request,
                                   std::function<void(AttemptOutcome)> done) {
  Result<HttpCall> call = ToHttpCall(options_.base_url, request);
  if (!call.ok()) {
    budget_.Learn(RouteOf(request.kind), {}, clock_.Now());
    AttemptOutcome outcome;
    outcome.result = AttemptOutcome::Result::kRefused;
    outcome.reason = call.error().message;
    unsent_.emplace_back(std::move(done), std::move(outcome));
    return;
  }
  const std::string method = call->method;
  client_.Start(std::move(*call), options_.token,
                [this, request, method, done = std::move(done)](HttpAnswer answer) {
                  done(Take(request, method, std::move(answer)));
                });
}

void LaunchDarklyDestination::Poll(Duration patience) {
  budget_.Follow(clock_.Now());
  auto unsent = std::exchange(unsent_, {});
  client_.Poll(unsent.empty() ? patience : Duration(0));
  for (auto& [done, outcome] : unsent) done(std::move(outcome));
}

AttemptOutcome LaunchDarklyDestination::Take(const LinkRequest& request, const std::string& method,
                                             HttpAnswer answer) const {
  budget_.Learn(RouteOf(request.kind), answer.headers, clock_.Now(), answer.status);
  metrics_.CountLaunchDarklyRequest(method,
                                    answer.kind == HttpAnswer::Kind::kAnswered ? answer.status : 0);
  Redact(answer.body, options_.token);
  Redact(answer.error, options_.token);
  return Judge(request, answer, clock_.Now());
}

}  // namespace

std::unique_ptr<Destination> MakeLaunchDarkly(const LaunchDarklyOptions& options,
                                              HttpClient& client, RateBudget& budget,
                                              const Clock& clock, Metrics& metrics) {
  return std::make_unique<LaunchDarklyDestination>(options, client, budget, clock, metrics);
}

}  // namespace flaglinkd
