// The queue of a stopped service answers as the service does.
#include "daemon/cli/ask_stored_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "daemon/cli/queue_output.h"
#include "daemon/queue/sqlite_link_queue.h"
#include "tests/fakes/changes.h"
#include "tests/fakes/temporary_folder.h"

namespace flaglinkd {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class AskStoredQueueTest : public testing::Test {
 protected:
  AskStoredQueueTest() {
    config_.queue.file = folder_ / "flaglinkd.db";
    SourceOptions tracker;
    tracker.name = "tracker";
    tracker.name_space = "jira";
    config_.sources.push_back(std::move(tracker));
    const auto queue = Open();
    IncomingEvent event;
    event.source = "tracker";
    event.name_space = "jira";
    event.received = At(1);
    event.changes = {Showing(Naming({"checkout-v2"}))};
    event.payload = {{}, "application/json", "{\"a\":1}"};
    queue->Execute({At(1), {&event, 1}, {}, 0, Duration(0)}).value();
  }

  std::unique_ptr<LinkQueue> Open() const { return OpenSqliteQueue(config_.queue, At(0)).value(); }

  // As a person sees it, or the error's message.
  std::string Ask(QueueVerb verb, const QueueArguments& arguments = {}) {
    const Result<std::string> answer = AskStoredQueue(verb, arguments, config_, At(5));
    if (!answer) return answer.error().message;
    const Result<std::string> text = QueueAnswerAsText(verb, *answer);
    return text ? *text : text.error().message;
  }
  static QueueArguments ById(const std::string& id) {
    QueueArguments arguments;
    arguments.id = id;
    return arguments;
  }
  static QueueArguments Where(const std::string& name, const std::string& value) {
    QueueArguments arguments;
    arguments.conditions[name] = value;
    return arguments;
  }

  TemporaryFolder folder_;
  Config config_;
};

TEST_F(AskStoredQueueTest, ListsAndShows) {
  EXPECT_THAT(Ask(QueueVerb::kListLinks, Where("source", "tracker")),
              AllOf(HasSubstr("1.1"), HasSubstr("waiting"), HasSubstr("default/checkout-v2")));
  EXPECT_EQ(Ask(QueueVerb::kListLinks, Where("status", "failed")), "no links\n");
  EXPECT_THAT(Ask(QueueVerb::kShowLink, ById("1.1")),
              HasSubstr("url       https://acme.example/browse/SHOP-42\n"));
  EXPECT_THAT(Ask(QueueVerb::kListEvents), AllOf(HasSubstr("stored"), HasSubstr("tracker")));
  EXPECT_THAT(Ask(QueueVerb::kShowEvent, ById("1")), HasSubstr("as it was kept:"));
}

TEST_F(AskStoredQueueTest, ReadsBesideAProcessThatHasTheQueue) {
  const std::unique_ptr<LinkQueue> somebody = Open();
  EXPECT_THAT(Ask(QueueVerb::kListLinks), HasSubstr("waiting"));
  EXPECT_THAT(Ask(QueueVerb::kRetryLinks, ById("1.1")), HasSubstr("another process has it"));
}

TEST_F(AskStoredQueueTest, RetriesAndForgetsDurably) {
  EXPECT_EQ(Ask(QueueVerb::kRetryLinks, ById("1.1")), "0 links tried again\n");  // due already
  EXPECT_EQ(Ask(QueueVerb::kForgetLinks, ById("1.1")), "1 link forgotten\n");
  EXPECT_EQ(Open()->Statistics(At(5)).waiting, 0);
}

TEST_F(AskStoredQueueTest, SaysWhatIsNotThereAndWhatTakesTheService) {
  EXPECT_EQ(Ask(QueueVerb::kShowLink, ById("9.9")),
            "there is no link 9.9; `flaglinkd links list` shows them");
  EXPECT_EQ(Ask(QueueVerb::kForgetLinks, ById("9.9")),
            "there is no link 9.9; `flaglinkd links list` shows them");
  EXPECT_EQ(Ask(QueueVerb::kShowEvent, ById("9")),
            "there is no event 9; `flaglinkd events list` shows them");
  EXPECT_EQ(Ask(QueueVerb::kReplayEvents, ById("1")),
            "to replay takes the service: start it first");
  EXPECT_EQ(
      Ask(QueueVerb::kListLinks, Where("status", "odd")),
      "\"odd\" is no status of a link: applied, foreign, waiting, unknown_flag, failed or gone");
  EXPECT_EQ(Ask(QueueVerb::kListEvents, Where("limit", "0")), "limit is a number from 1 to 1000");
}

TEST_F(AskStoredQueueTest, MakesNoDatabaseWhereThereIsNone) {
  config_.queue.file = folder_ / "absent.db";
  const std::string absent = "open " + config_.queue.file.string() + ": No such file or directory";
  EXPECT_EQ(Ask(QueueVerb::kListLinks), absent);
  EXPECT_EQ(Ask(QueueVerb::kRetryLinks, ById("1.1")), absent);
  EXPECT_FALSE(std::filesystem::exists(config_.queue.file));
}

}  // namespace
}  // namespace flaglinkd
