#include "daemon/base/secret.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <type_traits>
#include <utility>

namespace flaglinkd {
namespace {

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<std::string, Secret>);
static_assert(!Printable<Secret>);

// Longer than what a string holds inside itself.
constexpr const char* kText = "a secret that is long enough to need memory of its own";

TEST(Secret, HoldsTheBytesAndWipesTheirSource) {
  std::string source = kText;
  const char* buffer = source.data();
  const std::size_t size = source.size();
  const Secret secret(std::move(source));
  EXPECT_EQ(secret.Bytes(), kText);
  EXPECT_FALSE(secret.empty());
  EXPECT_TRUE(source.empty());
  ASSERT_EQ(source.data(), buffer);
  EXPECT_TRUE(std::all_of(buffer, buffer + size, [](char c) { return c == 0; }));
}

TEST(Secret, ShortOnesAreWipedToo) {
  std::string source = "short";
  const Secret secret(std::move(source));
  EXPECT_EQ(secret.Bytes(), "short");
  EXPECT_TRUE(std::all_of(source.data(), source.data() + 5, [](char c) { return c == 0; }));
}

TEST(Secret, MovingLeavesNothingBehind) {
  Secret first{std::string(kText)};
  const std::string_view left = first.Bytes();
  Secret second(std::move(first));
  EXPECT_EQ(second.Bytes(), kText);
  EXPECT_TRUE(first.empty());
  EXPECT_EQ(left.find_first_not_of('\0'), left.npos);

  Secret third{std::string("another one, which is overwritten")};
  third = std::move(second);
  EXPECT_EQ(third.Bytes(), kText);
  EXPECT_TRUE(second.empty());
}

TEST(Secret, MovedToItselfItStays) {
  Secret secret{std::string(kText)};
  Secret& itself = secret;
  secret = std::move(itself);
  EXPECT_EQ(secret.Bytes(), kText);
}

TEST(Secret, ACloneIsItsOwn) {
  Secret secret{std::string(kText)};
  const Secret clone = secret.Clone();
  secret = Secret();
  EXPECT_TRUE(secret.empty());
  EXPECT_EQ(clone.Bytes(), kText);
}

TEST(Secret, MayHoldNul) {
  EXPECT_EQ(Secret(std::string("a\0b", 3)).Bytes(), std::string_view("a\0b", 3));
}

TEST(Secret, EqualsItsBytesAlone) {
  const Secret secret(std::string("0123456789abcdef"));
  EXPECT_TRUE(secret.Equals("0123456789abcdef"));
  for (const char* other : {"0123456789abcdeF", "0123456789abcde", "0123456789abcdef0", ""}) {
    EXPECT_FALSE(secret.Equals(other)) << other;
  }
}

TEST(Secret, AnEmptyOneEqualsNothing) {
  EXPECT_FALSE(Secret().Equals(""));
  EXPECT_FALSE(Secret(std::string("")).Equals(std::string_view()));
}

}  // namespace
}  // namespace flaglinkd
