#include "daemon/admin/status_json.h"

#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

// 2026-07-25T10:00:00Z
constexpr TimePoint kNow(std::chrono::seconds(1'784'973'600));

StatusReport SampleStatus() {
  using std::chrono::milliseconds, std::chrono::seconds, std::chrono::minutes, std::chrono::hours;
  StatusReport report;
  report.version = "1.2.3";
  report.now = kNow;
  report.started = kNow - hours(24);
  report.troubles = {"the store takes nothing: disk full"};
  report.sources = {{"jira", "jira", "/hooks/jira", 5, 4, 3, 2, 1, 6, kNow - minutes(1), "stored"},
                    {"chat", "slack", "/hooks/chat", 0, 0, 0, 0, 0, 0, std::nullopt, ""}};
  report.queue.applied = 10;
  report.queue.foreign = 1;
  report.queue.waiting = 2;
  report.queue.unknown_flag = 3;
  report.queue.failed = 4;
  report.queue.total_made = 20;
  report.queue.oldest_due = kNow - milliseconds(90'250);
  report.delivery.pauses = {{"permission", "default: create", kNow + minutes(5)}};
  report.delivery.budget = BudgetStatus{80, kNow + seconds(10)};
  report.delivery.under_way = 2;
  report.catalog = {{"default", 42, milliseconds(61'500)}};
  report.config = {"0123456789abcdef", kNow - hours(1), "flaglinkd.toml:3: no \"x\"",
                   kNow - minutes(30)};
  report.history = {{1, 2, 3, 4, 5.1234, 6.5}, {}};
  return report;
}

TEST(StatusJson, HoldsAllThatTheReportDoes) {
  const HttpResponse response = StatusResponse(SampleStatus());
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(
      response.body,
      R"({"version":"1.2.3","now":"2026-07-25T10:00:00Z","started":"2026-07-24T10:00:00Z",)"
      R"("troubles":["the store takes nothing: disk full"],)"
      R"("sources":[{"name":"jira","adapter":"jira","path":"/hooks/jira","stored":5,"ignored":4,)"
      R"("duplicate":3,"failed":2,"rejected":1,"unavailable":6,)"
      R"("last_event":"2026-07-25T09:59:00Z","last_outcome":"stored"},)"
      R"({"name":"chat","adapter":"slack","path":"/hooks/chat","stored":0,"ignored":0,)"
      R"("duplicate":0,"failed":0,"rejected":0,"unavailable":0,"last_outcome":""}],)"
      R"("queue":{"applied":10,"foreign":1,"waiting":2,"unknown_flag":3,"failed":4,)"
      R"("total_made":20,"oldest_due_seconds":90.25},)"
      R"("delivery":{"enabled":true,"pauses":[{"reason":"permission","scope":"default: create",)"
      R"("until":"2026-07-25T10:05:00Z"}],"budget":{"remaining":80,)"
      R"("until":"2026-07-25T10:00:10Z"},"under_way":2},)"
      R"("catalog":[{"project":"default","flags":42,"age_seconds":61.5}],)"
      R"("config":{"hash":"0123456789abcdef","loaded":"2026-07-25T09:00:00Z",)"
      R"("refused":"flaglinkd.toml:3: no \"x\"","refused_at":"2026-07-25T09:30:00Z"},)"
      R"("history":[{"events":1,"rejected":2,"requests":3,"applied":4,"answer_ms":5.123,)"
      R"("delivery_s":6.5},{"events":0,"rejected":0,"requests":0,"applied":0,"answer_ms":0.0,)"
      R"("delivery_s":0.0}]})");
}

TEST(StatusJson, LeavesOutWhatIsNotThere) {
  StatusReport report;
  report.delivery.enabled = false;
  report.troubles = {"\xff"};
  // In a while, when its patience or its settling is over.
  report.queue.oldest_due = report.now + std::chrono::seconds(1);
  EXPECT_EQ(
      StatusResponse(report).body,
      R"({"version":"","now":"1970-01-01T00:00:00Z","started":"1970-01-01T00:00:00Z",)"
      "\"troubles\":[\"\xef\xbf\xbd\"],"
      R"("sources":[],"queue":{"applied":0,"foreign":0,"waiting":0,"unknown_flag":0,)"
      R"("failed":0,"total_made":0},"delivery":{"enabled":false,"pauses":[],"under_way":0},"catalog":[],)"
      R"("config":{"hash":"","loaded":"1970-01-01T00:00:00Z","refused":""},"history":[]})");
}

}  // namespace
}  // namespace flaglinkd
