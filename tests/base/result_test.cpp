#include "daemon/base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace flaglinkd {
namespace {

Result<int> Half(int number) {
  if (number % 2 != 0) return Error{Error::Code::kInvalid, "halve 3: odd"};
  return number / 2;
}

TEST(Result, HoldsTheValue) {
  const Result<int> result = Half(4);
  EXPECT_TRUE(result.ok());
  EXPECT_TRUE(static_cast<bool>(result));
  EXPECT_EQ(result.value(), 2);
  EXPECT_EQ(*result, 2);
}

TEST(Result, HoldsWhyThereIsNone) {
  const Result<int> result = Half(3);
  EXPECT_FALSE(result.ok());
  EXPECT_FALSE(static_cast<bool>(result));
  EXPECT_EQ(result.error().code, Error::Code::kInvalid);
  EXPECT_EQ(result.error().message, "halve 3: odd");
}

TEST(Result, AValueThatCantBeCopiedIsMovedOut) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  EXPECT_EQ(**result, 7);
  const std::unique_ptr<int> taken = std::move(result).value();
  EXPECT_EQ(*taken, 7);
}

TEST(Result, TheArrowReachesTheValue) {
  Result<std::string> result = std::string("ab");
  EXPECT_EQ(result->size(), 2u);
  result->push_back('c');
  EXPECT_EQ(result.value(), "abc");
}

TEST(Result, AStatusIsDoneUnlessItHoldsAnError) {
  EXPECT_TRUE(Status().ok());
  const Status failed = Error{Error::Code::kUnavailable, "open x: disk full"};
  EXPECT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().message, "open x: disk full");
}

TEST(ResultDeathTest, TakingWhatIsNotThereEndsTheProcess) {
  EXPECT_DEATH(Half(3).value(), "broken promise: ok\\(\\)");
  EXPECT_DEATH(Half(4).error(), "broken promise: !ok\\(\\)");
  EXPECT_DEATH(Status().error(), "broken promise");
}

}  // namespace
}  // namespace flaglinkd
