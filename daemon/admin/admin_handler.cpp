#include "daemon/admin/admin_handler.h"

#include <optional>
#include <utility>
#include <variant>

#include "daemon/admin/report_json.h"

namespace flaglinkd {
namespace {

HttpResponse Text(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(body);
  return response;
}

// What a request's path is for, and how much it may send.
struct Door {
  Purpose purpose = Purpose::kRead;
  std::size_t body_limit = 0;
};

std::variant<Door, HttpResponse> FindApiDoor(const HttpRequest& head) {
  const auto found = FindRoute(head.method, head.path);
  if (const auto* refusal = std::get_if<HttpResponse>(&found)) return *refusal;
  const auto& route = std::get<ApiRoute>(found);
  return Door{route.purpose, route.body_limit};
}

std::variant<Door, HttpResponse> FindOtherDoor(const HttpRequest& head) {
  if (head.method != "GET" && head.method != "HEAD") {
    HttpResponse response = Text(405, "GET only\n");
    response.headers.push_back({"allow", "GET, HEAD"});
    return response;
  }
  const bool is_health = head.path == "/healthz" || head.path == "/readyz";
  return Door{is_health ? Purpose::kHealth : Purpose::kRead, 0};
}

// RFC 9110, 11.6.1: a 401 names a scheme. A browser asks its user for a password where it is Basic,
// which is wanted for the page and not for what its script asks.
HttpResponse AnswerTo(const HttpRequest& head, const AdminAccess::Refusal& refusal) {
  HttpResponse response = IsApiPath(head.path)
                              ? ErrorResponse(refusal.status, refusal.reason)
                              : Text(refusal.status, std::string(refusal.reason) + "\n");
  if (refusal.status == 401) {
    const bool is_page = StatusPage::IsPagePath(head.path);
    response.headers.push_back(
        {"www-authenticate", is_page ? "Basic realm=\"flaglinkd\", charset=\"UTF-8\"" : "Bearer"});
  }
  return response;
}

}  // namespace

AdminHandler::AdminHandler(const Metrics& metrics,
                           std::function<std::vector<std::string>()> troubles, const AdminApi& api,
                           const StatusPage& page)
    : metrics_(metrics), troubles_(std::move(troubles)), api_(api), page_(page) {
  SetAccess(AdminOptions());
}

void AdminHandler::SetAccess(const AdminOptions& options) {
  auto access = std::make_shared<const AdminAccess>(options);
  *access_.Lock() = std::move(access);
}

bool AdminHandler::IsServed(const std::string& path) const {
  return path == "/metrics" || path == "/healthz" || path == "/readyz" ||
         StatusPage::IsPagePath(path);
}

std::variant<HttpHandler::Accept, HttpResponse> AdminHandler::OnHead(const HttpRequest& head) {
  const bool is_api = IsApiPath(head.path);
  if (!is_api && !IsServed(head.path)) {
    return Text(404, "there are /, /metrics, /healthz, /readyz and /api/v1\n");
  }
  const auto found = is_api ? FindApiDoor(head) : FindOtherDoor(head);
  if (const auto* answer = std::get_if<HttpResponse>(&found)) return *answer;
  const Door& door = std::get<Door>(found);
  const std::shared_ptr<const AdminAccess> access = *access_.Lock();
  if (const auto refusal = access->RefusalOf(head, door.purpose)) return AnswerTo(head, *refusal);
  return Accept{door.body_limit};
}

void AdminHandler::OnRequest(HttpRequest request, Responder responder) {
  if (IsApiPath(request.path)) {
    api_.OnRequest(std::move(request), responder);
    return;
  }
  if (StatusPage::IsPagePath(request.path)) {
    page_.OnRequest(std::move(request), responder);
    return;
  }
  if (request.path == "/healthz") {
    responder.Send(Text(200, "alive\n"));
    return;
  }
  if (request.path == "/readyz") {
    std::string reasons;
    for (const std::string& trouble : troubles_()) reasons += trouble + "\n";
    responder.Send(reasons.empty() ? Text(200, "ready\n") : Text(503, std::move(reasons)));
    return;
  }
  HttpResponse response = Text(200, metrics_.Text());
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  responder.Send(std::move(response));
}

void AdminHandler::OnRefused(int, const char*) {}

}  // namespace flaglinkd
