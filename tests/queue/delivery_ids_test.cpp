#include "daemon/queue/delivery_ids.h"

#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

TEST(DeliveryIds, FindsWhatWasAddedBeforeAndAfterTheCommit) {
  DeliveryIds ids;
  ids.Add(1, DigestDelivery("a"), 7);
  EXPECT_EQ(ids.Candidate(1, DigestDelivery("a")), 7);
  ids.Keep();
  EXPECT_EQ(ids.Candidate(1, DigestDelivery("a")), 7);
  EXPECT_EQ(ids.Candidate(1, DigestDelivery("b")), std::nullopt);
  EXPECT_EQ(ids.Candidate(2, DigestDelivery("a")), std::nullopt);
}

TEST(DeliveryIds, ARollbackDropsWhatWasAdded) {
  DeliveryIds ids;
  ids.Add(1, DigestDelivery("a"), 7);
  ids.Keep();
  ids.Add(1, DigestDelivery("a"), 8);
  ids.Add(1, DigestDelivery("b"), 9);
  ids.Drop();
  EXPECT_EQ(ids.Candidate(1, DigestDelivery("a")), 7);
  EXPECT_EQ(ids.Candidate(1, DigestDelivery("b")), std::nullopt);
}

}  // namespace
}  // namespace flaglinkd
