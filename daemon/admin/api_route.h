// The paths of the admin API, and over what each may be reached. Pure.
//
//   GET  links            GET  events             POST import/{source}
//   GET  links/{id}       GET  events/{id}        POST sources/{source}/arm
//   POST links/{id}/retry, links/{id}/forget      POST events/{id}/replay      (all below /api/v1/)
//   POST links/retry, links/forget                POST events/replay
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "daemon/http/http_message.h"

namespace flaglinkd {

enum class ApiCall {
  kListLinks,
  kShowLink,
  kRetryLinks,
  kForgetLinks,
  kListEvents,
  kShowEvent,
  kReplayEvents,
  kArm,
  kImport
};

struct ApiRoute {
  ApiCall call = ApiCall::kListLinks;
  std::string object;  // the id or the source; "": those that a filter names
  bool operator==(const ApiRoute&) const = default;
};

// kAddress: the admin address, which whoever reaches the host may read. There the API lists and
// shows links and lists events; what holds payloads and what acts is for the socket, whose file
// says who may.
enum class Door { kAddress, kSocket };
Door DoorOf(const HttpRequest& request);

bool IsApiPath(std::string_view path);

// The route, or the answer without one: 403, 404 or 405.
std::variant<ApiRoute, HttpResponse> FindRoute(const std::string& method, std::string_view path,
                                               Door door);

}  // namespace flaglinkd
