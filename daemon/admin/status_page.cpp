#include "daemon/admin/status_page.h"

#include <algorithm>
#include <string>
#include <utility>

#include "daemon/admin/page/page_files.h"
#include "daemon/admin/page_document.h"
#include "daemon/admin/report_filters.h"

namespace flaglinkd {
namespace {

// Nothing but what this page itself is made of: no text that slips into it can run, load or send
// anything, and no other page can frame it to have its buttons clicked.
constexpr char kPolicy[] =
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

HttpResponse Answer(std::string content_type, std::string body) {
  HttpResponse response;
  response.content_type = std::move(content_type);
  response.body = std::move(body);
  response.headers = {{"Content-Security-Policy", kPolicy},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Referrer-Policy", "no-referrer"},
                      {"Cache-Control", "no-store"}};
  return response;
}

std::string Trimmed(std::string text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r\n") + 1 - begin);
}

// Of a form: a space is sent as '+'. What can't be read is no search.
std::string SearchOf(std::string query) {
  std::replace(query.begin(), query.end(), '+', ' ');
  const Result<Conditions> conditions = ConditionsOfQuery(query);
  if (!conditions) return "";
  const auto flag = conditions->find("flag");
  return flag == conditions->end() ? "" : Trimmed(flag->second);
}

// "checkout-v2" in any project, "default/checkout-v2" in one; a key holds no slash.
LinkFilter OfFlag(const std::string& search) {
  LinkFilter filter;
  filter.limit = kShownOfFlag;
  const std::size_t slash = search.find('/');
  if (slash == std::string::npos) {
    filter.flag = search;
  } else {
    filter.project = search.substr(0, slash);
    filter.flag = search.substr(slash + 1);
  }
  return filter;
}

// A look for links goes through all that there are, so that none is taken without need.
PageLists Ask(QueueAdmin& queue, const std::string& search, bool has_failed) {
  EventFilter newest;
  newest.limit = kShownEvents;
  LinkFilter failed;
  failed.status = "failed";
  failed.limit = kShownFailed;
  const std::vector<LinkReport> none;
  return {queue.Events(newest),
          has_failed ? queue.Links(failed) : Result<std::vector<LinkReport>>(none), search,
          search.empty() ? Result<std::vector<LinkReport>>(none) : queue.Links(OfFlag(search))};
}

PageLists Unanswered(const std::string& search) {
  const Error busy{Error::Code::kUnavailable,
                   "the queue is busy with too many questions; refresh in a moment"};
  return {busy, busy, search, busy};
}

HttpResponse Page(const StatusReport& report, const PageLists& lists) {
  return Answer("text/html; charset=utf-8", RenderPage(report, lists));
}

}  // namespace

StatusPage::StatusPage(std::shared_ptr<const AdminServices> services, const Clock& clock)
    : services_(std::move(services)), clock_(clock) {}

bool StatusPage::IsPagePath(std::string_view path) {
  return path == "/" || path == "/style.css" || path == "/script.js";
}

void StatusPage::OnRequest(HttpRequest request, const Responder& responder) const {
  if (request.path == "/style.css") {
    return responder.Send(Answer("text/css; charset=utf-8", std::string(kPageStyle)));
  }
  if (request.path == "/script.js") {
    return responder.Send(Answer("text/javascript; charset=utf-8", std::string(kPageScript)));
  }
  StatusReport report = services_->status();
  const std::string search = SearchOf(std::move(request.query));
  const bool asked =
      services_->ask([report, search, responder, &clock = clock_](QueueAdmin& queue) mutable {
        const PageLists lists = Ask(queue, search, report.queue.failed > 0);
        report.now = clock.Now();  // not before what was just read
        responder.Send(Page(report, lists));
      });
  if (!asked) responder.Send(Page(report, Unanswered(search)));
}

}  // namespace flaglinkd
