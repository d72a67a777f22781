// From whatever is known and whatever is there, and with an answer lost or the process gone at any
// one step: LaunchDarkly ends with exactly the wanted link, or none, and what others made is not
// touched. The planner, the delivery, the calls and their judgement are the real ones; LaunchDarkly
// is the stand-in.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/cli/launchdarkly_stand_in.h"
#include "daemon/deliver/delivery.h"
#include "daemon/domain/link_body.h"
#include "daemon/launchdarkly/flag_link_api.h"
#include "tests/fakes/manual_clock.h"

namespace flaglinkd {
namespace {

using Duplicate = LaunchDarklyStandIn::Duplicate;
using Link = LaunchDarklyStandIn::Link;

const FlagKey kFlag{"default", "checkout-v2"};
const std::string kUnlisted = "ffffffffffffffffffffffff";  // an id that no link has
constexpr int kMostLeases = 5;

LinkBody Body(const std::string& integration, const std::string& url, const std::string& title) {
  LinkBody body;
  body.key = "ours";
  body.integration_key = integration;
  body.deep_link = "https://acme.example/" + url;
  body.title = body.description = title;
  if (!integration.empty()) body.metadata = {{"issueKey", url}, {"issueTitle", title}};
  return body;
}

Link AsLink(const LinkBody& body) {
  Link link;
  link.flag = kFlag;
  link.key = body.key;
  link.integration_key = body.integration_key;
  link.deep_link = body.deep_link;
  link.title = body.title;
  link.description = body.description;
  for (const MetadataField& field : body.metadata) link.metadata[field.name] = field.value;
  return link;
}

LinkBody AsBody(const Link& link) {
  LinkBody body;
  body.key = link.key;
  body.integration_key = link.integration_key;
  body.deep_link = link.deep_link;
  body.title = link.title;
  body.description = link.description;
  for (const auto& [name, value] : link.metadata) body.metadata.push_back({name, value});
  return body;
}

// The planner only sees what these do, so each may hit any request: before it reaches LaunchDarkly,
// or after it had its effect.
enum class Mishap { kNone, kNotSent, kLostRequest, kLostAnswer, kCrashBefore, kCrashAfter };

struct Start {
  WantedLink wanted;
  std::optional<LinkBody> ours;    // what LaunchDarkly shows of ours
  std::optional<LinkBody> theirs;  // what somebody else's shows
  AppliedLink applied;
  Duplicate duplicate = Duplicate::kConflict;
  std::optional<LinkBody> accepted = std::nullopt;
  std::string refused = {};  // a title that LaunchDarkly takes from nobody
};

class Trial {
 public:
  Trial(const Start& start, Mishap mishap, int at)
      : start_(start),
        mishap_(mishap),
        at_(at),
        stand_in_({"token", std::nullopt, start.duplicate}, clock_),
        wanted_(start.wanted),
        applied_(start.applied) {
    if (start.ours) stand_in_.Plant(AsLink(*start.ours));
    if (start.theirs) stand_in_.Plant(AsLink(*start.theirs));
    if (applied_.id == "its own") applied_.id = stand_in_.Links().front().id;
  }

  // Absent: the process crashed.
  std::optional<Outcome::Kind> FinishLease() {
    const std::optional<Outcome> outcome = RunLease();
    if (!outcome) return std::nullopt;
    applied_ = outcome->applied;
    return outcome->kind;
  }

  // How it ended, if it did.
  std::optional<Outcome::Kind> Finish() {
    for (int lease = 0; lease < kMostLeases; ++lease) {
      const std::optional<Outcome::Kind> end = FinishLease();
      if (end && end != Outcome::Kind::kRetry) return end;
    }
    return std::nullopt;
  }

  void Want(LinkBody body) { wanted_.body = std::move(body); }

  bool MishapHappened() const { return requests_ > at_; }
  const AppliedLink& applied() const { return applied_; }
  std::vector<Link> Ours() const { return Of("ours"); }
  std::vector<Link> Theirs() const { return Of(""); }

 private:
  // Absent: the process crashed.
  std::optional<Outcome> RunLease() {
    Lease lease;
    lease.wanted = wanted_;
    lease.applied = applied_;
    lease.accepted = start_.accepted;
    Delivery delivery = Plan(lease);
    if (auto unsent = EndUnsent(delivery, RetryPolicy{}, clock_.Now())) return unsent;
    for (int sent = 1;; ++sent) {
      EXPECT_LE(sent, kRequestsPerLease);
      const Mishap mishap = requests_++ == at_ ? mishap_ : Mishap::kNone;
      if (mishap == Mishap::kCrashBefore) return Crash();
      const HttpAnswer answer = Send(*delivery.next, mishap);
      if (mishap == Mishap::kCrashAfter) return Crash();
      Circumstances circumstances;
      circumstances.now = clock_.Now();
      const AttemptOutcome judged = Judge(*delivery.next, answer, clock_.Now());
      if (auto outcome = Advance(delivery, judged, RetryPolicy{}, circumstances)) return outcome;
    }
  }

  // What the store is left with: a claim marks what is not there as maybe there, and what is there
  // as showing nobody knows what.
  std::optional<Outcome> Crash() {
    applied_.shown.reset();
    if (applied_.presence != Presence::kThere) applied_ = {Presence::kMaybe, ""};
    return std::nullopt;
  }

  HttpAnswer Send(const LinkRequest& request, Mishap mishap) {
    HttpAnswer answer;
    answer.kind = HttpAnswer::Kind::kNotSent;
    if (mishap == Mishap::kNotSent) return answer;
    answer.kind = HttpAnswer::Kind::kLost;
    if (mishap == Mishap::kLostRequest) return answer;
    const HttpCall call = ToHttpCall("", request).value();
    HttpRequest arrival;
    arrival.method = call.method;
    arrival.path = call.url;
    arrival.headers = {{"authorization", "token"}};
    arrival.headers.insert(arrival.headers.end(), call.headers.begin(), call.headers.end());
    arrival.body = call.body;
    const HttpResponse response = Answer(request, arrival);
    if (mishap == Mishap::kLostAnswer) return answer;
    answer.kind = HttpAnswer::Kind::kAnswered;
    answer.status = response.status;
    answer.body = response.body;
    return answer;
  }

  HttpResponse Answer(const LinkRequest& request, const HttpRequest& arrival) {
    const bool carries = request.kind == RequestKind::kCreate;
    if (!carries || start_.refused.empty() || request.body.title != start_.refused) {
      return stand_in_.Answer(arrival);
    }
    HttpResponse response;
    response.status = 400;
    return response;
  }

  std::vector<Link> Of(const std::string& key) const {
    std::vector<Link> links = stand_in_.Links();
    std::erase_if(links, [&](const Link& link) { return link.key != key; });
    return links;
  }

  const Start& start_;
  const Mishap mishap_;
  const int at_;
  ManualClock clock_;
  LaunchDarklyStandIn stand_in_;
  WantedLink wanted_;
  AppliedLink applied_;
  int requests_ = 0;
};

// What may be known of a link while LaunchDarkly shows `ours`.
std::vector<AppliedLink> Knowledge(const std::optional<LinkBody>& ours, Duplicate duplicate) {
  std::vector<AppliedLink> known = {{Presence::kMaybe, ""}};
  if (!ours) {
    known.push_back({Presence::kNever, ""});
    known.push_back({Presence::kThere, kUnlisted, std::nullopt});
    // Somebody removed it, or a crash came after our own removal; what it showed is nothing that
    // is wanted here.
    known.push_back({Presence::kThere, kUnlisted, LinkFingerprint{1, 1}});
    known.push_back({Presence::kForeign, "", LinkFingerprint{1, 1}});
    return known;
  }
  for (const char* id : {"its own", ""}) {
    known.push_back({Presence::kThere, id, FingerprintOf(*ours)});
    known.push_back({Presence::kThere, id, std::nullopt});
  }
  // Where a repeated POST makes a twin, nothing helps who is wrong about what is there.
  if (duplicate == Duplicate::kTwin) return known;
  known.push_back({Presence::kNever, ""});
  LinkFingerprint stale = FingerprintOf(*ours);
  stale.text += 1;
  known.push_back({Presence::kThere, kUnlisted, stale});
  return known;
}

// Every mix of: wanted or not, to be looked for first or not, somebody else's there or not.
void AddMixes(const Start& start, std::vector<Start>& starts) {
  LinkBody theirs = Body("jira", "SHOP-1", "Theirs");
  theirs.key = "";
  for (int mix = 0; mix < 8; ++mix) {
    Start mixed = start;
    mixed.wanted.wanted = mix & 1;
    mixed.wanted.look_first = mix & 2;
    if (mix & 4) mixed.theirs = theirs;
    // What never was is not there; only a creation can find that out.
    const bool wrong = start.ours && start.applied.presence == Presence::kNever;
    if (mixed.wanted.wanted || !wrong) starts.push_back(std::move(mixed));
  }
}

std::vector<Start> Starts() {
  std::vector<Start> starts;
  for (const std::string integration : {"", "jira"}) {
    const LinkBody wanted = Body(integration, "SHOP-1", "New");
    const std::optional<LinkBody> shown[] = {
        std::nullopt, wanted, Body(integration, "SHOP-1", "Old"),
        Body(integration, "SHOP-2", "New"), Body(integration, "SHOP-2", "Old")};
    for (const Duplicate duplicate :
         {Duplicate::kConflict, Duplicate::kBadRequest, Duplicate::kTwin}) {
      for (const std::optional<LinkBody>& ours : shown) {
        for (const AppliedLink& applied : Knowledge(ours, duplicate)) {
          AddMixes({{kFlag, true, wanted}, ours, std::nullopt, applied, duplicate}, starts);
        }
      }
    }
  }
  return starts;
}

std::string Describe(const Start& start, Mishap mishap, int at) {
  const auto show = [](const std::optional<LinkBody>& body) {
    return body ? body->deep_link + " " + body->title : std::string("none");
  };
  return std::string(start.wanted.wanted ? "wanted" : "not wanted") +
         (start.wanted.look_first ? ", look first" : "") + ", \"" +
         start.wanted.body.integration_key + "\", ours " + show(start.ours) + ", theirs " +
         show(start.theirs) + ", presence " +
         std::to_string(static_cast<int>(start.applied.presence)) + " id \"" + start.applied.id +
         "\"" + (start.applied.shown ? " shown" : "") + ", duplicate " +
         std::to_string(static_cast<int>(start.duplicate)) + ", mishap " +
         std::to_string(static_cast<int>(mishap)) + " at " + std::to_string(at);
}

void ExpectConverged(const Start& start, const Trial& trial) {
  const std::vector<Link> ours = trial.Ours(), theirs = trial.Theirs();
  EXPECT_EQ(theirs.size(), start.theirs ? 1u : 0u);
  for (const Link& link : theirs) EXPECT_EQ(AsBody(link), *start.theirs);
  if (trial.applied().presence == Presence::kForeign) {
    EXPECT_TRUE(start.wanted.wanted && start.theirs);
    EXPECT_TRUE(ours.empty());
    return;
  }
  ASSERT_EQ(ours.size(), start.wanted.wanted ? 1u : 0u);
  if (!start.wanted.wanted) {
    EXPECT_EQ(trial.applied(), AppliedLink());
    return;
  }
  EXPECT_EQ(AsBody(ours[0]), start.wanted.body);
  EXPECT_EQ(trial.applied().shown, FingerprintOf(start.wanted.body));
}

// One trial without a mishap, then one for every mishap at every request.
template <typename Check>
int ForEveryMishap(const Start& start, Check check) {
  int trials = 0;
  for (const Mishap mishap : {Mishap::kNone, Mishap::kNotSent, Mishap::kLostRequest,
                              Mishap::kLostAnswer, Mishap::kCrashBefore, Mishap::kCrashAfter}) {
    bool happened = true;
    for (int at = 0; happened && !testing::Test::HasFailure(); ++at) {
      SCOPED_TRACE(Describe(start, mishap, at));
      Trial trial(start, mishap, at);
      check(trial);
      ++trials;
      happened = mishap != Mishap::kNone && trial.MishapHappened();
    }
  }
  return trials;
}

TEST(Convergence, WhateverGetsLostThereIsExactlyTheWantedLinkOrNone) {
  int trials = 0;
  for (const Start& start : Starts()) {
    trials += ForEveryMishap(start, [&](Trial& trial) {
      EXPECT_EQ(trial.Finish(),
                start.wanted.wanted ? Outcome::Kind::kApplied : Outcome::Kind::kRemoved);
      ExpectConverged(start, trial);
    });
  }
  EXPECT_GT(trials, 10'000);
}

TEST(Convergence, WhatIsWantedMayChangeBackWhateverGetsLost) {
  for (const std::string integration : {"", "jira"}) {
    const LinkBody old = Body(integration, "SHOP-1", "Old");
    const Start start{{kFlag, true, Body(integration, "SHOP-1", "New")},
                      old,
                      std::nullopt,
                      {Presence::kThere, "its own", FingerprintOf(old)}};
    ForEveryMishap(start, [&](Trial& trial) {
      trial.FinishLease();
      trial.Want(old);
      EXPECT_EQ(trial.Finish(), Outcome::Kind::kApplied);
      ASSERT_EQ(trial.Ours().size(), 1u);
      EXPECT_EQ(AsBody(trial.Ours()[0]), old);
    });
  }
}

// Of a link that shows the old content, and of one whose removal nobody remembers.
TEST(Convergence, ARefusedReplacementEndsWithTheOldContentWhateverGetsLost) {
  for (const std::string integration : {"", "jira"}) {
    const LinkBody old = Body(integration, "SHOP-2", "Old");
    const WantedLink wanted{kFlag, true, Body(integration, "SHOP-1", "Refused")};
    Start shown{wanted, old, std::nullopt, {Presence::kThere, "its own", FingerprintOf(old)}};
    Start removed{wanted, std::nullopt, std::nullopt, {Presence::kMaybe, ""}};
    for (Start* start : {&shown, &removed}) {
      start->accepted = old;
      start->refused = "Refused";
      ForEveryMishap(*start, [&](Trial& trial) {
        EXPECT_EQ(trial.Finish(), Outcome::Kind::kFailed);
        ASSERT_EQ(trial.Ours().size(), 1u);
        EXPECT_EQ(AsBody(trial.Ours()[0]), old);
        EXPECT_EQ(trial.applied().shown, FingerprintOf(old));
      });
    }
  }
}

}  // namespace
}  // namespace flaglinkd
