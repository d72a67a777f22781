// The paths of the admin API, and what each is for. openapi.yaml describes them, and a lint compares
// the two. Pure.
//
//   GET  status
//   GET  links            GET  events             POST import/{source}
//   GET  links/{id}       GET  events/{id}        POST sources/{source}/arm
//   POST links/{id}/retry, links/{id}/forget      POST events/{id}/replay      (all below /api/v1/)
//   POST links/retry, links/forget                POST events/replay
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "daemon/admin/admin_access.h"
#include "daemon/http/http_message.h"

namespace flaglinkd {

enum class ApiCall {
  kShowStatus,
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
  Purpose purpose = Purpose::kRead;
  std::size_t body_limit = 0;
  bool operator==(const ApiRoute&) const = default;
};

bool IsApiPath(std::string_view path);

// The route, or the answer without one: 404 or 405.
std::variant<ApiRoute, HttpResponse> FindRoute(const std::string& method, std::string_view path);

}  // namespace flaglinkd
