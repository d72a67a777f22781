// The admin address: /metrics, /healthz, /readyz. Reading on loopback is free; `Host` must be an
// address or localhost, so that a page in somebody's browser can't read it under a name of its own
// (DNS rebinding). Thread-safe.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "daemon/http/http_listener.h"
#include "daemon/observe/metrics.h"

namespace flaglinkd {

class AdminHandler final : public HttpHandler {
 public:
  // Both outlive the handler. `troubles`: why webhooks can't be accepted and stored now, one line
  // each; empty if they can. LaunchDarkly being away is no reason. Called on the admin listener's
  // thread; must not block.
  AdminHandler(const Metrics& metrics, std::function<std::vector<std::string>()> troubles);

  std::variant<Accept, HttpResponse> OnHead(const HttpRequest& head) override;
  void OnRequest(HttpRequest request, Responder responder) override;
  void OnRefused(int status, const char* reason) override;

 private:
  const Metrics& metrics_;
  std::function<std::vector<std::string>()> troubles_;
};

}  // namespace flaglinkd
