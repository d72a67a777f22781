// A link that is there and is to show something else, from the event to LaunchDarkly.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "tests/deliver/delivery_fixture.h"

namespace flaglinkd {
namespace {

using testing::ElementsAre;

const FlagKey kFlag{"default", "checkout-v2"};
const std::string kUrl = "https://acme.example/browse/SHOP-42";
const std::string kOtherUrl = "https://acme.example/browse/STORE-1";

class DeliveryChanges : public testing::Test {
 protected:
  DeliveryChanges() {
    delivery_.Mention("SHOP-42", kFlag);
    EXPECT_TRUE(delivery_.AwaitApplied(1));
    before_ = delivery_.stand_in.Links().at(0);
  }
  // Waits for so many applied changes, the first of which made the link.
  bool AwaitChanges(int changes) {
    return delivery_.Await([&] { return delivery_.writer.Statistics().total_applied == changes; });
  }
  LaunchDarklyStandIn::Link OnlyLink() const {
    const auto links = delivery_.stand_in.Links();
    EXPECT_EQ(links.size(), 1u);
    return links.at(0);
  }

  SystemClock clock_;
  DeliveryFixture delivery_{clock_, FastDelivery()};
  LaunchDarklyStandIn::Link before_;
};

TEST_F(DeliveryChanges, ANewTitleIsPatchedIn) {
  delivery_.Edit("SHOP-42", "Roll back", kUrl);
  ASSERT_TRUE(AwaitChanges(2));
  EXPECT_THAT(delivery_.Methods(), ElementsAre("POST", "PATCH"));
  EXPECT_EQ(OnlyLink().id, before_.id);
  EXPECT_EQ(OnlyLink().title, "Roll back");
}

TEST_F(DeliveryChanges, ANewUrlReplacesTheLink) {
  delivery_.Edit("SHOP-42", "Roll out", kOtherUrl);
  ASSERT_TRUE(AwaitChanges(2));
  EXPECT_THAT(delivery_.Methods(), ElementsAre("POST", "DELETE", "POST"));
  EXPECT_NE(OnlyLink().id, before_.id);
  EXPECT_EQ(OnlyLink().key, before_.key);
  EXPECT_EQ(OnlyLink().deep_link, kOtherUrl);
}

TEST_F(DeliveryChanges, AnEventThatChangesNothingThatIsShownSendsNothing) {
  delivery_.Edit("SHOP-42", before_.title, kUrl);
  delivery_.Edit("SHOP-42", "Roll back", kUrl);
  ASSERT_TRUE(delivery_.Await([&] { return OnlyLink().title == "Roll back"; }));
  EXPECT_THAT(delivery_.Methods(), ElementsAre("POST", "PATCH"));
}

TEST_F(DeliveryChanges, ALinkThatSomebodyRemovedIsMadeAgainOnceItsContentChanges) {
  *delivery_.intercept.Lock() = [](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.method != "PATCH") return std::nullopt;
    HttpResponse gone;
    gone.status = 404;
    return gone;
  };
  delivery_.Edit("SHOP-42", "Roll back", kUrl);
  ASSERT_TRUE(AwaitChanges(2));
  EXPECT_THAT(delivery_.Methods(), ElementsAre("POST", "PATCH", "POST"));
}

TEST_F(DeliveryChanges, AfterALostPatchTheLinkIsListedAndFoundAsItShouldBe) {
  delivery_.server.Misbehave({FaultServer::Fault::kLoseAnswer, {}}, 1);
  delivery_.Edit("SHOP-42", "Roll back", kUrl);
  ASSERT_TRUE(AwaitChanges(2));
  EXPECT_THAT(delivery_.Methods(), ElementsAre("POST", "PATCH", "GET"));
  EXPECT_EQ(OnlyLink().title, "Roll back");
}

TEST_F(DeliveryChanges, ARefusedReplacementLeavesTheOldContentAndFails) {
  *delivery_.intercept.Lock() = [](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.body.find("STORE-1") == std::string::npos) return std::nullopt;
    HttpResponse refused;
    refused.status = 400;
    return refused;
  };
  delivery_.Edit("SHOP-42", "Roll back", kOtherUrl);
  ASSERT_TRUE(delivery_.Await([&] { return delivery_.writer.Statistics().failed == 1; }));
  EXPECT_THAT(delivery_.Methods(), ElementsAre("POST", "DELETE", "POST", "POST"));
  EXPECT_EQ(OnlyLink().title, before_.title);
  EXPECT_EQ(OnlyLink().deep_link, kUrl);
  EXPECT_EQ(OnlyLink().key, before_.key);
}

}  // namespace
}  // namespace flaglinkd
