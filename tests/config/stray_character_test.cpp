#include "daemon/config/stray_character.h"

#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

// "line:column" of the stray character, or "".
std::string Stray(const std::vector<std::string>& lines) {
  const auto stray = FindStrayCharacter(lines);
  return stray ? std::to_string(stray->line) + ":" + std::to_string(stray->column) : "";
}

TEST(StrayCharacter, MayStandInAnyStringAndInComments) {
  EXPECT_EQ(Stray({"a = \"ä\" # ö", "b = 'ü' # ß", "\"é\".'è' = 1"}), "");
  EXPECT_EQ(Stray({"a = \"\"\"", "ä \" \"\" ä", "ä\"\"\"\"\"", "b = 1"}), "");
  EXPECT_EQ(Stray({"a = '''ä", "ä'''", "b = ''", "c = \"\" # ä"}), "");
  EXPECT_EQ(Stray({"a = \"\\\"ä\" # ä"}), "");
  EXPECT_EQ(Stray({"a = \"\"\"\\\"\"\"ä\"\"\""}), "");
  EXPECT_EQ(Stray({"\xef\xbb\xbf"
                   "a = 1"}),
            "");
}

TEST(StrayCharacter, IsFoundAnywhereElse) {
  EXPECT_EQ(Stray({"\xcc\x92"}), "1:1");
  EXPECT_EQ(Stray({"a = 1", "timeout = “20s”"}), "2:11");
  EXPECT_EQ(Stray({"a = \"ä\", ö"}), "1:10");
  EXPECT_EQ(Stray({"a = 'x\\' ä"}), "1:10");
  EXPECT_EQ(Stray({"a = \"\"\"ä\"\"\" ä"}), "1:13");
  EXPECT_EQ(Stray({"a = 1 \xff"}), "1:7");
}

TEST(StrayCharacter, IsFoundBehindAStringThatWasLeftOpen) {
  EXPECT_EQ(Stray({"a = \"ä", "ä = 1"}), "2:1");
  EXPECT_EQ(Stray({"a = \"\\", "ä = 1"}), "2:1");
}

}  // namespace
}  // namespace flaglinkd
