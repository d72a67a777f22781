#include "daemon/admin/api_route.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "daemon/admin/report_json.h"

namespace flaglinkd {
namespace {

constexpr std::string_view kRoot = "/api/v1/";

constexpr std::size_t kImportLimit = 8u << 20;  // of one body; a source's own may be smaller
constexpr std::size_t kBodyLimit = 64u << 10;

struct Row {
  ApiCall call;
  const char* method;
  const char* form;  // below kRoot; '*' stands for one segment
  Purpose purpose;
};

constexpr std::array kRows = {
    Row{ApiCall::kShowStatus, "GET", "status", Purpose::kRead},
    Row{ApiCall::kListLinks, "GET", "links", Purpose::kRead},
    Row{ApiCall::kShowLink, "GET", "links/*", Purpose::kRead},
    Row{ApiCall::kRetryLinks, "POST", "links/retry", Purpose::kAct},
    Row{ApiCall::kForgetLinks, "POST", "links/forget", Purpose::kAct},
    Row{ApiCall::kRetryLinks, "POST", "links/*/retry", Purpose::kAct},
    Row{ApiCall::kForgetLinks, "POST", "links/*/forget", Purpose::kAct},
    Row{ApiCall::kListEvents, "GET", "events", Purpose::kRead},
    Row{ApiCall::kShowEvent, "GET", "events/*", Purpose::kReadPayload},
    Row{ApiCall::kReplayEvents, "POST", "events/replay", Purpose::kAct},
    Row{ApiCall::kReplayEvents, "POST", "events/*/replay", Purpose::kAct},
    Row{ApiCall::kArm, "POST", "sources/*/arm", Purpose::kAct},
    Row{ApiCall::kImport, "POST", "import/*", Purpose::kAct},
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

bool IsApiPath(std::string_view path) {
  return path.starts_with(kRoot);
}

std::variant<ApiRoute, HttpResponse> FindRoute(const std::string& method, std::string_view path) {
  std::string allowed;
  for (const Row& row : kRows) {
    const std::optional<std::string> object =
        IsApiPath(path) ? Match(row.form, path.substr(kRoot.size())) : std::nullopt;
    if (!object) continue;
    if (row.method != method) {
      allowed = row.method;
      continue;
    }
    return ApiRoute{row.call, *object, row.purpose,
                    row.call == ApiCall::kImport ? kImportLimit : kBodyLimit};
  }
  if (allowed.empty())
    return ErrorResponse(404, "below /api/v1 there are status, links, events, sources and import");
  HttpResponse response = ErrorResponse(405, allowed + " only");
  response.headers.push_back({"allow", allowed});
  return response;
}

}  // namespace flaglinkd
