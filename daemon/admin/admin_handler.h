// The admin address and the admin socket: /metrics, /healthz, /readyz, the API (admin_api.h) and the
// status page (status_page.h). admin_access.h says who may do what. Thread-safe: one handler serves
// both.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/admin/admin_access.h"
#include "daemon/admin/admin_api.h"
#include "daemon/admin/status_page.h"
#include "daemon/base/guarded.h"
#include "daemon/http/http_listener.h"
#include "daemon/observe/metrics.h"

namespace flaglinkd {

class AdminHandler final : public HttpHandler {
 public:
  // All outlive the handler. `troubles`: why webhooks can't be accepted and stored now, one line
  // each; empty if they can. LaunchDarkly being away is no reason. Called on an admin listener's
  // thread; must not block. Until SetAccess it is a loopback address without a token.
  AdminHandler(const Metrics& metrics, std::function<std::vector<std::string>()> troubles,
               const AdminApi& api, const StatusPage& page);

  // From any thread; for requests whose head comes later.
  void SetAccess(const AdminOptions& options);

  std::variant<Accept, HttpResponse> OnHead(const HttpRequest& head) override;
  void OnRequest(HttpRequest request, Responder responder) override;
  void OnRefused(int status, const char* reason) override;

 private:
  bool IsServed(const std::string& path) const;

  const Metrics& metrics_;
  std::function<std::vector<std::string>()> troubles_;
  const AdminApi& api_;
  const StatusPage& page_;
  Guarded<std::shared_ptr<const AdminAccess>> access_;
};

}  // namespace flaglinkd
