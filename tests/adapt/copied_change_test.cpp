#include "daemon/adapt/copied_change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <memory>

#include "daemon/adapt/extraction.h"

namespace flaglinkd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

namespace limit = extraction_limit;

flaglink_str Str(std::string_view text) {
  return {text.data(), text.size()};
}

flaglink_change Borrowed() {
  flaglink_change change{};
  change.struct_size = sizeof change;
  change.resource = Str("acme/1");
  return change;
}

// What comes over of `borrowed`, and what was cut.
struct Copied {
  Change change;
  std::set<std::string> cut;
};

Copied Copy(const flaglink_change& borrowed) {
  BorrowedText text(limit::kEvent);
  Result<Change> change = CopyChange(borrowed, text);
  EXPECT_TRUE(change.ok()) << change.error().message;
  return {*std::move(change), text.cut()};
}

std::string Refusal(const flaglink_change& borrowed) {
  BorrowedText text(limit::kEvent);
  const Result<Change> change = CopyChange(borrowed, text);
  return change.ok() ? "" : change.error().message;
}

TEST(CopiedChange, EveryFieldComesOver) {
  const flaglink_pair metadata[] = {{Str("state"), Str("open")}, {Str("creator?"), Str("")}};
  const flaglink_pair texts[] = {{Str("description"), Str("flag:a")}};
  const flaglink_str labels[] = {Str("flag-a")};
  flaglink_change borrowed = Borrowed();
  borrowed.kind = FLAGLINK_DELETED;
  borrowed.name = Str("SHOP-1");
  borrowed.part = Str("comment-7");
  borrowed.part_time_us = 1'767'225'600'000'001;
  borrowed.content_time_us = 1'767'225'600'000'002;
  borrowed.created_ms = 1'767'225'600'003;
  borrowed.title = Str("Title");
  borrowed.url = Str("https://a.example");
  borrowed.description = Str("");
  borrowed.integration_key = Str("jira");
  borrowed.author = Str("u1");
  borrowed.author_is_bot = 1;
  borrowed.is_private = 1;
  borrowed.metadata = metadata, borrowed.metadata_count = 2;
  borrowed.texts = texts, borrowed.text_count = 1, borrowed.has_texts = 1;
  borrowed.labels = labels, borrowed.label_count = 1, borrowed.has_labels = 1;
  const Change change = Copy(borrowed).change;
  EXPECT_EQ(change.kind, ChangeKind::kDeleted);
  EXPECT_EQ(change.resource, "acme/1");
  EXPECT_EQ(change.name, "SHOP-1");
  EXPECT_EQ(change.part, "comment-7");
  EXPECT_EQ(change.part_time, TimePoint(Duration(1'767'225'600'000'001)));
  EXPECT_EQ(change.content_time, TimePoint(Duration(1'767'225'600'000'002)));
  EXPECT_EQ(change.created, TimePoint(Duration(1'767'225'600'003'000)));
  EXPECT_EQ(change.title, "Title");
  EXPECT_EQ(change.url, "https://a.example");
  EXPECT_EQ(change.description, "");
  EXPECT_EQ(change.integration_key, "jira");
  EXPECT_EQ(change.author, "u1");
  EXPECT_TRUE(change.author_is_bot);
  EXPECT_TRUE(change.is_private);
  EXPECT_THAT(change.metadata,
              ElementsAre(MetadataField{"state", "open"}, MetadataField{"creator?", ""}));
  EXPECT_THAT(change.texts, Optional(ElementsAre(NamedText{"description", "flag:a"})));
  EXPECT_THAT(change.labels, Optional(ElementsAre("flag-a")));
  EXPECT_EQ(change.fields, std::nullopt);
}

TEST(CopiedChange, AbsentIsNotEmpty) {
  flaglink_change borrowed = Borrowed();
  borrowed.description = Str("");
  borrowed.has_labels = 1;
  const Change change = Copy(borrowed).change;
  EXPECT_EQ(change.title, std::nullopt);
  EXPECT_EQ(change.description, "");
  EXPECT_EQ(change.texts, std::nullopt);
  EXPECT_THAT(change.labels, Optional(IsEmpty()));
}

TEST(CopiedChange, EmptyLabelsAndAbsentValuesAreLeftOut) {
  const flaglink_str labels[] = {Str(""), {nullptr, 3}, Str("a")};
  const flaglink_pair metadata[] = {{Str(""), Str("x")}, {Str("state"), {nullptr, 0}}};
  flaglink_change borrowed = Borrowed();
  borrowed.labels = labels, borrowed.label_count = 3, borrowed.has_labels = 1;
  borrowed.metadata = metadata, borrowed.metadata_count = 2;
  const Change change = Copy(borrowed).change;
  EXPECT_THAT(change.labels, Optional(ElementsAre("a")));
  EXPECT_THAT(change.metadata, IsEmpty());
}

TEST(CopiedChange, WhatASmallerStructLacksIsAbsent) {
  // As an older adapter has it in its memory: nothing of it may be read beyond its size.
  flaglink_change newest = Borrowed();
  newest.title = Str("not there");
  newest.has_labels = 1;
  const std::size_t size = offsetof(flaglink_change, title);
  newest.struct_size = static_cast<std::uint32_t>(size);
  const auto older = std::make_unique<char[]>(size);
  std::memcpy(older.get(), &newest, size);
  const Change change = Copy(*reinterpret_cast<const flaglink_change*>(older.get())).change;
  EXPECT_EQ(change.resource, "acme/1");
  EXPECT_EQ(change.title, std::nullopt);
  EXPECT_EQ(change.labels, std::nullopt);
}

TEST(CopiedChange, InvalidCharactersAreReplaced) {
  flaglink_change borrowed = Borrowed();
  borrowed.resource = Str(std::string_view("a\0b", 3));
  borrowed.title = Str("caf\xe9");
  const Change change = Copy(borrowed).change;
  EXPECT_EQ(change.resource,
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(change.title, "caf\xef\xbf\xbd");
}

TEST(CopiedChange, AStringIsCutAtItsLimit) {
  const std::string at(limit::kTitle, 'x'), beyond(limit::kTitle + 1, 'x');
  flaglink_change borrowed = Borrowed();
  borrowed.title = Str(at);
  EXPECT_EQ(Copy(borrowed).change.title, at);
  EXPECT_THAT(Copy(borrowed).cut, IsEmpty());
  borrowed.title = Str(beyond);
  EXPECT_EQ(Copy(borrowed).change.title, at);
  EXPECT_THAT(Copy(borrowed).cut, ElementsAre("title"));
}

TEST(CopiedChange, ACutLeavesWholeCharacters) {
  const std::string text =
      std::string(limit::kTitle - 2, 'x') + "\xe2\x82\xac";  // the last takes three
  const std::string spoilt(limit::kTitle, '\xff');           // each becomes three
  flaglink_change borrowed = Borrowed();
  borrowed.title = Str(text);
  EXPECT_EQ(Copy(borrowed).change.title, std::string(limit::kTitle - 2, 'x'));
  borrowed.title = Str(spoilt);
  const std::optional<std::string> title = Copy(borrowed).change.title;
  EXPECT_EQ(title->size(), limit::kTitle / 3 * 3);
  EXPECT_TRUE(title->ends_with("\xef\xbf\xbd"));
}

TEST(CopiedChange, AnOverlongUrlIsDropped) {
  const std::string at(limit::kUrl, 'u'), beyond(limit::kUrl + 1, 'u');
  flaglink_change borrowed = Borrowed();
  borrowed.url = Str(at);
  EXPECT_EQ(Copy(borrowed).change.url, at);
  borrowed.url = Str(beyond);
  EXPECT_EQ(Copy(borrowed).change.url, std::nullopt);
  EXPECT_THAT(Copy(borrowed).cut, ElementsAre("url"));
}

TEST(CopiedChange, ListsAreCutAtTheirLimits) {
  const std::vector<flaglink_pair> pairs(300, flaglink_pair{Str("name"), Str("value")});
  const std::vector<flaglink_str> labels(300, Str("label"));
  flaglink_change borrowed = Borrowed();
  borrowed.metadata = pairs.data(), borrowed.metadata_count = pairs.size();
  borrowed.texts = pairs.data(), borrowed.text_count = pairs.size(), borrowed.has_texts = 1;
  borrowed.labels = labels.data(), borrowed.label_count = labels.size(), borrowed.has_labels = 1;
  const Copied copied = Copy(borrowed);
  EXPECT_EQ(copied.change.metadata.size(), limit::kMetadataFields);
  EXPECT_EQ(copied.change.texts->size(), limit::kTexts);
  EXPECT_EQ(copied.change.labels->size(), limit::kLabels);
  EXPECT_THAT(copied.cut, ElementsAre("labels", "metadata", "texts"));
}

TEST(CopiedChange, ACountWithoutAListIsNone) {
  flaglink_change borrowed = Borrowed();
  borrowed.metadata_count = borrowed.text_count = borrowed.label_count = 1000;
  borrowed.has_texts = borrowed.has_labels = 1;
  const Change change = Copy(borrowed).change;
  EXPECT_THAT(change.metadata, IsEmpty());
  EXPECT_THAT(change.texts, Optional(IsEmpty()));
  EXPECT_THAT(change.labels, Optional(IsEmpty()));
}

TEST(CopiedChange, TheTextsOfAChangeAreBoundedTogether) {
  const std::string text(limit::kText, 'x');
  const std::vector<flaglink_pair> texts(10, flaglink_pair{Str("t"), Str(text)});
  flaglink_change borrowed = Borrowed();
  borrowed.texts = texts.data(), borrowed.text_count = texts.size(), borrowed.has_texts = 1;
  EXPECT_EQ(Copy(borrowed).change.texts->size(), limit::kTextsOfChange / limit::kText);
  EXPECT_THAT(Copy(borrowed).cut, ElementsAre("text"));
}

TEST(CopiedChange, TimesThatNobodyMeansAreAbsent) {
  constexpr std::int64_t k2200 = 7'258'118'400'000'000;
  const auto part_time = [](std::int64_t us) {
    flaglink_change borrowed = Borrowed();
    borrowed.part_time_us = borrowed.content_time_us = us;
    EXPECT_EQ(Copy(borrowed).change.part_time, Copy(borrowed).change.content_time);
    return Copy(borrowed).change.part_time;
  };
  EXPECT_EQ(part_time(1), TimePoint(Duration(1)));
  EXPECT_EQ(part_time(k2200 - 1), TimePoint(Duration(k2200 - 1)));
  for (const std::int64_t us : {std::int64_t{0}, std::int64_t{-1}, k2200, INT64_MIN, INT64_MAX}) {
    EXPECT_EQ(part_time(us), std::nullopt) << us;
  }
  for (const std::int64_t ms :
       {std::int64_t{0}, std::int64_t{-1}, k2200 / 1000, INT64_MIN, INT64_MAX}) {
    flaglink_change borrowed = Borrowed();
    borrowed.created_ms = ms;
    EXPECT_EQ(Copy(borrowed).change.created, std::nullopt) << ms;
  }
}

TEST(CopiedChange, AChangeOfNothingIsRefused) {
  flaglink_change borrowed = Borrowed();
  borrowed.resource = Str("");
  EXPECT_EQ(Refusal(borrowed), "a change has neither resource nor name");
  borrowed.name = Str("SHOP-1");
  EXPECT_EQ(Refusal(borrowed), "");
  borrowed.struct_size = 0;
  EXPECT_EQ(Refusal(borrowed), "a change has neither resource nor name");
}

TEST(CopiedChange, AnUnknownKindIsRefused) {
  flaglink_change borrowed = Borrowed();
  borrowed.kind = 3;
  EXPECT_EQ(Refusal(borrowed), "a change is of the unknown kind 3");
}

TEST(CopiedChange, NothingIsCopiedBeyondTheBudget) {
  BorrowedText text(10);
  EXPECT_EQ(text.Copy(Str("12345"), 100, "a"), "12345");
  EXPECT_EQ(text.Copy(Str("123456"), 100, "b"), "");
  EXPECT_TRUE(text.exhausted());
  EXPECT_EQ(text.Copy(Str("1"), 100, "c"), "");
}

}  // namespace
}  // namespace flaglinkd
