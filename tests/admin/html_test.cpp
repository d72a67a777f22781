#include "daemon/admin/html.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace flaglinkd {
namespace {

TEST(HtmlTest, EscapesTextsForBetweenTagsAndForAttributes) {
  EXPECT_EQ(Html::Of("<p title=\"{}\">{}</p>", "\" onclick='x'", "<b> & </b>").text(),
            "<p title=\"&quot; onclick=&#39;x&#39;\">&lt;b&gt; &amp; &lt;/b&gt;</p>");
}

TEST(HtmlTest, TakesNumbersAndOtherHtmlAsTheyAre) {
  EXPECT_EQ(Html::Of("{}{}{}", std::int64_t{-7}, std::size_t{3}, Html::Of("<br>")).text(),
            "-73<br>");
}

TEST(HtmlTest, FillsNoHoleThatATextBrings) {
  EXPECT_EQ(Html::Of("{}, {}", "{}", "{0}").text(), "{}, {0}");
}

TEST(HtmlTest, ShowsWhatCannotBeSeenOrIsNoUtf8) {
  EXPECT_EQ(Html::Of("{}",
                     "a\xe2\x80\xae"
                     "b\nc\xff")
                .text(),
            "a\\u{202e}b\\x0ac\\xff");
}

TEST(HtmlTest, CutsTextsThatNobodyReads) {
  EXPECT_LT(Html::Of("{}", std::string(100'000, '<')).text().size(), 10'000u);
}

TEST(HtmlTest, AddsInOrder) {
  Html html;
  html.Add("<ul>").Add("<li>{}</li>", "one").Add("</ul>");
  EXPECT_EQ(html.text(), "<ul><li>one</li></ul>");
}

}  // namespace
}  // namespace flaglinkd
