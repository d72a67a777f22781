#include "daemon/admin/admin_handler.h"

#include <arpa/inet.h>

#include <optional>
#include <utility>
#include <variant>

namespace flaglinkd {
namespace {

HttpResponse Text(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(body);
  return response;
}

bool IsAddress(const std::string& host) {
  unsigned char bytes[sizeof(in6_addr)];
  return inet_pton(AF_INET, host.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

// "127.0.0.1:9464", "[::1]:9464", "localhost".
bool IsOurHost(std::string host) {
  if (!host.empty() && host.front() == '[') {
    const std::size_t end = host.find(']');
    return end != std::string::npos && IsAddress(host.substr(1, end - 1));
  }
  if (const std::size_t colon = host.find(':'); colon != std::string::npos) host.resize(colon);
  return host == "localhost" || IsAddress(host);
}

// Who reaches the socket's file is no browser.
bool IsSafeHost(const HttpRequest& head) {
  if (DoorOf(head) == Door::kSocket) return true;
  std::string host;
  for (const Header& header : head.headers) {
    if (header.name == "host") host = header.value;
  }
  return IsOurHost(host);
}

// Of what is not of the API, the answer that needs no look at the service; none: serve it.
std::optional<HttpResponse> RefusalOf(const HttpRequest& head) {
  if (head.path != "/metrics" && head.path != "/healthz" && head.path != "/readyz") {
    return Text(404, "there are /metrics, /healthz, /readyz and /api/v1\n");
  }
  if (head.method != "GET" && head.method != "HEAD") {
    HttpResponse response = Text(405, "GET only\n");
    response.headers.push_back({"allow", "GET, HEAD"});
    return response;
  }
  return std::nullopt;
}

}  // namespace

AdminHandler::AdminHandler(const Metrics& metrics,
                           std::function<std::vector<std::string>()> troubles, const AdminApi& api)
    : metrics_(metrics), troubles_(std::move(troubles)), api_(api) {}

std::variant<HttpHandler::Accept, HttpResponse> AdminHandler::OnHead(const HttpRequest& head) {
  if (!IsSafeHost(head)) return Text(403, "Host must be an address or localhost\n");
  if (IsApiPath(head.path)) return api_.OnHead(head);
  if (std::optional<HttpResponse> refusal = RefusalOf(head)) return *std::move(refusal);
  return Accept{0};
}

void AdminHandler::OnRequest(HttpRequest request, Responder responder) {
  if (IsApiPath(request.path)) {
    api_.OnRequest(std::move(request), responder);
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
