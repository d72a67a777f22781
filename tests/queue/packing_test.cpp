#include "daemon/queue/packing.h"

#include <gtest/gtest.h>

#include <limits>

namespace flaglinkd {
namespace {

TEST(Packing, NumbersAndTextsComeBack) {
  Packer packer;
  for (std::uint64_t number :
       {0ull, 127ull, 128ull, 300ull, std::numeric_limits<unsigned long long>::max()}) {
    packer.Number(number);
  }
  packer.Text("");
  packer.Text(std::string(200, 'x'));
  const std::string bytes = packer.Take();
  Unpacker unpacker(bytes);
  for (std::uint64_t number :
       {0ull, 127ull, 128ull, 300ull, std::numeric_limits<unsigned long long>::max()}) {
    EXPECT_EQ(unpacker.Number(), number);
  }
  EXPECT_EQ(unpacker.Text(), "");
  EXPECT_EQ(unpacker.Text(), std::string(200, 'x'));
  EXPECT_TRUE(unpacker.Finished());
}

TEST(Packing, PastTheEndIsDamage) {
  Unpacker unpacker("");
  EXPECT_TRUE(unpacker.Finished());
  EXPECT_EQ(unpacker.Number(), 0u);
  EXPECT_TRUE(unpacker.damaged());
  EXPECT_FALSE(unpacker.Finished());
}

TEST(Packing, WholeContentComesBack) {
  Content content;
  content.name = "SHOP-42";
  content.title = "Roll out the checkout";
  content.url = "https://acme.example/browse/SHOP-42";
  content.description = "All of it";
  content.integration_key = "jira";
  content.created = TimePoint(std::chrono::seconds(7));
  content.metadata = {{"creator", "Ada"}, {"status", ""}};
  const std::string packed = PackWhole(content);
  EXPECT_EQ(UnpackWhole(packed), content);
  for (std::size_t size = 0; size < packed.size(); ++size)
    EXPECT_EQ(UnpackWhole(packed.substr(0, size)), std::nullopt) << size;
  EXPECT_EQ(UnpackWhole(packed + "x"), std::nullopt);
}

TEST(Packing, MentionsComeBack) {
  const std::vector<StoredMention> mentions = {{1, Carrier::kText, "flag URL in description"},
                                               {std::int64_t{1} << 40, Carrier::kField, ""}};
  EXPECT_EQ(UnpackMentions(PackMentions(mentions)), mentions);
  EXPECT_EQ(UnpackMentions(""), std::vector<StoredMention>());
}

TEST(Packing, DamagedMentionsAreNone) {
  const std::string bytes = PackMentions({{7, Carrier::kLabel, "label flag-x"}});
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    EXPECT_EQ(UnpackMentions(bytes.substr(0, size)), std::nullopt) << size;
  }
  EXPECT_EQ(UnpackMentions("\x03\x07\x01x"), std::nullopt);  // no such carrier
  EXPECT_EQ(UnpackMentions("\x01\x07\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01x"),
            std::nullopt);  // longer than memory
}

TEST(Packing, ContentComesBackWithoutItsColumns) {
  Content content;
  content.description = "All of it";
  content.integration_key = "jira";
  content.created = TimePoint(Duration(-1));
  content.metadata = {{"creator?", "Ada"}, {"issueKey", ""}};
  EXPECT_EQ(UnpackContent(PackContent(content)), content);
  EXPECT_EQ(UnpackContent(PackContent(Content{})), Content{});
  content.title = "in a column";
  EXPECT_EQ(UnpackContent(PackContent(content))->title, "");
}

TEST(Packing, DamagedContentIsNone) {
  Content content;
  content.description = "All of it";
  content.metadata = {{"issueKey", "SHOP-42"}};
  const std::string bytes = PackContent(content);
  EXPECT_EQ(UnpackContent(""), std::nullopt);
  EXPECT_EQ(UnpackContent(bytes.substr(0, bytes.size() - 1)), std::nullopt);
  EXPECT_EQ(UnpackContent(bytes + "\x01"), std::nullopt);
}

}  // namespace
}  // namespace flaglinkd
