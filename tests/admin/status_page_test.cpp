#include "daemon/admin/status_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/admin/page/page_files.h"
#include "daemon/base/guarded.h"
#include "tests/fakes/blocking_client.h"
#include "tests/fakes/fake_admin.h"
#include "tests/fakes/manual_clock.h"

namespace flaglinkd {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

const TimePoint kNow{seconds(1'784'973'600)};  // 2026-07-25T10:00:00Z

// The page alone behind a real listener.
class PageHandler final : public HttpHandler {
 public:
  explicit PageHandler(const StatusPage& page) : page_(page) {}
  std::variant<Accept, HttpResponse> OnHead(const HttpRequest&) override { return Accept{0}; }
  void OnRequest(HttpRequest request, Responder responder) override {
    page_.OnRequest(std::move(request), responder);
  }
  void OnRefused(int, const char*) override {}

 private:
  const StatusPage& page_;
};

class StatusPageTest : public testing::Test {
 protected:
  StatusPageTest() {
    report_.version = "1.2.3";
    report_.now = report_.started = kNow - minutes(5);
    report_.sources = {
        {"jira", "jira", "/hooks/jira", 1234, 5, 0, 0, 2, 0, kNow - minutes(3), "stored"}};
    report_.queue.applied = report_.queue.total_made = 8412;
    report_.config.hash = "9f2c61d0";
    report_.config.loaded = report_.started;
    report_.history.resize(2);
    report_.history[0].events = 41;
    report_.history[0].rejected = 2;

    LinkReport link;
    link.id = "17.4";
    link.flag = {"default", "checkout-v2"};
    link.name_space = "jira";
    link.resource = "acme.atlassian.net/10042";
    link.name = "SHOP-42";
    link.title = "Roll out";
    link.url = "https://acme.atlassian.net/browse/SHOP-42";
    link.status = "failed";
    link.attempts = 2;
    link.reason = "400: no title";
    link.changed_at = kNow - minutes(1);
    fake_.queue.links = {link};

    EventReport event;
    event.id = 90310;
    event.source = "jira";
    event.outcome = "failed";
    event.reason = "body is no JSON";
    event.received = kNow - minutes(3);
    fake_.queue.events = {event};
  }

  HttpAnswer Get(const std::string& path) {
    const StatusPage page(fake_.Services(), clock_);
    PageHandler handler(page);
    ListenerOptions options;
    options.address = "127.0.0.1:0";
    const auto listener = HttpListener::Start(options, handler).value();
    return client_.Get("http://127.0.0.1:" + std::to_string(listener->port()) + path);
  }
  std::string Body(const std::string& path = "/") { return Get(path).body; }

  ManualClock clock_{kNow};
  FakeAdmin fake_;
  StatusReport& report_ = fake_.status;
  BlockingClient client_;
};

TEST_F(StatusPageTest, KnowsItsPaths) {
  for (const char* path : {"/", "/style.css", "/script.js"}) {
    EXPECT_TRUE(StatusPage::IsPagePath(path)) << path;
  }
  for (const char* path : {"", "//", "/index.html", "/style.css/", "/metrics", "/api/v1/status"}) {
    EXPECT_FALSE(StatusPage::IsPagePath(path)) << path;
  }
}

TEST_F(StatusPageTest, TheVerdictIsTheOneHeading) {
  const std::string body = Body();
  EXPECT_THAT(body,
              HasSubstr("<h1 id=\"verdict\">Everything works. The last webhook came 3 min ago from "
                        "jira.</h1></section>"));
  EXPECT_THAT(body, HasSubstr("<title>Working · flaglinkd</title>"));
  EXPECT_EQ(body.find("<h1"), body.rfind("<h1"));
}

TEST_F(StatusPageTest, ShowsEachSource) {
  EXPECT_THAT(
      Body(),
      HasSubstr("<tr><th scope=\"row\">jira <small><code>/hooks/jira</code></small></th>"
                "<td><time datetime=\"2026-07-25T09:57:00Z\">3 min ago <small>09:57:00 UTC</small>"
                "</time></td><td><span class=\"state good\">stored</span></td>"
                "<td class=\"number\">1,234</td><td class=\"number\">5</td>"
                "<td class=\"number\">0</td><td class=\"number \">0</td>"
                "<td class=\"number trouble\">2</td><td class=\"number \">0</td></tr>"));
}

TEST_F(StatusPageTest, ShowsLinksByStatusWithTheOldestDue) {
  report_.queue.oldest_due = kNow - minutes(2);
  const std::string body = Body();
  EXPECT_THAT(body, HasSubstr("since <time datetime=\"2026-07-25T09:58:00Z\">2 min ago"));
  EXPECT_THAT(body, HasSubstr("<th scope=\"row\">applied</th><td class=\"number\">8,412</td>"));
}

TEST_F(StatusPageTest, ShowsWhatHoldsDeliveryUp) {
  report_.delivery.pauses = {{"permission", "default create", kNow + seconds(40)}};
  report_.delivery.budget = BudgetStatus{412, kNow + seconds(7)};
  report_.catalog = {{"default", 1312, seconds(140)}};
  const std::string body = Body();
  EXPECT_THAT(body, HasSubstr("<span class=\"state bad\">paused</span> default create: a "
                              "permission is missing, next try <time "
                              "datetime=\"2026-07-25T10:00:40Z\">in 40 s"));
  EXPECT_THAT(
      body,
      HasSubstr("412 requests left; the window ends <time datetime=\"2026-07-25T10:00:07Z\">"));
  EXPECT_THAT(body, HasSubstr("<dd>1,312, read 2 min ago</dd>"));
}

TEST_F(StatusPageTest, SaysInWordsWhatAPlotShows) {
  EXPECT_THAT(Body(), HasSubstr("aria-label=\"Webhooks, last 6 hours: now nothing, at most 43 (5 "
                                "min ago); 41 taken, 2 rejected\""));
}

TEST_F(StatusPageTest, ShowsTheReasonOfAnEvent) {
  EXPECT_THAT(Body(),
              HasSubstr("<span class=\"state bad\">failed</span></td><td class=\"number\">0</td>"
                        "<td class=\"reason\">body is no JSON</td></tr>"));
  EXPECT_EQ(fake_.queue.event_filter.limit, 30u);
}

TEST_F(StatusPageTest, ListsFailedLinksWithAButtonForAScriptAndTheCommandForAShell) {
  report_.queue.failed = 7;
  const std::string body = Body();
  EXPECT_THAT(body, HasSubstr("The newest 1 of 7;"));
  EXPECT_THAT(
      body,
      HasSubstr("<li data-link=\"17.4\"><div><p><a href=\"https://acme.atlassian.net/browse/SHOP-"
                "42\" rel=\"noopener noreferrer\">SHOP-42 Roll out</a> <span "
                "aria-hidden=\"true\">→</span><span class=\"unseen\"> on flag </span> "
                "<code>default/checkout-v2</code></p><p><span class=\"state bad\">failed</span> "
                "<span class=\"reason\">400: no title</span></p><p class=\"quiet\">jira · 2 "
                "attempts · changed <time datetime=\"2026-07-25T09:59:00Z\">1 min ago "
                "<small>09:59:00 UTC</small></time> · <code>flaglinkd links retry 17.4</code></p>"
                "</div><button type=\"button\" hidden>Retry<span class=\"unseen\"> SHOP-42 Roll "
                "out on default/checkout-v2</span></button></li>"));
}

TEST_F(StatusPageTest, NamesAResourceOnceWhateverIsKnownOfIt) {
  LinkReport& link = fake_.queue.links[0];
  const auto expect_shown = [&](const char* name, const char* title, const std::string& shown) {
    link.name = name;
    link.title = title;
    EXPECT_THAT(Body("/?flag=checkout-v2"), HasSubstr("\"noopener noreferrer\">" + shown + "</a>"));
  };
  expect_shown("SHOP-42", "Roll out", "SHOP-42 Roll out");
  expect_shown("SHOP-42", "SHOP-42: Roll out", "SHOP-42: Roll out");
  expect_shown("SHOP-42", "", "SHOP-42");
  expect_shown("", "Roll out", "acme.atlassian.net/10042 Roll out");
}

TEST_F(StatusPageTest, LooksForNoLinksWhereNoneHasFailed) {
  EXPECT_THAT(Body(), Not(HasSubstr("Failed links")));
  EXPECT_EQ(fake_.queue.link_filter.status, std::nullopt);
}

TEST_F(StatusPageTest, SearchesTheLinksOfAFlag) {
  EXPECT_THAT(Body("/?flag=+default%2Fcheckout-v2+"),
              HasSubstr("<p>1 link of <code>default/checkout-v2</code>.</p>"));
  EXPECT_EQ(fake_.queue.link_filter.project, "default");
  EXPECT_EQ(fake_.queue.link_filter.flag, "checkout-v2");
  Body("/?flag=checkout-v2");
  EXPECT_EQ(fake_.queue.link_filter.project, std::nullopt);
  EXPECT_EQ(fake_.queue.link_filter.flag, "checkout-v2");
  fake_.queue.links.clear();
  EXPECT_THAT(Body("/?flag=%3Cb%3E"), HasSubstr("No link is known for <code>&lt;b&gt;</code>."));
}

TEST_F(StatusPageTest, OffersToRetryWhatIsNotAsItShouldBe) {
  const std::pair<const char*, bool> cases[] = {{"failed", true},       {"waiting", true},
                                                {"unknown_flag", true}, {"applied", false},
                                                {"foreign", false},     {"gone", false}};
  for (const auto& [status, offered] : cases) {
    SCOPED_TRACE(status);
    fake_.queue.links[0].status = status;
    const std::string body = Body("/?flag=checkout-v2");
    EXPECT_EQ(body.find("hidden>Retry") != body.npos, offered);
    EXPECT_EQ(body.find("flaglinkd links retry 17.4") != body.npos, offered);
  }
}

TEST_F(StatusPageTest, AsksForTheTokenInOnePlace) {
  report_.queue.failed = 1;
  const std::string body = Body("/?flag=checkout-v2");
  EXPECT_NE(body.find("id=\"token\""), body.npos);
  EXPECT_EQ(body.find("id=\"token\""), body.rfind("id=\"token\""));
}

TEST_F(StatusPageTest, AQueryThatIsNoneIsNoSearch) {
  for (const char* query : {"?flag=%zz", "?flag=a&flag=b", "?flag=", "?x=y", "?"}) {
    SCOPED_TRACE(query);
    const HttpAnswer answer = Get(std::string("/") + query);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(fake_.queue.link_filter.flag, std::nullopt);
  }
}

TEST_F(StatusPageTest, NothingFromOutsideBecomesMarkup) {
  report_.queue.failed = 1;
  report_.troubles = {"<trouble>"};
  LinkReport& link = fake_.queue.links[0];
  link.id = link.reason = link.title = link.name = link.name_space =
      "\"'><script>alert(1)</script>";
  link.url = "https://acme.example/\"onclick=\"alert(1)";
  fake_.queue.events[0].reason = fake_.queue.events[0].source = "<img src=x>";
  const std::string body = Body("/?flag=%22autofocus%20onfocus=%22alert(1)");
  for (const char* markup : {"<script>", "<trouble", "<img", "\"onclick", "\"autofocus"}) {
    EXPECT_THAT(body, Not(HasSubstr(markup)));
  }
  EXPECT_THAT(body, HasSubstr("href=\"https://acme.example/&quot;onclick=&quot;alert(1)\""));
}

TEST_F(StatusPageTest, OnlyWebAddressesAreLinkedTo) {
  report_.queue.failed = 1;
  for (const char* url : {"javascript:alert(1)", " https://acme.example/", "data:text/html,x", "",
                          "//acme.example/", "https://"}) {
    SCOPED_TRACE(url);
    fake_.queue.links[0].url = url;
    EXPECT_THAT(Body(), HasSubstr("<p><b>SHOP-42 Roll out</b>"));
  }
  fake_.queue.links[0].url = "HTTP://acme.example/";
  EXPECT_THAT(Body(), HasSubstr("<a href=\"HTTP://acme.example/\" rel=\"noopener noreferrer\">"));
}

TEST_F(StatusPageTest, AnswersWithoutTheQueueAndSaysSo) {
  report_.queue.failed = 1;
  *fake_.questions_left.Lock() = 0;
  const HttpAnswer answer = Get("/?flag=checkout-v2");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr("<h1 id=\"verdict\">1 link has failed"));
  EXPECT_THAT(answer.body, HasSubstr("not known now</span> the queue is busy"));
  EXPECT_THAT(answer.body, Not(HasSubstr("No event is stored")));
}

TEST_F(StatusPageTest, ShowsTheQueuesOwnError) {
  fake_.queue.error = Error{Error::Code::kUnavailable, "read events: disk I/O error"};
  EXPECT_THAT(Body(), HasSubstr("not known now</span> read events: disk I/O error"));
}

TEST_F(StatusPageTest, TheBrowserIsToRunAndLoadNothingElse) {
  for (const char* path : {"/", "/style.css", "/script.js"}) {
    SCOPED_TRACE(path);
    const HttpAnswer answer = Get(path);
    EXPECT_EQ(answer.status, 200);
    const auto header = [&](std::string_view name) {
      for (const Header& each : answer.headers) {
        if (each.name == name) return each.value;
      }
      return std::string();
    };
    EXPECT_EQ(header("content-security-policy"),
              "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
              "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
    EXPECT_EQ(header("x-content-type-options"), "nosniff");
    EXPECT_EQ(header("referrer-policy"), "no-referrer");
    EXPECT_EQ(header("cache-control"), "no-store");
  }
  // The policy would forbid both.
  EXPECT_THAT(Body(), Not(HasSubstr("style=\"")));
  EXPECT_THAT(Body(), Not(HasSubstr("onclick")));
}

TEST_F(StatusPageTest, BringsItsFilesInTheProgram) {
  EXPECT_EQ(Body("/style.css"), kPageStyle);
  EXPECT_EQ(Body("/script.js"), kPageScript);
  EXPECT_THAT(kPageStyle, testing::StartsWith(":root {"));
  EXPECT_THAT(kPageScript, HasSubstr("\"use strict\";"));
}

}  // namespace
}  // namespace flaglinkd
