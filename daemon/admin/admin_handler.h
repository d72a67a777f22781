// The admin address and the admin socket: /metrics, /healthz, /readyz and the API (admin_api.h).
// Reading on loopback is free; `Host` must be an address or localhost there, so that a page in
// somebody's browser can't read it under a name of its own (DNS rebinding). Thread-safe: one
// handler serves both.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "daemon/admin/admin_api.h"
#include "daemon/http/http_listener.h"
#include "daemon/observe/metrics.h"

namespace flaglinkd {

class AdminHandler final : public HttpHandler {
 public:
  // All outlive the handler. `troubles`: why webhooks can't be accepted and stored now, one line
  // each; empty if they can. LaunchDarkly being away is no reason. Called on an admin listener's
  // thread; must not block.
  AdminHandler(const Metrics& metrics, std::function<std::vector<std::string>()> troubles,
               const AdminApi& api);

  std::variant<Accept, HttpResponse> OnHead(const HttpRequest& head) override;
  void OnRequest(HttpRequest request, Responder responder) override;
  void OnRefused(int status, const char* reason) override;

 private:
  const Metrics& metrics_;
  std::function<std::vector<std::string>()> troubles_;
  const AdminApi& api_;
};

}  // namespace flaglinkd
