#include "daemon/cli/text_table.h"

#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

TEST(TextTable, AlignsItsColumnsByCharacters) {
  EXPECT_EQ(TextTable({{"ID", "NAME", "WHY"}, {"1", "Zürich", ""}, {"200", "Bern", "none"}}),
            "ID   NAME    WHY\n"
            "1    Zürich\n"
            "200  Bern    none\n");
}

TEST(TextTable, IsSafeForATerminalAndBounded) {
  EXPECT_EQ(TextTable({{"A"}, {"x\x1b[31m\ny"}}), "A\nx\\x1b[31m\\x0ay\n");
  EXPECT_LT(TextTable({{std::string(10'000, 'x')}}).size(), 220u);
  EXPECT_EQ(TextTable({}), "");
}

}  // namespace
}  // namespace flaglinkd
