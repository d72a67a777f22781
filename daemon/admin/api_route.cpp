#include "daemon/admin/api_route.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "daemon/admin/report_json.h"

namespace flaglinkd {
namespace {

constexpr std::string_view kRoot = "/api/v1/";

struct Row {
  ApiCall call;
  const char* method;
  const char* form;  // below kRoot; '*' stands for one segment
  Door door;         // the widest that it may be reached by
};

constexpr std::array kRows = {
    Row{ApiCall::kListLinks, "GET", "links", Door::kAddress},
    Row{ApiCall::kShowLink, "GET", "links/*", Door::kAddress},
    Row{ApiCall::kRetryLinks, "POST", "links/retry", Door::kSocket},
    Row{ApiCall::kForgetLinks, "POST", "links/forget", Door::kSocket},
    Row{ApiCall::kRetryLinks, "POST", "links/*/retry", Door::kSocket},
    Row{ApiCall::kForgetLinks, "POST", "links/*/forget", Door::kSocket},
    Row{ApiCall::kListEvents, "GET", "events", Door::kAddress},
    Row{ApiCall::kShowEvent, "GET", "events/*", Door::kSocket},
    Row{ApiCall::kReplayEvents, "POST", "events/replay", Door::kSocket},
    Row{ApiCall::kReplayEvents, "POST", "events/*/replay", Door::kSocket},
    Row{ApiCall::kArm, "POST", "sources/*/arm", Door::kSocket},
    Row{ApiCall::kImport, "POST", "import/*", Door::kSocket},
};

std::vector<std::string_view> SegmentsOf(std::string_view path) {
  std::vector<std::string_view> segments;
  while (true) {
    const std::size_t slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

// What '*' stands for, "" where the form has none; nothing: the path is not of this form.
std::optional<std::string> Match(std::string_view form, std::string_view path) {
  const std::vector<std::string_view> wanted = SegmentsOf(form), given = SegmentsOf(path);
  if (wanted.size() != given.size()) return std::nullopt;
  std::string object;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == "*" && !given[i].empty()) {
      object = given[i];
    } else if (wanted[i] != given[i]) {
      return std::nullopt;
    }
  }
  return object;
}

}  // namespace

Door DoorOf(const HttpRequest& request) {
  return request.peer == "unix" ? Door::kSocket : Door::kAddress;
}

bool IsApiPath(std::string_view path) {
  return path.starts_with(kRoot);
}

std::variant<ApiRoute, HttpResponse> FindRoute(const std::string& method, std::string_view path,
                                               Door door) {
  std::string allowed;
  for (const Row& row : kRows) {
    const std::optional<std::string> object =
        IsApiPath(path) ? Match(row.form, path.substr(kRoot.size())) : std::nullopt;
    if (!object) continue;
    if (row.method != method) {
      allowed = row.method;
      continue;
    }
    if (row.door == Door::kSocket && door == Door::kAddress) {
      return ErrorResponse(403, "over the socket only: see [admin] socket");
    }
    return ApiRoute{row.call, *object};
  }
  if (allowed.empty())
    return ErrorResponse(404, "below /api/v1 there are links, events, sources and import");
  HttpResponse response = ErrorResponse(405, allowed + " only");
  response.headers.push_back({"allow", allowed});
  return response;
}

}  // namespace flaglinkd
