#include "adapters/sdk/reading.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace flaglink {
namespace {

using Labels = std::optional<std::vector<std::string>>;

TEST(Reading, TheFirstTextThatIsNotEmptyCounts) {
  const JsonDocument document(R"({"a": null, "b": "", "c": 7, "d": {"e": "here"}, "f": "late"})");
  EXPECT_EQ(FirstText(document.root(), {"/a", "/b", "/c", "/d/e", "/f"}), "here");
  EXPECT_EQ(FirstText(document.root(), {"/a", "/none"}), "");
  EXPECT_EQ(TextOf(document.root()["c"]), "");
  EXPECT_EQ(IdOf(document.root()["c"]), "7");
  EXPECT_EQ(IdOf(document.root()["a"]), "");
}

TEST(Reading, TheFirstTimeThatIsOneCounts) {
  const JsonDocument document(R"({"a": "soon", "b": "1970-01-01T00:00:02Z"})");
  EXPECT_EQ(FirstTime(document.root(), {"/none", "/a", "/b"}), 2'000'000);
  EXPECT_EQ(FirstTime(document.root(), {"/a"}), std::nullopt);
}

TEST(Reading, LabelsAreAbsentWhereThereIsNoListAndEmptyWhereItIsNull) {
  const JsonDocument document(R"({"a": ["x", 1, "y"], "b": [{"name": "x"}, "y"], "c": null})");
  EXPECT_EQ(ReadLabels(document.root()["a"]), Labels({"x", "y"}));
  EXPECT_EQ(ReadLabels(document.root()["b"], "name"), Labels({"x"}));
  EXPECT_EQ(ReadLabels(document.root()["c"]), Labels(std::vector<std::string>()));
  EXPECT_EQ(ReadLabels(document.root()["none"]), std::nullopt);
}

TEST(Reading, OnlyWhatABrowserCanOpenIsAPage) {
  for (const char* page : {"https://acme.example", "http://acme.example:8080/a?b#c",
                           "https://[::1]/x", "https://acme.example?x"}) {
    EXPECT_TRUE(IsPage(page)) << page;
  }
  for (const char* other :
       {"", "acme.example", "javascript:alert(1)", "https://", "https:///x", "ftp://acme.example",
        "https://acme.example/a b", "https://acme.example/\n", "https://a\\b/"}) {
    EXPECT_FALSE(IsPage(other)) << other;
  }
}

TEST(Reading, AHostIsThatOfAPageInLowerCase) {
  EXPECT_EQ(HostOf("https://Acme.Example:8443/Shop"), "acme.example:8443");
  EXPECT_EQ(HostOf("acme.example/shop"), "");
}

TEST(Reading, NothingIsNotAnId) {
  EXPECT_TRUE(HasOnly("PR_42", "_"));
  EXPECT_FALSE(HasOnly("PR_42", ""));
  EXPECT_FALSE(HasOnly("", "_"));
  EXPECT_FALSE(HasOnly("a/b", "_"));
}

}  // namespace
}  // namespace flaglink
