#include "daemon/verify/secret_key.h"

#include <gtest/gtest.h>

#include "tests/verify/schemes.h"

namespace flaglinkd {
namespace {

constexpr const char* kPublicKey = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";

std::string Refusal(const std::vector<SignatureScheme>& schemes, std::string secret) {
  const Status status = CheckSecret(schemes, Secret(std::move(secret)));
  return status ? "" : status.error().message;
}

TEST(SecretKey, EachKindOfSecretServesTheSchemesThatItFits) {
  const SignatureScheme ed25519 = StandardWebhooksEd25519("webhook"),
                        base64 = StandardWebhooks("webhook"), text = OverBody("x-signature", ""),
                        token = Token("x-token", ""), jwt = JwtHs256("Bearer ");
  const struct {
    const char* secret;
    bool ed25519, base64, text, token, jwt;
  } cases[] = {
      {kPublicKey, true, false, false, false, false},
      {"whsec_c2VjcmV0", false, true, true, false, false},
      {"c2VjcmV0", false, true, true, true, true},
      {"no base64", false, false, true, true, true},
      {"whpk_c2hvcnQ=", false, false, false, false, false},
      {"whpk_", false, false, false, false, false},
      {"", false, false, false, false, false},
  };
  for (const auto& each : cases) {
    const Secret secret{std::string(each.secret)};
    EXPECT_EQ(!KeyOf(ed25519, secret).empty(), each.ed25519) << each.secret;
    EXPECT_EQ(!KeyOf(base64, secret).empty(), each.base64) << each.secret;
    EXPECT_EQ(!KeyOf(text, secret).empty(), each.text) << each.secret;
    EXPECT_EQ(!KeyOf(token, secret).empty(), each.token) << each.secret;
    EXPECT_EQ(!KeyOf(jwt, secret).empty(), each.jwt) << each.secret;
  }
  EXPECT_EQ(KeyOf(base64, Secret(std::string("whsec_c2VjcmV0"))).Bytes(), "secret");
  EXPECT_EQ(KeyOf(text, Secret(std::string("whsec_c2VjcmV0"))).Bytes(), "whsec_c2VjcmV0");
}

TEST(SecretKey, ASecretThatFitsNoSchemeIsNamedByWhatItIsNot) {
  EXPECT_EQ(Refusal({StandardWebhooksEd25519("webhook"), StandardWebhooks("webhook")}, "hunter 2"),
            "it is no key: wanted \"whpk_\" and the base64 of 32 bytes; or base64, with or without "
            "\"whsec_\"");
  EXPECT_EQ(Refusal({Token("x-token", ""), JwtHs256("")}, kPublicKey),
            "it is no key: wanted text other than \"whpk_…\" and \"whsec_…\"");
  EXPECT_EQ(Refusal({OverBody("x-signature", "")}, ""), "it is empty");
  EXPECT_EQ(Refusal({OverBody("x-signature", "")}, "hunter2"), "");
}

TEST(SecretKey, OnlyTheSecretItselfIsTheSecret) {
  const Secret secret{std::string("hunter2")};
  EXPECT_TRUE(IsSecret("hunter2", secret));
  for (const char* text : {"", "hunter", "hunter22", "Hunter2"}) {
    EXPECT_FALSE(IsSecret(text, secret)) << text;
  }
  EXPECT_FALSE(IsSecret("", Secret()));
}

}  // namespace
}  // namespace flaglinkd
