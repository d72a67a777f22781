// /api/v1/: what the service knows of itself, and the queue and the history, to list, to show and to
// act on (api_route.h has the paths). Who may ask is settled before (admin_access.h). Never waits:
// what needs the queue or a worker is asked there, and answered from there. A request that is
// well-formed but can't be served gets {"error": …}, one line that says what to do. Thread-safe.
#pragma once

#include <memory>
#include <string>

#include "daemon/admin/admin_services.h"
#include "daemon/admin/api_route.h"
#include "daemon/admin/report_filters.h"
#include "daemon/base/clock.h"
#include "daemon/http/http_listener.h"

namespace flaglinkd {

class AdminApi {
 public:
  // `clock` outlives the API. Questions that are under way hold the services.
  AdminApi(std::shared_ptr<const AdminServices> services, const Clock& clock);

  void OnRequest(HttpRequest request, const Responder& responder) const;

 private:
  void ListLinks(const HttpRequest& request, const Responder& responder) const;
  void ShowLink(const std::string& id, const Responder& responder) const;
  void RetryLinks(const HttpRequest& request, const std::string& id,
                  const Responder& responder) const;
  void ForgetLinks(const HttpRequest& request, const std::string& id,
                   const Responder& responder) const;
  void ListEvents(const HttpRequest& request, const Responder& responder) const;
  void ShowEvent(const std::string& id, const Responder& responder) const;
  void ReplayEvent(const std::string& id, const Responder& responder) const;
  void ReplayEvents(const HttpRequest& request, const Responder& responder) const;
  void Arm(const HttpRequest& request, const std::string& source, const Responder& responder) const;
  void Import(HttpRequest request, const std::string& source, const Responder& responder) const;

  Result<LinkFilter> FilterOf(const Conditions& conditions) const;
  Result<LinkFilter> TargetOf(const std::string& id, const Conditions& conditions) const;

  const std::shared_ptr<const AdminServices> services_;
  const Clock& clock_;
};

}  // namespace flaglinkd
