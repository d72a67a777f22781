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

class LaunchDarklyDestination final : public Destination {
 public:
  LaunchDarklyDestination(const LaunchDarklyOptions& options, HttpClient& client,
                          const Clock& clock, Metrics& metrics)
      : options_(options), client_(client), clock_(clock), metrics_(metrics) {}

  void Send(const LinkRequest& request, std::function<void(AttemptOutcome)> done) override;
  void Poll(Duration patience) override;
  void Wake() override { client_.Wake(); }

 private:
  AttemptOutcome Take(const LinkRequest& request, const std::string& method,
                      HttpAnswer answer) const;

  const LaunchDarklyOptions& options_;
  HttpClient& client_;
  const Clock& clock_;
  Metrics& metrics_;
  std::vector<std::pair<std::function<void(AttemptOutcome)>, AttemptOutcome>> unsent_;
};

void LaunchDarklyDestination::Send(const LinkRequest& request,
                                   std::function<void(AttemptOutcome)> done) {
  Result<HttpCall> call = ToHttpCall(options_.base_url, request);
  if (!call.ok()) {
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
  auto unsent = std::exchange(unsent_, {});
  client_.Poll(unsent.empty() ? patience : Duration(0));
  for (auto& [done, outcome] : unsent) done(std::move(outcome));
}

AttemptOutcome LaunchDarklyDestination::Take(const LinkRequest& request, const std::string& method,
                                             HttpAnswer answer) const {
  metrics_.CountLaunchDarklyRequest(method,
                                    answer.kind == HttpAnswer::Kind::kAnswered ? answer.status : 0);
  Redact(answer.body, options_.token);
  Redact(answer.error, options_.token);
  return Judge(request, answer, clock_.Now());
}

}  // namespace

std::unique_ptr<Destination> MakeLaunchDarkly(const LaunchDarklyOptions& options,
                                              HttpClient& client, const Clock& clock,
                                              Metrics& metrics) {
  return std::make_unique<LaunchDarklyDestination>(options, client, clock, metrics);
}

}  // namespace flaglinkd
