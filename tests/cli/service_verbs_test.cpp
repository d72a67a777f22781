// The verbs from the command line to a service on a socket, and back to the terminal.
#include "daemon/cli/service_verbs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <fstream>

#include "daemon/admin/admin_handler.h"
#include "daemon/admin/utc_time.h"
#include "tests/fakes/fake_admin.h"
#include "tests/fakes/temporary_folder.h"

namespace flaglinkd {
namespace {

using testing::HasSubstr;
using testing::internal::CaptureStderr;
using testing::internal::CaptureStdout;
using testing::internal::GetCapturedStderr;
using testing::internal::GetCapturedStdout;

class ServiceVerbsTest : public ::testing::Test {
 protected:
  void StartService() {
    ListenerOptions options;
    options.address = "unix:" + socket_;
    listener_ = HttpListener::Start(options, handler_).value();
  }

  // Runs the verb as the program does; what it writes is in out_ and err_.
  int Run(std::vector<std::string> words) {
    CLI::App app;
    LoadSettings settings;
    ServiceArguments arguments;
    DescribeServiceVerbs(app, settings, arguments);
    words.insert(words.end(), {"--socket", socket_});
    std::reverse(words.begin(), words.end());  // as CLI11 takes them
    app.parse(words);
    CaptureStdout();
    CaptureStderr();
    const int code = arguments.run();
    out_ = GetCapturedStdout();
    err_ = GetCapturedStderr();
    return code;
  }

  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }

  TemporaryFolder folder_;
  const std::string socket_ = folder_ / "admin.sock";
  Metrics metrics_{{"tracker"}, "1.2.3"};
  SystemClock clock_;
  FakeAdmin fake_;
  AdminApi api_{fake_.Services(), clock_};
  StatusPage page_{fake_.Services(), clock_};
  AdminHandler handler_{metrics_, [] { return std::vector<std::string>(); }, api_, page_};
  std::unique_ptr<HttpListener> listener_;
  std::string out_, err_;
};

TEST_F(ServiceVerbsTest, ListsLinksAsATableOrAsJson) {
  fake_.queue.links = {SampleLink()};
  StartService();
  EXPECT_EQ(Run({"links", "list", "--source", "tracker", "--limit", "7"}), kFine);
  EXPECT_THAT(out_, HasSubstr("17.4  failed  2026-07-25T10:00:00Z  default/checkout-v2"));
  EXPECT_EQ(fake_.queue.link_filter.name_space, "jira");
  EXPECT_EQ(fake_.queue.link_filter.limit, 7u);
  EXPECT_EQ(Run({"links", "list", "--output", "json"}), kFine);
  EXPECT_THAT(out_, HasSubstr(R"({"links":[{"id":"17.4")"));
}

TEST_F(ServiceVerbsTest, PassesEveryConditionOn) {
  StartService();
  EXPECT_EQ(Run({"links", "retry", "--status", "failed", "--flag", "a", "--project", "p",
                 "--resource", "SHOP 42", "--since", "2026-07-25"}),
            kFine);
  EXPECT_EQ(out_, "0 links tried again\n");
  const LinkFilter& filter = fake_.queue.link_filter;
  EXPECT_EQ(filter.status, "failed");
  EXPECT_EQ(filter.flag, "a");
  EXPECT_EQ(filter.project, "p");
  EXPECT_EQ(filter.resource, "SHOP 42");
  EXPECT_EQ(filter.since, ParseUtc("2026-07-25"));
}

TEST_F(ServiceVerbsTest, ForgetsALinkHereOrAtLaunchDarklyToo) {
  fake_.queue.links = {SampleLink()};
  StartService();
  EXPECT_EQ(Run({"links", "forget", "17.4"}), kFine);
  EXPECT_EQ(out_, "1 link forgotten\n");
  EXPECT_FALSE(fake_.queue.removed);
  EXPECT_EQ(Run({"links", "forget", "17.4", "--remove"}), kFine);
  EXPECT_TRUE(fake_.queue.removed);
}

TEST_F(ServiceVerbsTest, ShowsAndReplaysAnEvent) {
  fake_.queue.events = {SampleEvent(9)};
  fake_.queue.payloads[9] = {{}, "application/json", "{}"};
  fake_.reading = {"ignored", "a worklog", {}};
  StartService();
  EXPECT_EQ(Run({"events", "list", "--status", "failed"}), kFine);
  EXPECT_THAT(out_, HasSubstr("not readable by the adapter"));
  EXPECT_EQ(Run({"events", "show", "9"}), kFine);
  EXPECT_THAT(out_, HasSubstr("with the present rules:\noutcome   ignored\nreason    a worklog"));
  EXPECT_EQ(Run({"events", "replay", "9"}), kFine);
  EXPECT_EQ(out_, "replayed: stored as event 101, 1 link changed\n");
  EXPECT_EQ(Run({"events", "replay", "--source", "tracker"}), kFine);
  EXPECT_EQ(out_, "replayed: 1 event stored (1 link changed), 0 ignored, 0 failed\n");
}

TEST_F(ServiceVerbsTest, TellsWrongUseFromWhatIsNotThere) {
  StartService();
  EXPECT_EQ(Run({"links", "retry"}), kUsage);
  EXPECT_EQ(err_, "which links? Give an ID or a condition, as --status failed\n");
  EXPECT_EQ(Run({"links", "list", "--limit", "many"}), kUsage);
  EXPECT_EQ(err_, "limit is a number from 1 to 1000\n");
  EXPECT_EQ(Run({"links", "show", "9.9"}), kFailed);
  EXPECT_EQ(err_, "there is no link 9.9; `flaglinkd links list` shows them\n");
  EXPECT_EQ(out_, "");
}

TEST_F(ServiceVerbsTest, SaysThatNobodyListens) {
  EXPECT_EQ(Run({"links", "list"}), kFailed);
  EXPECT_EQ(err_, "nothing listens on " + socket_ + ": is flaglinkd running?\n");
}

TEST_F(ServiceVerbsTest, ImportsAFileLineByLine) {
  Guarded<std::vector<std::string>> bodies;
  fake_.import = [&](const Webhook& webhook) {
    bodies.Lock()->push_back(webhook.body + " " +
                             std::string(webhook.FindHeader("x-event").value_or("")));
    using Kind = CommitResult::Kind;
    return webhook.body == "{\"bad\":1}" ? CommitResult{Kind::kFailed, 0, 0, "no issue in it"}
                                         : CommitResult{Kind::kStored, 7, 1, ""};
  };
  StartService();
  const std::string file = Write("issues.jsonl", "{\"a\":1}\n\n{\"bad\":1}\r\n{\"c\":1}");
  EXPECT_EQ(Run({"import", "tracker", file, "-H", "X-Event: issue"}), kFailed);
  EXPECT_EQ(out_, "imported: 2 stored (2 links changed), 0 ignored, 1 failed\n");
  EXPECT_EQ(err_, "line 3: no issue in it\n");
  EXPECT_THAT(*bodies.Lock(),
              testing::ElementsAre("{\"a\":1} issue", "{\"bad\":1} issue", "{\"c\":1} issue"));
}

TEST_F(ServiceVerbsTest, AnImportPassesOverALineThatIsTooLong) {
  StartService();
  const std::string file = Write(
      "issues.jsonl", std::string((8u << 20) + 1, 'x') + "\n{}\n" + std::string(8u << 20, 'x'));
  EXPECT_EQ(Run({"import", "tracker", file, "--output", "json"}), kFailed);
  EXPECT_EQ(out_, R"({"stored":2,"ignored":0,"failed":1,"links":2})"
                  "\n");
  EXPECT_EQ(err_, "line 1: longer than 8 MiB\n");
}

TEST_F(ServiceVerbsTest, AnImportStopsWhereTheServiceTakesNothing) {
  fake_.import = [](const Webhook&) {
    return CommitResult{CommitResult::Kind::kUnavailable, 0, 0, "disk full"};
  };
  StartService();
  EXPECT_EQ(Run({"import", "tracker", Write("issues.jsonl", "{}\n{}\n")}), kFailed);
  EXPECT_EQ(err_,
            "line 1: disk full\nstopped there; what was imported before does no harm when it is "
            "imported again\n");
  EXPECT_EQ(Run({"import", "other", folder_ / "issues.jsonl"}), kFailed);
  EXPECT_THAT(err_, HasSubstr("line 1: no source is named other\n"));
}

TEST_F(ServiceVerbsTest, AnImportNeedsAFileAndASource) {
  EXPECT_EQ(Run({"import", "tracker", folder_ / "absent.jsonl"}), kUsage);
  EXPECT_EQ(err_, "read " + (folder_ / "absent.jsonl").string() + ": No such file or directory\n");
  EXPECT_EQ(Run({"import", "tracker", folder_.path()}), kUsage);
  EXPECT_EQ(err_, "read " + folder_.path().string() + ": Is a directory\n");
  EXPECT_EQ(Run({"import", "a/b", folder_ / "absent.jsonl"}), kUsage);
  EXPECT_EQ(err_, "no source can be named 'a/b'\n");
}

TEST_F(ServiceVerbsTest, ArmsASource) {
  Guarded<bool> replaced{false};
  fake_.arm = [&](const std::string& source, bool replace) -> Result<TimePoint> {
    *replaced.Lock() = replace;
    if (source == "jira") {
      return Error{Error::Code::kConflict, "source jira has a secret in /x; --replace …"};
    }
    return TimePoint(std::chrono::seconds(1'784'973'600));
  };
  StartService();
  EXPECT_EQ(Run({"arm", "asana"}), kFine);
  EXPECT_EQ(out_,
            "source asana is armed until 2026-07-25T10:00:00Z: make the webhook in the tool now\n");
  EXPECT_FALSE(*replaced.Lock());
  EXPECT_EQ(Run({"arm", "asana", "--replace", "--output", "json"}), kFine);
  EXPECT_EQ(out_, "{\"armed_until\":\"2026-07-25T10:00:00Z\"}\n");
  EXPECT_TRUE(*replaced.Lock());
  EXPECT_EQ(Run({"arm", "jira"}), kFailed);
  EXPECT_EQ(err_, "source jira has a secret in /x; --replace …\n");
  EXPECT_EQ(Run({"arm", "a/b"}), kUsage);
  EXPECT_EQ(err_, "no source can be named 'a/b'\n");
}

}  // namespace
}  // namespace flaglinkd
