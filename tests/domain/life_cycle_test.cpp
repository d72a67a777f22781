#include "daemon/domain/life_cycle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/fakes/changes.h"

namespace flaglinkd {
namespace {

using Effect = ResourceUpdate::Effect;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A resource as a queue would keep it: each change is applied to what the last one left, and parts
// are kept apart.
class Resource {
 public:
  explicit Resource(UnlinkRule rule = UnlinkRule::kDeleted) : rule_(rule) {}

  ResourceUpdate Apply(const ObservedChange& observed, TimePoint received) {
    std::optional<ResourceState> before = state_;
    const std::string& part = observed.change.part;
    if (before) {
      before->part.reset();
      if (!part.empty() && parts_.contains(part)) before->part = parts_[part];
    }
    ResourceUpdate update = flaglinkd::Apply(observed, before, rule_, received);
    if (update.effect != Effect::kApplied) return update;
    state_ = update.state;
    if (!part.empty()) parts_[part] = update.state.part.value();
    return update;
  }

  // What a person may ask of the queue.
  void Forget() {
    for (LinkState& link : state_->links) link.wanted = false;
  }

  bool known() const { return state_.has_value(); }
  const ResourceState& state() const { return state_.value(); }
  const PartState& part(const std::string& name) const { return parts_.at(name); }

  std::vector<std::string> Wanted() const {
    std::vector<std::string> flags;
    for (const LinkState& link : state().links) {
      if (link.wanted) flags.push_back(link.flag.key);
    }
    std::sort(flags.begin(), flags.end());
    return flags;
  }

 private:
  UnlinkRule rule_;
  std::optional<ResourceState> state_;
  std::map<std::string, PartState> parts_;
};

TEST(Apply, ACreationWithoutAFlagOnAnUnknownResourceIsIgnored) {
  Resource resource;
  EXPECT_EQ(resource.Apply(Created(Showing(Naming({}))), At(1)).effect, Effect::kIgnored);
  EXPECT_FALSE(resource.known());
}

TEST(Apply, ACreationWithoutAFlagOnAKnownResourceMovesTheClock) {
  Resource resource;
  resource.Apply(Naming({"checkout-v2"}), At(1));
  EXPECT_EQ(resource.Apply(Created(Naming({}, "comment-1")), At(2)).effect, Effect::kApplied);
  EXPECT_EQ(resource.part("comment-1").time, At(2));
}

TEST(Apply, AnEditWithoutAFlagOnAnUnknownResourceKeepsItsTime) {
  Resource resource;
  EXPECT_EQ(resource.Apply(Naming({}), At(1)).effect, Effect::kApplied);
  EXPECT_EQ(resource.state().main.time, At(1));
  EXPECT_EQ(resource.Apply(Dated(Naming({"checkout-v2"}), At(0)), At(2)).effect, Effect::kStale);
}

TEST(Apply, ADeletionOfAnUnknownResourceKeepsItsTime) {
  Resource resource;
  EXPECT_EQ(resource.Apply(Dated(Deleting(), At(5)), At(6)).effect, Effect::kApplied);
  EXPECT_TRUE(resource.state().deleted);
  EXPECT_EQ(resource.Apply(Dated(Naming({"checkout-v2"}), At(4)), At(7)).effect, Effect::kStale);
}

TEST(Apply, AMentionMakesAWantedLink) {
  Resource resource;
  const ResourceUpdate update = resource.Apply(Naming({"checkout-v2"}), At(1));
  EXPECT_THAT(update.state.links, ElementsAre(LinkState{{"default", "checkout-v2"}, 1, true}));
  EXPECT_THAT(update.state.main.mentions, ElementsAre(MentionOf("checkout-v2")));
  EXPECT_EQ(update.state.parts_with_mentions, 1u);
}

TEST(Apply, LinksKeepTheirOrderAndNewOnesComeLast) {
  Resource resource;
  resource.Apply(Naming({"b", "c"}), At(1));
  const ResourceUpdate update = resource.Apply(Naming({"a", "c"}, "comment-1"), At(2));
  EXPECT_THAT(update.state.links, ElementsAre(LinkState{{"default", "b"}, 1, true},
                                              LinkState{{"default", "c"}, 2, true},
                                              LinkState{{"default", "a"}, 1, true}));
}

TEST(Apply, AbsentContentIsLeftAndEmptyContentIsCleared) {
  Resource resource;
  ObservedChange first = Showing(Naming({"checkout-v2"}));
  first.change.description = "all of it";
  resource.Apply(first, At(1));
  ObservedChange second = Naming({"checkout-v2"});
  second.change.description = "";
  EXPECT_TRUE(resource.Apply(second, At(2)).content_changed);
  EXPECT_EQ(resource.state().content.description, "");
  EXPECT_EQ(resource.state().content.title, "Roll out the checkout");
}

TEST(Apply, TheSameContentAgainIsNoChangeOfContent) {
  Resource resource;
  resource.Apply(Showing(Naming({"checkout-v2"})), At(1));
  const ResourceUpdate update = resource.Apply(Showing(Naming({"checkout-v2"})), At(2));
  EXPECT_EQ(update.effect, Effect::kApplied);
  EXPECT_FALSE(update.content_changed);
  EXPECT_EQ(update.state.content_time, At(2));
}

TEST(Apply, AChangeWithoutContentLeavesTheContentsTime) {
  Resource resource;
  resource.Apply(Dated(Showing(Naming({"checkout-v2"})), At(1)), At(5));
  resource.Apply(Dated(Naming({"checkout-v2"}), At(9)), At(10));
  EXPECT_EQ(resource.state().content_time, At(1));
  EXPECT_EQ(resource.state().main.time, At(9));
}

TEST(Apply, NoTimeCountsAsLaterThanTheReceipt) {
  Resource resource;
  resource.Apply(Dated(Showing(Naming({"checkout-v2"})), At(1000)), At(1));
  EXPECT_EQ(resource.state().main.time, At(1));
  EXPECT_EQ(resource.state().content_time, At(1));
}

TEST(Apply, TheReceiptStandsInForAnAbsentTime) {
  Resource resource;
  resource.Apply(Showing(Naming({"checkout-v2"})), At(7));
  EXPECT_EQ(resource.state().main.time, At(7));
  EXPECT_EQ(resource.state().content_time, At(7));
}

TEST(Apply, ATimeBefore1970CountsAs1970) {
  Resource resource;
  resource.Apply(Dated(Naming({"checkout-v2"}), TimePoint::min()), At(7));
  EXPECT_EQ(resource.state().main.time, TimePoint{});
}

TEST(Apply, AnOlderChangeChangesNothing) {
  Resource resource(UnlinkRule::kUnmentioned);
  resource.Apply(Dated(Showing(Naming({"new"}), "new"), At(5)), At(6));
  EXPECT_EQ(resource.Apply(Dated(Showing(Naming({"old"}), "old"), At(4)), At(7)).effect,
            Effect::kStale);
  EXPECT_EQ(resource.state().content.title, "new");
  EXPECT_THAT(resource.Wanted(), ElementsAre("new"));
}

TEST(Apply, EqualTimesGoByReceiptNotByCommit) {
  Resource resource(UnlinkRule::kUnmentioned);
  resource.Apply(Dated(Showing(Naming({"second"}), "second"), At(5)), At(7));
  EXPECT_EQ(resource.Apply(Dated(Showing(Naming({"first"}), "first"), At(5)), At(6)).effect,
            Effect::kStale);
  EXPECT_EQ(resource.Apply(Dated(Showing(Naming({"third"}), "third"), At(5)), At(8)).effect,
            Effect::kApplied);
  EXPECT_THAT(resource.Wanted(), ElementsAre("third"));
  EXPECT_EQ(resource.state().content.title, "third");
}

TEST(Apply, TwoChangesOfOneEventApplyInOrder) {
  Resource resource(UnlinkRule::kUnmentioned);
  resource.Apply(Naming({"first"}), At(5));
  resource.Apply(Naming({"second"}), At(5));
  EXPECT_THAT(resource.Wanted(), ElementsAre("second"));
}

TEST(Apply, ADeletionBeatsAnUpdateOfTheSameTime) {
  for (const std::string part : {"", "comment-1"}) {
    Resource deleted_last, deleted_first;
    deleted_last.Apply(Dated(Naming({"checkout-v2"}, part), At(5)), At(9));
    deleted_last.Apply(Dated(Deleting(part), At(5)), At(8));
    deleted_first.Apply(Dated(Deleting(part), At(5)), At(8));
    deleted_first.Apply(Dated(Naming({"checkout-v2"}, part), At(5)), At(9));
    for (const Resource* resource : {&deleted_last, &deleted_first}) {
      const PartState& state = part.empty() ? resource->state().main : resource->part(part);
      EXPECT_TRUE(state.deleted) << part;
      EXPECT_THAT(state.mentions, IsEmpty()) << part;
    }
  }
}

TEST(Apply, ADeletedPartNeverComesBack) {
  Resource resource;
  resource.Apply(Naming({"checkout-v2"}), At(1));
  resource.Apply(Deleting("comment-1"), At(2));
  EXPECT_EQ(resource.Apply(Naming({"other"}, "comment-1"), At(3)).effect, Effect::kStale);
  EXPECT_THAT(resource.Wanted(), ElementsAre("checkout-v2"));
}

TEST(Apply, ADeletionOfAPartHoldsThoughANewerUpdateWasThereFirst) {
  Resource resource(UnlinkRule::kUnmentioned);
  resource.Apply(Dated(Naming({"checkout-v2"}, "comment-1"), At(6)), At(7));
  resource.Apply(Dated(Deleting("comment-1"), At(5)), At(8));
  EXPECT_TRUE(resource.part("comment-1").deleted);
  EXPECT_THAT(resource.Wanted(), IsEmpty());
}

TEST(Apply, ADeletedResourceComesBackByANewerChangeOfItself) {
  Resource resource;
  resource.Apply(Naming({"checkout-v2"}), At(1));
  resource.Apply(Dated(Deleting(), At(5)), At(6));
  EXPECT_THAT(resource.Wanted(), IsEmpty());
  EXPECT_EQ(resource.Apply(Dated(Naming({"checkout-v2"}), At(5)), At(7)).effect, Effect::kStale);
  EXPECT_EQ(resource.Apply(Dated(Naming({"checkout-v2"}), At(6)), At(8)).effect, Effect::kApplied);
  EXPECT_FALSE(resource.state().deleted);
  EXPECT_THAT(resource.Wanted(), ElementsAre("checkout-v2"));
}

TEST(Apply, ACommentDoesNotBringADeletedResourceBack) {
  Resource resource;
  resource.Apply(Naming({"checkout-v2"}), At(1));
  resource.Apply(Deleting(), At(2));
  resource.Apply(Showing(Naming({"other"}, "comment-1")), At(3));
  EXPECT_TRUE(resource.state().deleted);
  EXPECT_THAT(resource.Wanted(), IsEmpty());
}

TEST(Apply, AResourceThatComesBackWantsWhatItsCommentsMention) {
  Resource resource;
  resource.Apply(Naming({"in-comment"}, "comment-1"), At(1));
  resource.Apply(Naming({"in-text"}), At(2));
  resource.Apply(Deleting(), At(3));
  resource.Apply(Naming({}), At(4));
  EXPECT_THAT(resource.Wanted(), ElementsAre("in-comment"));
}

TEST(Apply, PartTimeAndContentTimeAreSeparate) {
  Resource resource(UnlinkRule::kUnmentioned);
  resource.Apply(Dated(Showing(Naming({"checkout-v2"}), "newest"), At(8)), At(9));
  // A late comment: new as a part, with an old picture of its issue.
  ObservedChange comment = Showing(Naming({"other"}, "comment-1"), "old");
  comment.change.part_time = At(5);
  comment.change.content_time = At(5);
  const ResourceUpdate update = resource.Apply(comment, At(10));
  EXPECT_EQ(update.effect, Effect::kApplied);
  EXPECT_FALSE(update.content_changed);
  EXPECT_EQ(resource.state().content.title, "newest");
  EXPECT_THAT(resource.Wanted(), ElementsAre("checkout-v2", "other"));
}

TEST(Apply, NewContentIsTakenFromAnOldPart) {
  Resource resource;
  resource.Apply(Dated(Showing(Naming({"checkout-v2"}), "old"), At(5)), At(6));
  ObservedChange edit = Showing(Naming({"never-taken"}), "new");
  edit.change.part_time = At(4);
  edit.change.content_time = At(8);
  EXPECT_TRUE(resource.Apply(edit, At(9)).content_changed);
  EXPECT_EQ(resource.state().content.title, "new");
  EXPECT_THAT(resource.Wanted(), ElementsAre("checkout-v2"));
}

TEST(Apply, EachCarrierIsReplacedOnItsOwn) {
  Resource resource(UnlinkRule::kUnmentioned);
  ObservedChange issue = Naming({"in-text"});
  issue.change.labels.emplace();
  issue.change.fields.emplace();
  issue.mentions.push_back(MentionOf("in-label", Carrier::kLabel));
  issue.mentions.push_back(MentionOf("in-field", Carrier::kField));
  resource.Apply(issue, At(1));
  EXPECT_THAT(resource.Wanted(), ElementsAre("in-field", "in-label", "in-text"));
  ObservedChange relabelled;
  relabelled.change.labels.emplace();
  resource.Apply(relabelled, At(2));
  EXPECT_THAT(resource.Wanted(), ElementsAre("in-field", "in-text"));
  resource.Apply(Naming({"other"}), At(3));
  EXPECT_THAT(resource.Wanted(), ElementsAre("in-field", "other"));
}

TEST(Apply, AFlagInTwoCarriersIsOneMentionOfThePart) {
  Resource resource(UnlinkRule::kUnmentioned);
  ObservedChange issue = Naming({"checkout-v2"});
  issue.change.labels.emplace();
  issue.mentions.push_back(MentionOf("checkout-v2", Carrier::kLabel));
  resource.Apply(issue, At(1));
  EXPECT_THAT(resource.state().links, ElementsAre(LinkState{{"default", "checkout-v2"}, 1, true}));
  resource.Apply(Naming({}), At(2));
  EXPECT_THAT(resource.state().links, ElementsAre(LinkState{{"default", "checkout-v2"}, 1, true}));
}

TEST(Apply, AMentionByACarrierThatIsNotCarriedIsNotTaken) {
  Resource resource;
  ObservedChange change = Naming({});
  change.mentions.push_back(MentionOf("checkout-v2", Carrier::kLabel));
  resource.Apply(change, At(1));
  EXPECT_THAT(resource.state().links, IsEmpty());
}

struct UnlinkCase {
  UnlinkRule rule;
  bool after_unmentioned, after_comment_deleted, after_resource_deleted;
};

TEST(Apply, AnUnlinkRuleDecidesWhenALinkIsNoLongerWanted) {
  constexpr UnlinkCase kCases[] = {{UnlinkRule::kNever, true, true, true},
                                   {UnlinkRule::kDeleted, true, true, false},
                                   {UnlinkRule::kUnmentioned, false, false, false}};
  for (const UnlinkCase& test : kCases) {
    Resource unmentioned(test.rule), comment_deleted(test.rule), resource_deleted(test.rule);
    unmentioned.Apply(Naming({"checkout-v2"}), At(1));
    unmentioned.Apply(Naming({}), At(2));
    comment_deleted.Apply(Naming({"checkout-v2"}, "comment-1"), At(1));
    comment_deleted.Apply(Deleting("comment-1"), At(2));
    resource_deleted.Apply(Naming({"checkout-v2"}), At(1));
    resource_deleted.Apply(Deleting(), At(2));
    EXPECT_EQ(!unmentioned.Wanted().empty(), test.after_unmentioned);
    EXPECT_EQ(!comment_deleted.Wanted().empty(), test.after_comment_deleted);
    EXPECT_EQ(!resource_deleted.Wanted().empty(), test.after_resource_deleted);
  }
}

TEST(Apply, AFlagThatAnotherPartStillMentionsStaysWanted) {
  Resource resource(UnlinkRule::kUnmentioned);
  resource.Apply(Naming({"checkout-v2"}), At(1));
  resource.Apply(Naming({"checkout-v2"}, "comment-1"), At(2));
  resource.Apply(Naming({}), At(3));
  EXPECT_THAT(resource.Wanted(), ElementsAre("checkout-v2"));
  resource.Apply(Deleting("comment-1"), At(4));
  EXPECT_THAT(resource.Wanted(), IsEmpty());
}

TEST(Apply, ALinkThatWasRemovedAndIsMentionedAgainIsWantedAnew) {
  Resource resource(UnlinkRule::kUnmentioned);
  resource.Apply(Naming({"checkout-v2"}), At(1));
  resource.Apply(Naming({}), At(2));
  resource.Apply(Naming({"checkout-v2"}), At(3));
  EXPECT_THAT(resource.state().links, ElementsAre(LinkState{{"default", "checkout-v2"}, 1, true}));
}

TEST(Apply, APartBeyondTheBoundIsKnownButItsMentionsAreNotTaken) {
  Resource resource;
  for (std::size_t i = 0; i < kMaxPartsPerResource; ++i) {
    const ResourceUpdate update = resource.Apply(Naming({"checkout-v2"}, std::to_string(i)), At(1));
    ASSERT_EQ(update.refusal, "");
  }
  const ResourceUpdate update = resource.Apply(Naming({"other"}, "one-more"), At(2));
  EXPECT_THAT(update.refusal, HasSubstr("more than 256 parts"));
  EXPECT_EQ(update.effect, Effect::kApplied);
  EXPECT_THAT(resource.Wanted(), ElementsAre("checkout-v2"));
  EXPECT_EQ(resource.state().parts_with_mentions, kMaxPartsPerResource);
  // A part that loses its mentions makes room.
  resource.Apply(Deleting("7"), At(3));
  EXPECT_EQ(resource.Apply(Naming({"other"}, "one-more"), At(4)).refusal, "");
  EXPECT_THAT(resource.Wanted(), ElementsAre("checkout-v2", "other"));
}

TEST(Apply, FlagsBeyondTheBoundOfLinksAreNotTaken) {
  Resource resource;
  int named = 0;
  const auto edit = [&] {  // each names other flags, as a person who means no good would
    std::vector<std::string> flags;
    for (std::size_t i = 0; i < kMaxFlagsPerChange; ++i)
      flags.push_back("flag-" + std::to_string(named++));
    return resource.Apply(Naming(flags), At(named));
  };
  for (std::size_t i = 0; i < kMaxLinksPerResource / kMaxFlagsPerChange; ++i)
    ASSERT_EQ(edit().refusal, "");
  EXPECT_THAT(edit().refusal, HasSubstr("more than 1024 flags"));
  EXPECT_EQ(resource.state().links.size(), kMaxLinksPerResource);
}

TEST(Apply, AFallbackIsTakenOnlyWhileTheFieldIsUnknown) {
  Resource resource;
  ObservedChange change = Naming({"checkout-v2"});
  change.change.metadata = {{"creator?", "a commenter"}};
  resource.Apply(Dated(change, At(5)), At(6));
  EXPECT_THAT(resource.state().content.metadata,
              ElementsAre(MetadataField{"creator?", "a commenter"}));
  change.change.metadata = {{"creator", "Ada"}};
  resource.Apply(Dated(change, At(6)), At(7));
  EXPECT_THAT(resource.state().content.metadata, ElementsAre(MetadataField{"creator", "Ada"}));
  change.change.metadata = {{"creator?", "another commenter"}};
  resource.Apply(Dated(change, At(7)), At(8));
  EXPECT_THAT(resource.state().content.metadata, ElementsAre(MetadataField{"creator", "Ada"}));
}

TEST(Apply, AFallbackIsNotInTheWayOfAnOlderChangeThatKnowsTheField) {
  Resource resource;
  ObservedChange change = Naming({"checkout-v2"});
  change.change.metadata = {{"creator?", "a commenter"}};
  resource.Apply(Dated(change, At(5)), At(6));
  change.change.metadata = {{"creator", "Ada"}};
  EXPECT_TRUE(resource.Apply(Dated(change, At(4)), At(7)).content_changed);
  EXPECT_THAT(resource.state().content.metadata, ElementsAre(MetadataField{"creator", "Ada"}));
}

TEST(Apply, AnOlderChangeTellsWhatNothingIsKnownOf) {
  Resource resource;
  ObservedChange bare = Naming({"checkout-v2"});
  bare.change.title = "newest";
  resource.Apply(Dated(bare, At(5)), At(6));
  resource.Apply(Dated(Showing(Naming({"checkout-v2"}), "old"), At(4)), At(7));
  EXPECT_EQ(resource.state().content.title, "newest");
  EXPECT_EQ(resource.state().content.url, "https://acme.example/browse/SHOP-42");
  EXPECT_EQ(resource.state().content_time, At(5));
}

// What two histories must agree in, whatever the order in which they came.
struct Ending {
  Content content;
  bool deleted;
  std::vector<Mention> text, comment;
  std::size_t parts;
  std::vector<std::string> wanted;
  auto operator<=>(const Ending&) const = default;
};

Ending EndingOf(const std::vector<std::pair<ObservedChange, TimePoint>>& history) {
  Resource resource(UnlinkRule::kUnmentioned);
  // The comment is known from the start, so that its state can be asked for.
  resource.Apply(Dated(Naming({}, "comment-1"), At(0)), At(0));
  for (const auto& [change, received] : history) resource.Apply(change, received);
  const ResourceState& state = resource.state();
  return {state.content,
          state.deleted,
          state.main.mentions,
          resource.part("comment-1").mentions,
          state.parts_with_mentions,
          resource.Wanted()};
}

TEST(Apply, TwoChangesEndAlikeInWhicheverOrderTheyAreCommitted) {
  std::vector<ObservedChange> changes;
  for (const int time : {5, 6}) {
    for (const std::string part : {"", "comment-1"}) {
      changes.push_back(Dated(Showing(Naming({"a"}, part), "first"), At(time)));
      changes.push_back(Dated(Showing(Naming({"a", "b"}, part), "second"), At(time)));
      changes.push_back(Dated(Showing(Naming({}, part), "third"), At(time)));
      changes.push_back(Dated(Deleting(part), At(time)));
      changes.push_back(Created(Dated(Showing(Naming({"c"}, part), "created"), At(time))));
    }
  }
  changes.push_back(Naming({"a"}));  // dated by their receipt
  changes.push_back(Deleting());
  changes.push_back(Deleting("comment-1"));
  for (const ObservedChange& first : changes) {
    for (const ObservedChange& second : changes) {
      EXPECT_EQ(EndingOf({{first, At(10)}, {second, At(11)}}),
                EndingOf({{second, At(11)}, {first, At(10)}}))
          << &first - changes.data() << " and " << &second - changes.data();
    }
  }
}

TEST(Apply, AForgottenLinkStaysForgottenWhileItsMentionsStay) {
  for (const UnlinkRule rule :
       {UnlinkRule::kNever, UnlinkRule::kDeleted, UnlinkRule::kUnmentioned}) {
    Resource resource(rule);
    resource.Apply(Naming({"a"}), At(1));
    resource.Apply(Naming({"a"}, "comment-1"), At(2));
    resource.Forget();
    resource.Apply(Showing(Naming({"a"}), "Another title"), At(3));
    EXPECT_THAT(resource.Wanted(), IsEmpty());
    resource.Apply(Naming({"a", "b"}), At(4));
    EXPECT_THAT(resource.Wanted(), ElementsAre("b"));
    resource.Apply(Naming({"b"}), At(5));  // the comment names it still
    EXPECT_THAT(resource.Wanted(), ElementsAre("b"));
  }
}

TEST(Apply, AForgottenLinkIsWantedOnceItIsMentionedAnew) {
  Resource elsewhere;
  elsewhere.Apply(Naming({"a"}), At(1));
  elsewhere.Forget();
  elsewhere.Apply(Naming({"a"}, "comment-1"), At(2));
  EXPECT_THAT(elsewhere.Wanted(), ElementsAre("a"));

  Resource same_part;
  same_part.Apply(Naming({"a"}), At(1));
  same_part.Forget();
  same_part.Apply(Naming({}), At(2));
  same_part.Apply(Naming({"a"}), At(3));
  EXPECT_THAT(same_part.Wanted(), ElementsAre("a"));
}

TEST(Apply, WhatARestoredResourceMentionsIsWantedAnew) {
  Resource resource;
  resource.Apply(Naming({"a"}, "comment-1"), At(1));
  resource.Apply(Deleting(), At(2));
  EXPECT_THAT(resource.Wanted(), IsEmpty());
  resource.Apply(Naming({}), At(3));
  EXPECT_THAT(resource.Wanted(), ElementsAre("a"));
}

}  // namespace
}  // namespace flaglinkd
