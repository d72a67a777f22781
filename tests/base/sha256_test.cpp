#include "daemon/base/sha256.h"

#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

// The examples of FIPS 180-2, appendix B.
TEST(Sha256, IsThatOfTheStandard) {
  EXPECT_EQ(Hex(Sha256(""), 32),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Hex(Sha256("abc"), 32),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hex(Sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), 32),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(Hex(Sha256(std::string(1'000'000, 'a')), 32),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, HexGivesAsManyBytesAsAsked) {
  EXPECT_EQ(Hex(Sha256("abc"), 10), "ba7816bf8f01cfea4141");
  EXPECT_EQ(Hex(Sha256("abc"), 0), "");
}

TEST(Sha256, EveryByteCounts) {
  EXPECT_NE(Sha256(std::string_view("a\0", 2)), Sha256("a"));
}

TEST(Sha256DeathTest, MoreBytesThanThereAreEndTheProcess) {
  EXPECT_DEATH(Hex(Sha256("abc"), 33), "broken promise");
}

}  // namespace
}  // namespace flaglinkd
