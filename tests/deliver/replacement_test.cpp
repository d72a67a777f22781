// A removal and a creation, and what happens to the old content when the creation is refused.
#include <gtest/gtest.h>

#include "daemon/deliver/delivery.h"
#include "tests/deliver/claimed_delivery.h"

namespace flaglinkd {
namespace {

using Answer = AttemptOutcome::Result;
using End = Outcome::Kind;

class Replacement : public testing::Test {
 protected:
  static Delivery Removed() {
    Lease lease = LeaseOf(Wish::kWanted, {Presence::kThere, "id", FingerprintOf(JiraBody("Old"))},
                          JiraBody("New"));
    lease.accepted = JiraBody("Old");
    Delivery delivery = Plan(lease);
    EXPECT_FALSE(Take(delivery, Got(Answer::kDone)));
    return delivery;
  }
};

TEST_F(Replacement, ThatIsRefusedPutsTheOldContentBackAndFails) {
  Delivery delivery = Removed();
  EXPECT_FALSE(Take(delivery, Got(Answer::kRefused, "POST answered 400")));
  EXPECT_EQ(delivery.next->kind, RequestKind::kCreate);
  EXPECT_EQ(delivery.next->body, JiraBody("Old"));
  const auto outcome = Take(delivery, Made("0b"));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, End::kFailed);
  EXPECT_EQ(outcome->reason, "the old content is shown: POST answered 400");
  EXPECT_EQ(outcome->applied,
            (AppliedLink{Presence::kThere, "0b", FingerprintOf(JiraBody("Old"))}));
}

TEST_F(Replacement, PutsTheOldContentBackOnce) {
  Delivery delivery = Removed();
  Take(delivery, Got(Answer::kRefused, "POST answered 400"));
  const auto outcome = Take(delivery, Got(Answer::kRefused, "POST answered 413"));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, End::kFailed);
  EXPECT_EQ(outcome->reason, "nothing is shown: POST answered 400");
  EXPECT_EQ(outcome->applied, AppliedLink());
}

TEST_F(Replacement, WithNothingToPutBackFailsAtOnce) {
  Delivery delivery = Removed();
  delivery.lease.accepted.reset();
  EXPECT_EQ(Take(delivery, Got(Answer::kRefused, "POST answered 400"))->kind, End::kFailed);
}

TEST_F(Replacement, ThatIsCutShortKeepsItsSafetyNet) {
  for (const Answer answer : {Answer::kRetry, Answer::kLost, Answer::kRateLimited}) {
    Delivery delivery = Removed();
    const auto outcome = Take(delivery, Got(answer));
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->applied.presence, Presence::kMaybe);
    Lease lease = delivery.lease;
    lease.applied = outcome->applied;
    delivery = Plan(lease);
    EXPECT_FALSE(Take(delivery, Got(Answer::kAbsent)));
    EXPECT_FALSE(Take(delivery, Got(Answer::kRefused, "POST answered 400")));
    EXPECT_EQ(delivery.next->body, JiraBody("Old"));
  }
}

TEST_F(Replacement, OfAFlagThatIsGoneWaitsForTheFlag) {
  Delivery delivery = Removed();
  const auto outcome = Take(delivery, Got(Answer::kUnknownFlag));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, End::kUnknownFlag);
  EXPECT_EQ(outcome->applied, AppliedLink());
}

}  // namespace
}  // namespace flaglinkd
