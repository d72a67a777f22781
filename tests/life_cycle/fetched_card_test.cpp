// A message of Slack holds its people and places as ids: what its card shows before and after
// Slack's API was asked. With the built adapter, a real queue, and the API on loopback.
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/adapt/adapter.h"
#include "daemon/fetch/fetch_worker.h"
#include "daemon/queue/sqlite_link_queue.h"
#include "daemon/receive/interpret.h"
#include "tests/fakes/fault_server.h"
#include "tests/fakes/redirected_client.h"
#include "tests/fakes/temporary_folder.h"

namespace flaglinkd {
namespace {

constexpr char kMessage[] = R"({"type": "event_callback", "team_id": "T0ACME",
    "event_id": "Ev0MDYA7HL", "event_time": 1767225600,
    "event": {"type": "message", "user": "U061F7AUR", "text": "flag:checkout-v2 is on",
              "ts": "1767225600.000100", "channel": "C024BE91L", "channel_type": "channel",
              "event_ts": "1767225600.000100"}})";

HttpResponse AnswerAsSlack(const HttpRequest& request) {
  static const std::map<std::string, std::string> kMethods = {
      {"/api/team.info?team=T0ACME", R"({"ok": true, "team": {"domain": "acme"}})"},
      {"/api/conversations.info?channel=C024BE91L",
       R"({"ok": true, "channel": {"name": "general", "is_private": false}})"},
      {"/api/users.info?user=U061F7AUR",
       R"({"ok": true, "user": {"name": "ada", "profile": {"display_name": "Ada",
           "image_72": "https://avatars.slack-edge.com/ada_72.png"}}})"}};
  HttpResponse response;
  response.body = R"({"ok": false, "error": "not_authed"})";
  for (const Header& header : request.headers) {
    if (header.name == "authorization" && header.value == "Bearer xoxb-1")
      response.body = kMethods.at(request.path + '?' + request.query);
  }
  return response;
}

Source SlackSource() {
  SourceOptions options;
  options.name = options.adapter = options.name_space = "slack";
  options.verify = false;
  options.projects = {"default"};
  options.api_token = Secret("xoxb-1");
  return {std::move(options),
          LoadAdapter(FLAGLINKD_BINARY_DIR "/adapters", "slack").value(),
          {},
          MatchRules::Compile({}, {"default"}, {}).value()};
}

class FetchedCard : public testing::Test {
 protected:
  FetchedCard() {
    QueueOptions options;
    options.file = folder_ / "queue.db";
    options.settle = Duration(0);
    queue_ = OpenSqliteQueue(options, clock_.Now()).value();
    writer_ = std::make_unique<Writer>(*queue_, clock_, Writer::Options{}, Writer::Observer{});
  }

  FetchReading Read(std::vector<FetchedDocument> documents) const {
    Interpretation read = Interpret(source_, KnownFlags(), webhook_, std::move(documents));
    return {std::move(read.needs), std::move(read.event), std::make_shared<Secret>("xoxb-1")};
  }
  void Receive() {
    std::promise<CommitResult> stored;
    writer_->Commit(Read({}).event, [&](const CommitResult& result) { stored.set_value(result); });
    EXPECT_EQ(stored.get_future().get().links, 1);
  }
  std::unique_ptr<FetchWorker> StartFetch() {
    FetchWorker::Surroundings surroundings{
        std::make_unique<RedirectedClient>("https://slack.com", slack_.origin()),
        *writer_,
        clock_,
        metrics_,
        [] { return 0.0; },
        {}};
    surroundings.read = [this](const WaitingFetch&, std::vector<FetchedDocument> documents,
                               const std::function<void(Result<FetchReading>)>& done) {
      done(Read(std::move(documents)));
    };
    return std::make_unique<FetchWorker>(std::move(surroundings));
  }
  // What would be posted now, a line each; "": nothing new.
  std::string Card() {
    std::promise<std::string> card;
    writer_->Ask([&](LinkQueue& queue) {
      Batch claim;
      claim.now = clock_.Now();
      claim.claim_limit = 1;
      claim.lease = Duration(1);
      const BatchResult claimed = queue.Execute(claim).value();
      std::string text;
      for (const Lease& lease : claimed.leases) {
        text = lease.wanted.body.title + '\n' + lease.wanted.body.deep_link + '\n';
        for (const MetadataField& field : lease.wanted.body.metadata)
          text += field.name + ": " + field.value + '\n';
      }
      card.set_value(text);
    });
    return card.get_future().get();
  }

  TemporaryFolder folder_;
  SystemClock clock_;
  Metrics metrics_{{"slack"}, "1"};
  const Source source_ = SlackSource();
  const Webhook webhook_{"POST", {{"content-type", "application/json"}}, kMessage, clock_.Now()};
  FaultServer slack_{AnswerAsSlack};
  std::unique_ptr<LinkQueue> queue_;
  std::unique_ptr<Writer> writer_;
};

TEST_F(FetchedCard, ShowsFallbacksUntilSlacksApiHasToldNamesAndFace) {
  Receive();
  EXPECT_EQ(Card(), R"(Message in #C024BE91L
https://app.slack.com/client/T0ACME/C024BE91L
avatarUrl: https://a.slack-edge.com/80588/img/plugins/app/service_72.png
channelName: C024BE91L
displayName: U061F7AUR
message: flag:checkout-v2 is on
)");
  const std::string complete = R"(Message in #general
https://acme.slack.com/archives/C024BE91L/p1767225600000100
avatarUrl: https://avatars.slack-edge.com/ada_72.png
channelName: general
displayName: Ada
message: flag:checkout-v2 is on
)";
  const std::unique_ptr<FetchWorker> worker = StartFetch();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  std::string card;
  while ((card = Card()) != complete && std::chrono::steady_clock::now() < end)
    std::this_thread::yield();
  EXPECT_EQ(card, complete);
  EXPECT_EQ(slack_.Arrivals().size(), 3u);
}

}  // namespace
}  // namespace flaglinkd
