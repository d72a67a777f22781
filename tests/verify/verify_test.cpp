#include "daemon/verify/verify.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>

#include "tests/verify/schemes.h"

namespace flaglinkd {
namespace {

const TimePoint kNow(std::chrono::seconds(1767225600));
constexpr const char* kBody = R"({"issue":{"key":"SHOP-42"}})";

std::vector<Secret> Secrets(std::initializer_list<const char*> texts) {
  std::vector<Secret> secrets;
  for (const char* text : texts) secrets.emplace_back(std::string(text));
  return secrets;
}

Webhook Request(std::string body, std::vector<Header> headers) {
  return {"POST", std::move(headers), std::move(body), kNow};
}

// A request that is signed with `secret` by `scheme`.
Webhook Signed(const SignatureScheme& scheme, const char* secret, const std::string& body = kBody,
               TimePoint when = kNow) {
  return Request(body, Sign(scheme, Secret(std::string(secret)), body, "delivery-1", when));
}

Verification VerifyOne(const SignatureScheme& scheme, const Webhook& webhook,
                       TimePoint now = kNow) {
  return Verify({&scheme, 1}, Secrets({"c2VjcmV0"}), webhook, now);
}

void Replace(Webhook& webhook, const std::string& name, const std::string& value) {
  for (Header& header : webhook.headers) {
    if (header.name == name) header.value = value;
  }
}

TEST(Verify, EverySchemesOwnSignatureIsAccepted) {
  for (const auto& [source, schemes] : SchemesBySource()) {
    for (const SignatureScheme& scheme : schemes) {
      if (scheme.algorithm == SignatureAlgorithm::kEd25519) continue;  // the vectors have those
      const Verification verification = VerifyOne(scheme, Signed(scheme, "c2VjcmV0"));
      EXPECT_EQ(verification.verdict, Verdict::kAuthentic) << source << ": " << verification.reason;
    }
  }
}

TEST(Verify, AnyOtherByteInTheBodyIsRefused) {
  const SignatureScheme scheme = OverBody("x-hub-signature", "sha256=");
  const std::string body = kBody;
  for (std::size_t i = 0; i < body.size(); ++i) {
    Webhook webhook = Signed(scheme, "c2VjcmV0");
    webhook.body[i] ^= 1;
    EXPECT_EQ(VerifyOne(scheme, webhook).verdict, Verdict::kWrongSignature) << i;
  }
}

TEST(Verify, ASecondSecretIsAccepted) {
  const SignatureScheme scheme = Slack();
  const auto secrets = Secrets({"new", "old", "older"});
  for (const auto& [secret, index] : {std::pair{"new", 0u}, {"old", 1u}, {"older", 2u}}) {
    const Verification verification = Verify({&scheme, 1}, secrets, Signed(scheme, secret), kNow);
    EXPECT_EQ(verification.verdict, Verdict::kAuthentic);
    EXPECT_EQ(verification.secret_index, index);
  }
  EXPECT_EQ(Verify({&scheme, 1}, secrets, Signed(scheme, "revoked"), kNow).reason,
            "x-slack-signature fits no secret");
}

TEST(Verify, ATokenTriesEverySecretToo) {
  const SignatureScheme scheme = Token("authorization", "Bearer ");
  const auto secrets = Secrets({"new", "old"});
  const Verification verification =
      Verify({&scheme, 1}, secrets, Request("", {{"authorization", "Bearer old"}}), kNow);
  EXPECT_EQ(verification.verdict, Verdict::kAuthentic);
  EXPECT_EQ(verification.secret_index, 1u);
}

TEST(Verify, WithoutItsHeaderARequestIsUnsigned) {
  const std::vector<SignatureScheme> schemes = {StandardWebhooks("webhook"),
                                                Token("x-gitlab-token", "")};
  const Verification verification =
      Verify(schemes, Secrets({"c2VjcmV0"}), Request(kBody, {{"x-gitlab-event", "Issue"}}), kNow);
  EXPECT_EQ(verification.verdict, Verdict::kUnsigned);
  EXPECT_EQ(verification.reason, "webhook-signature, x-gitlab-token is missing");
}

TEST(Verify, AfterAFailureNoOtherSchemeIsTried) {
  const std::vector<SignatureScheme> schemes = {StandardWebhooks("webhook"),
                                                Token("x-gitlab-token", "")};
  const auto secrets = Secrets({"c2VjcmV0"});
  Webhook webhook = Request(kBody, {{"x-gitlab-token", "c2VjcmV0"}});
  EXPECT_EQ(Verify(schemes, secrets, webhook, kNow).verdict, Verdict::kAuthentic);
  webhook.headers.push_back({"webhook-signature", "v1,AAAA"});
  webhook.headers.push_back({"webhook-id", "1"});
  webhook.headers.push_back({"webhook-timestamp", "1767225600"});
  EXPECT_EQ(Verify(schemes, secrets, webhook, kNow).verdict, Verdict::kWrongSignature);
}

TEST(Verify, TheRequestDoesNotChooseTheAlgorithm) {
  SignatureScheme sha1 = Sha1OverBody("x-hub-signature", "sha256=");
  const SignatureScheme sha256 = OverBody("x-hub-signature", "sha256=");
  EXPECT_EQ(VerifyOne(sha256, Signed(sha1, "c2VjcmV0")).verdict, Verdict::kWrongSignature);
  sha1.prefix = "sha1=";
  const Verification verification = VerifyOne(sha256, Signed(sha1, "c2VjcmV0"));
  EXPECT_EQ(verification.verdict, Verdict::kWrongSignature);
  EXPECT_EQ(verification.reason, "x-hub-signature does not start with \"sha256=\"");
}

TEST(Verify, AnySignatureOfAListMayMatch) {
  const SignatureScheme scheme = WithList(OverBody("x-pagerduty-signature", "v1="), ',');
  Webhook webhook = Signed(scheme, "c2VjcmV0");
  const std::string right = webhook.headers.back().value;
  const std::string wrong = "v1=" + std::string(64, '0');
  for (const std::string& list : {right + "," + wrong, wrong + "," + right, wrong + ", " + right,
                                  "v2=zz,," + right + ",v1=zz"}) {
    webhook.headers.back().value = list;
    EXPECT_EQ(VerifyOne(scheme, webhook).verdict, Verdict::kAuthentic) << list;
  }
  for (const std::string& list :
       {wrong + "," + wrong, right + right, right + ";" + wrong, std::string()}) {
    webhook.headers.back().value = list;
    EXPECT_EQ(VerifyOne(scheme, webhook).verdict, Verdict::kWrongSignature) << list;
  }
}

TEST(Verify, OfALongListOnlyTheFirstEightAreLookedAt) {
  const SignatureScheme scheme = WithList(OverBody("x-pagerduty-signature", "v1="), ',');
  Webhook webhook = Signed(scheme, "c2VjcmV0");
  const std::string right = webhook.headers.back().value;
  std::string wrong;
  for (int i = 0; i < 7; ++i) wrong += "v1=" + std::string(64, '0') + ",";
  webhook.headers.back().value = wrong + right;
  EXPECT_EQ(VerifyOne(scheme, webhook).verdict, Verdict::kAuthentic);
  webhook.headers.back().value = wrong + "v1=" + std::string(64, '1') + "," + right;
  EXPECT_EQ(VerifyOne(scheme, webhook).verdict, Verdict::kWrongSignature);
}

TEST(Verify, WithoutASeparatorThereIsNoList) {
  const SignatureScheme scheme = OverBody("x-hub-signature", "sha256=");
  Webhook webhook = Signed(scheme, "c2VjcmV0");
  webhook.headers.back().value += "," + webhook.headers.back().value;
  EXPECT_EQ(VerifyOne(scheme, webhook).reason, "x-hub-signature is no hex");
}

TEST(Verify, TheWindowsLimitsAreInside) {
  SignatureScheme scheme = Slack();
  scheme.past = std::chrono::minutes(5);
  scheme.future = std::chrono::minutes(1);
  const Webhook webhook = Signed(scheme, "c2VjcmV0");
  const Duration tick{1};
  EXPECT_EQ(VerifyOne(scheme, webhook, kNow + scheme.past).verdict, Verdict::kAuthentic);
  EXPECT_EQ(VerifyOne(scheme, webhook, kNow + scheme.past + tick).verdict, Verdict::kStale);
  EXPECT_EQ(VerifyOne(scheme, webhook, kNow - scheme.future).verdict, Verdict::kAuthentic);
  EXPECT_EQ(VerifyOne(scheme, webhook, kNow - scheme.future - tick).verdict, Verdict::kStale);
  EXPECT_EQ(VerifyOne(scheme, webhook, kNow + std::chrono::minutes(6)).reason,
            "x-slack-request-timestamp is 360 s old");
  EXPECT_EQ(VerifyOne(scheme, webhook, kNow - std::chrono::minutes(6)).reason,
            "x-slack-request-timestamp is 360 s in the future");
}

TEST(Verify, AForgedRequestIsNotCalledStale) {
  Webhook webhook = Signed(Slack(), "forged", kBody, kNow - std::chrono::hours(1));
  EXPECT_EQ(VerifyOne(Slack(), webhook).verdict, Verdict::kWrongSignature);
}

TEST(Verify, ATimestampOfAnotherRequestIsRefused) {
  Webhook webhook = Signed(Slack(), "c2VjcmV0", kBody, kNow - std::chrono::hours(1));
  Replace(webhook, "x-slack-request-timestamp", "1767225600");
  EXPECT_EQ(VerifyOne(Slack(), webhook).verdict, Verdict::kWrongSignature);
}

TEST(Verify, AHeaderThatTheSignatureCoversMustBeThere) {
  const SignatureScheme scheme = StandardWebhooks("webhook");
  for (const char* name : {"webhook-id", "webhook-timestamp"}) {
    Webhook webhook = Signed(scheme, "c2VjcmV0");
    std::erase_if(webhook.headers, [&](const Header& header) { return header.name == name; });
    const Verification verification = VerifyOne(scheme, webhook);
    EXPECT_EQ(verification.verdict, Verdict::kUnsigned);
    EXPECT_EQ(verification.reason, std::string(name) + " is missing");
  }
}

TEST(Verify, AnAuthenticTimestampThatIsNoTimeIsStale) {
  // The unit is the sender's own affair, so that a right MAC can stand over a time of another form.
  SignatureScheme other_unit = Slack();
  other_unit.timestamp_unit = TimeUnit::kIso8601;
  const Verification verification = VerifyOne(Slack(), Signed(other_unit, "c2VjcmV0"));
  EXPECT_EQ(verification.verdict, Verdict::kStale);
  EXPECT_EQ(verification.reason,
            "x-slack-request-timestamp is not written as the scheme's times are");
}

TEST(Verify, ATimeInTheBodyCountsWhereItStands) {
  const auto verdict = [](const std::string& body) {
    return VerifyOne(Jira(), Signed(Jira(), "c2VjcmV0", body)).verdict;
  };
  EXPECT_EQ(verdict(R"({"timestamp":1767225600000})"), Verdict::kAuthentic);
  EXPECT_EQ(verdict(R"({"timestamp":"1767225600000"})"), Verdict::kAuthentic);
  EXPECT_EQ(verdict(R"({"timestamp":1767139200000})"), Verdict::kAuthentic);
  EXPECT_EQ(verdict(R"({"timestamp":1767139199999})"), Verdict::kStale);
  EXPECT_EQ(verdict(R"({"timestamp":1767225900001})"), Verdict::kStale);
  EXPECT_EQ(verdict(R"({"timestamp":1767225600000.5})"), Verdict::kStale);
  EXPECT_EQ(verdict(R"({"timestamp":17672256000000000000000})"), Verdict::kStale);
  EXPECT_EQ(verdict(R"({"timestamp":""})"), Verdict::kStale);
}

TEST(Verify, ABodyWithoutATimeHasNoWindow) {
  for (const char* body :
       {"{}", R"({"timestamp":null})", R"({"issue":{"timestamp":1}})", "no JSON", ""}) {
    EXPECT_EQ(VerifyOne(Jira(), Signed(Jira(), "c2VjcmV0", body)).verdict, Verdict::kAuthentic)
        << body;
  }
}

TEST(Verify, AnEmptyKeyVerifiesNothing) {
  const SignatureScheme text = OverBody("x-hub-signature", "sha256=");
  // HMAC-SHA-256 of "" with the empty key.
  const Webhook webhook =
      Request("", {{"x-hub-signature",
                    "sha256=b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"}});
  EXPECT_EQ(Verify({&text, 1}, Secrets({""}), webhook, kNow).verdict, Verdict::kWrongSignature);

  SignatureScheme base64 = text;
  base64.key_encoding = KeyEncoding::kBase64;
  for (const char* secret : {"whsec_", "no base64"}) {
    EXPECT_EQ(Verify({&base64, 1}, Secrets({secret}), webhook, kNow).reason,
              "no secret is a key for x-hub-signature");
  }
}

constexpr const char* kPublicKey = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";

TEST(Verify, SchemesThatShareAHeaderAreTriedWithTheSecretsOfTheirKind) {
  const std::vector<SignatureScheme> schemes = {StandardWebhooksEd25519("webhook"),
                                                StandardWebhooks("webhook")};
  const auto secrets = Secrets({kPublicKey, "whsec_c2VjcmV0"});
  Webhook webhook = Signed(StandardWebhooks("webhook"), "whsec_c2VjcmV0");
  const Verification right = Verify(schemes, secrets, webhook, kNow);
  EXPECT_EQ(right.verdict, Verdict::kAuthentic) << right.reason;
  EXPECT_EQ(right.secret_index, 1u);
  EXPECT_EQ(Verify(schemes, Secrets({kPublicKey}), webhook, kNow).reason,
            "webhook-signature does not start with \"v1a,\"");
  EXPECT_EQ(Verify(schemes, secrets, webhook, kNow + std::chrono::hours(1)).verdict,
            Verdict::kStale);
  const std::string signature = webhook.headers.back().value;
  Replace(webhook, "webhook-signature", "v1a," + signature.substr(3));
  EXPECT_EQ(Verify(schemes, secrets, webhook, kNow).verdict, Verdict::kWrongSignature);
}

TEST(Verify, BasicAndBearerMayShareAHeader) {
  const std::vector<SignatureScheme> schemes = {Basic(), Token("authorization", "Bearer ")};
  const auto secrets = Secrets({"hook:pass"});
  for (const char* value : {"Basic aG9vazpwYXNz", "Bearer hook:pass"}) {
    EXPECT_EQ(Verify(schemes, secrets, Request("", {{"authorization", value}}), kNow).verdict,
              Verdict::kAuthentic)
        << value;
  }
}

TEST(Verify, WithoutSecretsNothingIsAuthentic) {
  const SignatureScheme scheme = OverBody("x-hub-signature", "");
  EXPECT_EQ(Verify({&scheme, 1}, {}, Signed(scheme, "c2VjcmV0"), kNow).verdict,
            Verdict::kWrongSignature);
}

TEST(Verify, AJwtSaysWhatIsWrongWithIt) {
  const SignatureScheme scheme = JwtHs256("Bearer ");
  const Webhook webhook = Signed(scheme, "c2VjcmV0");
  EXPECT_EQ(VerifyOne(scheme, webhook, kNow + std::chrono::seconds(240)).verdict,
            Verdict::kAuthentic);
  const Verification expired = VerifyOne(scheme, webhook, kNow + std::chrono::seconds(241));
  EXPECT_EQ(expired.verdict, Verdict::kStale);
  EXPECT_EQ(expired.reason, "authorization has expired 61 s ago");
  const Verification early = VerifyOne(scheme, webhook, kNow - std::chrono::seconds(61));
  EXPECT_EQ(early.reason, "authorization has an iat 61 s in the future");
  EXPECT_EQ(VerifyOne(scheme, Request("", {{"authorization", "Bearer a.b"}})).reason,
            "authorization is no JWT");
  EXPECT_EQ(VerifyOne(scheme, Request("", {{"authorization", "Basic abc"}})).reason,
            "authorization does not start with \"Bearer \"");
}

TEST(Verify, NoReasonShowsASecretOrASignature) {
  const std::string secret = "c2VjcmV0";
  for (const auto& [source, schemes] : SchemesBySource()) {
    for (const SignatureScheme& scheme : schemes) {
      if (scheme.algorithm == SignatureAlgorithm::kEd25519) continue;
      Webhook webhook = Signed(scheme, "Zm9yZ2Vk");
      const std::string signature = webhook.headers.back().value;
      const std::string reason = VerifyOne(scheme, webhook).reason;
      EXPECT_FALSE(reason.empty()) << source;
      EXPECT_EQ(reason.find(secret), reason.npos) << reason;
      EXPECT_EQ(reason.find(signature), reason.npos) << reason;
    }
  }
}

TEST(Sign, SetsTheHeadersOfTheScheme) {
  EXPECT_EQ(Sign(OverBody("x-hub-signature-256", "sha256="),
                 Secret(std::string("It's a Secret to Everybody")), "Hello, World!", "", kNow),
            (std::vector<Header>{
                {"x-hub-signature-256",
                 "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}}));
  const std::vector<Header> headers =
      Sign(StandardWebhooks("webhook"), Secret(std::string("c2VjcmV0")), kBody, "msg_1", kNow);
  ASSERT_EQ(headers.size(), 3u);
  EXPECT_EQ(headers[0], (Header{"webhook-timestamp", "1767225600"}));
  EXPECT_EQ(headers[1], (Header{"webhook-id", "msg_1"}));
  EXPECT_EQ(headers[2].name, "webhook-signature");
}

TEST(Sign, WhatAPrivateKeySignsIsNotOursToSign) {
  EXPECT_TRUE(
      Sign(StandardWebhooksEd25519("webhook"), Secret(std::string(kPublicKey)), kBody, "1", kNow)
          .empty());
}

TEST(Sign, ASecretThatIsNoKeySignsNothing) {
  EXPECT_TRUE(Sign(Teams(), Secret(std::string("no base64")), kBody, "", kNow).empty());
}

}  // namespace
}  // namespace flaglinkd
