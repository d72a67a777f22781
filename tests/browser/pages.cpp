// Serves the status page of one made-up moment after the other, each on a port of its own, for the
// browser test to look at: what would take a real service hours, or a real outage. Writes one line
// "NAME URL" per page, then an empty one, and ends when its input does.
#include <chrono>
#include <cmath>
#include <deque>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "daemon/admin/status_page.h"
#include "daemon/http/http_listener.h"
#include "tests/fakes/fake_admin.h"

namespace flaglinkd {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

struct Moment {
  StatusReport report;
  std::vector<LinkReport> links;
  std::vector<EventReport> events;
};

std::vector<HistorySlot> SixHours() {
  std::vector<HistorySlot> history;
  for (std::size_t i = 0; i < kHistorySlots; ++i) {
    const double wave = 1 + std::sin(static_cast<double>(i) / 9);
    HistorySlot slot;
    slot.events = std::lround(20 * wave) + static_cast<int>(i * 7 % 5);
    slot.rejected = i > 40 && i < 46 ? 9 : 0;
    slot.applied = slot.events / 3;
    slot.requests = slot.applied + slot.applied / 4;
    slot.answer_ms = 2 + wave;
    slot.delivery_s = 0.2 + wave / 5;
    history.push_back(slot);
  }
  history.back() = {4, 0, 1, 1, 2.5, 0.3};
  return history;
}

EventReport Event(std::int64_t id, const char* source, TimePoint received, int links) {
  EventReport event;
  event.id = id;
  event.source = source;
  event.outcome = "stored";
  event.received = received;
  event.links = links;
  event.has_payload = true;
  return event;
}

LinkReport Link(const char* id, const char* flag, const char* name, const char* title,
                TimePoint changed) {
  LinkReport link;
  link.id = id;
  link.flag = {"default", flag};
  link.name_space = "jira";
  link.resource = "acme.atlassian.net/10042";
  link.name = name;
  link.title = title;
  link.url = std::string("https://acme.atlassian.net/browse/") + name;
  link.status = "applied";
  link.wanted = true;
  link.attempts = 1;
  link.changed_at = changed;
  return link;
}

Moment Healthy() {
  const TimePoint now = SystemClock().Now();
  Moment moment;
  StatusReport& report = moment.report;
  report.version = "1.4.0";
  report.now = now;
  report.started = now - days(9) - hours(4);
  report.sources = {
      {"github", "github", "/hooks/github", 4211, 18040, 12, 0, 31, 0, now - seconds(12),
       "ignored"},
      {"jira", "jira", "/hooks/jira", 12934, 2210, 40, 0, 0, 0, now - minutes(3), "stored"},
      {"pagerduty", "pagerduty", "/hooks/pagerduty", 0, 0, 0, 0, 0, 0, std::nullopt, ""},
      {"slack", "slack", "/hooks/slack", 830, 90213, 2, 0, 0, 0, now - minutes(41), "duplicate"}};
  report.queue.applied = 8412;
  report.queue.foreign = 17;
  report.queue.waiting = 2;
  report.queue.unknown_flag = 5;
  report.queue.total_made = 21003;
  report.delivery.budget = BudgetStatus{412, now + seconds(7)};
  report.delivery.under_way = 1;
  report.catalog = {{"default", 1312, seconds(140)}, {"mobile", 204, seconds(141)}};
  report.config = {"9f2c61d0", now - days(2), "", std::nullopt};
  report.history = SixHours();
  for (std::int64_t i = 0; i < 30; ++i) {
    const char* const sources[] = {"jira", "github", "slack"};
    moment.events.push_back(Event(90310 - i, sources[i % 3], now - minutes(i * i) - seconds(11),
                                  static_cast<int>(i % 3)));
  }
  moment.links = {
      Link("17.4", "checkout-v2", "SHOP-42", "Roll out the new checkout", now - minutes(3)),
      Link("18.4", "checkout-v2", "SHOP-57", "Measure the new checkout", now - days(3))};
  return moment;
}

Moment RefusedToken() {
  Moment moment = Healthy();
  StatusReport& report = moment.report;
  report.delivery.pauses = {{"token", "everything", report.now + seconds(212)}};
  report.delivery.under_way = 0;
  report.queue.waiting = 38;
  report.queue.oldest_due = report.now - minutes(52);
  for (std::size_t i = kHistorySlots - 10; i < kHistorySlots; ++i) report.history[i].applied = 0;
  return moment;
}

Moment Failures() {
  Moment moment = Healthy();
  StatusReport& report = moment.report;
  report.queue.failed = 3;
  report.sources[3].last_outcome = "failed";
  report.sources[3].failed = 2;
  report.sources.push_back(
      {"datadog", "template", "/hooks/datadog", 0, 0, 0, 0, 214, 0, std::nullopt, ""});
  report.config.refused =
      "/etc/flaglinkd/flaglinkd.toml:41:1: unknown key \"secretes\"; did you "
      "mean \"secrets\"?";
  report.config.refused_at = report.now - minutes(9);
  moment.events[2].outcome = "failed";
  moment.events[2].reason = "body is no JSON: expected a value at byte 17";
  const char* const reasons[] = {"400: title must not be empty",
                                 "422: metadata.issueType is required by integration jira",
                                 "404 for 3 days: gave up"};
  const char* const ids[] = {"31.9", "32.9", "40.11"};
  for (std::size_t i = 0; i < 3; ++i) {
    LinkReport link = Link(ids[i], i == 2 ? "express-lane" : "checkout-v2", "SHOP-101",
                           "Keep the old checkout reachable for partners that can't update before "
                           "the end of the quarter",
                           report.now - hours(2 + static_cast<int>(i)));
    link.status = "failed";
    link.reason = reasons[i];
    link.attempts = 1 + static_cast<int>(i) * 20;
    moment.links.insert(moment.links.begin(), link);
  }
  return moment;
}

// What somebody who writes titles in a tracker could try.
Moment Hostile() {
  Moment moment = Failures();
  for (LinkReport& link : moment.links) {
    link.title = "<script>document.title='owned'</script><img src=x onerror=alert(1)>\"'&";
    link.url = "javascript:alert(1)//https://acme.example/";
    link.reason = "</section><h1>All is well</h1>";
  }
  moment.links[0].url = "https://acme.example/\"onclick=\"alert(1)";
  moment.events[0].reason = "\xe2\x80\xae reversed \xff and long: " + std::string(900, 'w');
  return moment;
}

Moment Fresh() {
  Moment moment = Healthy();
  StatusReport& report = moment.report;
  report.started = report.now - minutes(4);
  report.config.loaded = report.started;
  for (SourceStatus& source : report.sources) {
    source = {source.name, source.adapter, source.path, 0, 0, 0, 0, 0, 0, std::nullopt, ""};
  }
  report.queue = {};
  report.delivery.budget.reset();
  report.delivery.under_way = 0;
  report.history.assign(1, HistorySlot{});
  moment.events.clear();
  moment.links.clear();
  return moment;
}

class Server final : public HttpHandler {
 public:
  explicit Server(Moment (*moment)()) : page_(Services(moment), clock_) {
    Moment now = moment();
    admin_.queue.links = std::move(now.links);
    admin_.queue.events = std::move(now.events);
    ListenerOptions options;
    options.address = "127.0.0.1:0";
    listener_ = HttpListener::Start(options, *this).value();
  }

  std::string Url() const { return "http://127.0.0.1:" + std::to_string(listener_->port()) + "/"; }

  std::variant<Accept, HttpResponse> OnHead(const HttpRequest& head) override {
    if (StatusPage::IsPagePath(head.path)) return Accept{0};
    HttpResponse response;
    response.status = 404;
    return response;
  }
  void OnRequest(HttpRequest request, Responder responder) override {
    page_.OnRequest(std::move(request), responder);
  }
  void OnRefused(int, const char*) override {}

 private:
  std::shared_ptr<const AdminServices> Services(Moment (*moment)()) {
    auto services = std::make_shared<AdminServices>(*admin_.Services());
    services->status = [moment] { return moment().report; };
    return services;
  }

  SystemClock clock_;
  FakeAdmin admin_;
  StatusPage page_;
  std::unique_ptr<HttpListener> listener_;
};

}  // namespace

int Main() {
  const std::pair<const char*, Moment (*)()> moments[] = {{"healthy", Healthy},
                                                          {"token", RefusedToken},
                                                          {"failures", Failures},
                                                          {"hostile", Hostile},
                                                          {"fresh", Fresh}};
  std::deque<Server> servers;
  for (const auto& [name, moment] : moments) {
    std::cout << name << " " << servers.emplace_back(moment).Url() << "\n";
  }
  std::cout << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
  }
  return 0;
}

}  // namespace flaglinkd

int main() {
  return flaglinkd::Main();
}
