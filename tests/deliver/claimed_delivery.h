// Deliveries as claims begin them, and answers for them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "daemon/deliver/delivery.h"
#include "daemon/domain/link_body.h"

namespace flaglinkd {

constexpr TimePoint kNow(std::chrono::seconds(1'767'225'600));

enum class Wish { kWanted, kUnwanted };

inline LinkBody Body(const std::string& title = "Roll out") {
  LinkBody body;
  body.key = "key";
  body.deep_link = "https://acme.example/1";
  body.title = body.description = title;
  return body;
}

inline LinkBody JiraBody(const std::string& title = "Roll out") {
  LinkBody body = Body(title);
  body.integration_key = "jira";
  body.metadata = {{"issueTitle", title}};
  return body;
}

inline Lease LeaseOf(Wish wish, AppliedLink applied, LinkBody body = Body()) {
  Lease lease;
  lease.id = {3, 4};
  lease.token = 5;
  lease.revision = 6;
  lease.wanted.flag = {"default", "checkout-v2"};
  lease.wanted.wanted = wish == Wish::kWanted;
  lease.wanted.body = std::move(body);
  lease.applied = std::move(applied);
  lease.changed_at = kNow;
  return lease;
}

inline Delivery Claimed(Wish wish, Presence presence) {
  if (presence != Presence::kThere) return Plan(LeaseOf(wish, {presence, ""}));
  return Plan(LeaseOf(wish, {presence, "id", FingerprintOf(Body())}));
}

// A link that shows `shown` and is to show `wanted`.
inline Delivery ToChange(const LinkBody& shown, LinkBody wanted) {
  return Plan(LeaseOf(Wish::kWanted, {Presence::kThere, "id", FingerprintOf(shown)}, wanted));
}

inline AttemptOutcome Got(AttemptOutcome::Result result, const std::string& reason = "") {
  AttemptOutcome answer;
  answer.result = result;
  answer.reason = reason;
  return answer;
}

inline AttemptOutcome Made(const std::string& id) {
  AttemptOutcome answer = Got(AttemptOutcome::Result::kDone);
  answer.link_id = id;
  return answer;
}

inline AttemptOutcome Found(const LinkBody& body, const std::string& id = "id") {
  AttemptOutcome answer = Made(id);
  answer.shown = FingerprintOf(body);
  return answer;
}

// What kNow and half jitter make of it.
inline std::optional<Outcome> Take(Delivery& delivery, const AttemptOutcome& answer) {
  Circumstances circumstances;
  circumstances.now = kNow;
  circumstances.jitter = 0.5;
  circumstances.resumes = kNow + std::chrono::minutes(7);
  return Advance(delivery, answer, RetryPolicy{}, circumstances);
}

}  // namespace flaglinkd
