// Who may do what at the admin's doors. Over the socket everything, since its file says who may
// come. Over the address:
//
//   purpose       on loopback   off loopback
//   kHealth       free          free
//   kRead         free          the token
//   kReadPayload  the token     the token
//   kAct          the token, from our own origin if from a browser, and JSON
//
// The token comes as `Authorization: Bearer TOKEN`, or as the password of any user, which is how a
// browser sends it for the status page. `Host` must be an address, localhost or a
// configured name, so that a page in somebody's browser can't come under a name of its own (DNS
// rebinding). Pure; frozen once made.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/admin/admin_options.h"
#include "daemon/base/secret.h"
#include "daemon/http/http_message.h"

namespace flaglinkd {

enum class Purpose { kHealth, kRead, kReadPayload, kAct };

class AdminAccess {
 public:
  // `options.address` is what is listened on. An inherited socket may listen elsewhere: whoever
  // comes from another machine is off loopback whatever the address says.
  explicit AdminAccess(const AdminOptions& options);

  // 401: without the token, or a wrong one; 403: Host or Origin; 415: no JSON. One line, which tells
  // nothing of the token.
  struct Refusal {
    int status = 0;
    const char* reason = "";
    bool operator==(const Refusal&) const = default;
  };
  // Nothing: serve it.
  std::optional<Refusal> RefusalOf(const HttpRequest& head, Purpose purpose) const;

 private:
  bool IsOurs(const std::string& authority) const;
  bool NeedsToken(const HttpRequest& head, Purpose purpose) const;
  bool HasToken(const HttpRequest& head) const;

  Secret token_;
  std::vector<std::string> hosts_;  // in lower case
  bool is_loopback_;
};

}  // namespace flaglinkd
