// The status page on the admin address: GET /, /?flag=KEY and /?flag=PROJECT/KEY, with /style.css
// and /script.js. What it lists it asks the queue in one question; where that is not answered, the
// page says so and shows the rest. Who may see it is the caller's to judge. Thread-safe.
#pragma once

#include <memory>
#include <string_view>

#include "daemon/admin/admin_services.h"
#include "daemon/base/clock.h"
#include "daemon/http/http_listener.h"

namespace flaglinkd {

class StatusPage {
 public:
  // `clock` outlives the page. Questions that are under way hold the services.
  StatusPage(std::shared_ptr<const AdminServices> services, const Clock& clock);

  static bool IsPagePath(std::string_view path);

  // A GET or HEAD of such a path.
  void OnRequest(HttpRequest request, const Responder& responder) const;

 private:
  const std::shared_ptr<const AdminServices> services_;
  const Clock& clock_;
};

}  // namespace flaglinkd
