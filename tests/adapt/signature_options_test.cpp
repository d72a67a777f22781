#include "daemon/adapt/signature_options.h"

#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

SignatureOptions Of(std::string algorithm) {
  SignatureOptions options;
  options.algorithm = std::move(algorithm);
  return options;
}

std::string Refusal(const SignatureOptions& options) {
  const auto scheme = SchemeOf(options);
  return scheme.ok() ? "" : scheme.error().message;
}

TEST(SignatureOptions, AnAlgorithmAloneSaysHowATokenIsSent) {
  const struct {
    const char* algorithm;
    SignatureAlgorithm scheme;
    const char *header, *prefix;
    DigestEncoding encoding;
  } cases[] = {
      {"token", SignatureAlgorithm::kToken, "x-webhook-token", "", DigestEncoding::kHex},
      {"basic", SignatureAlgorithm::kToken, "authorization", "Basic ", DigestEncoding::kBase64},
      {"bearer", SignatureAlgorithm::kToken, "authorization", "Bearer ", DigestEncoding::kHex},
      {"jwt-hs256", SignatureAlgorithm::kJwtHs256, "authorization", "Bearer ",
       DigestEncoding::kHex},
  };
  for (const auto& [algorithm, expected, header, prefix, encoding] : cases) {
    const auto scheme = SchemeOf(Of(algorithm));
    ASSERT_TRUE(scheme.ok()) << algorithm << ": " << scheme.error().message;
    EXPECT_EQ(scheme->algorithm, expected) << algorithm;
    EXPECT_EQ(scheme->header, header) << algorithm;
    EXPECT_EQ(scheme->prefix, prefix) << algorithm;
    EXPECT_EQ(scheme->encoding, encoding) << algorithm;
    EXPECT_TRUE(scheme->signed_content.empty()) << algorithm;
  }
}

TEST(SignatureOptions, AMacIsOneOfTheBodyInHexAndASignatureInBase64) {
  for (const char* algorithm : {"hmac-sha1", "hmac-sha256", "hmac-sha512", "ed25519"}) {
    EXPECT_EQ(Refusal(Of(algorithm)), "it has no header") << algorithm;
    SignatureOptions options = Of(algorithm);
    options.header = "X-Signature";
    const auto scheme = SchemeOf(options);
    ASSERT_TRUE(scheme.ok()) << algorithm << ": " << scheme.error().message;
    EXPECT_EQ(scheme->header, "x-signature");
    const bool ed25519 = scheme->algorithm == SignatureAlgorithm::kEd25519;
    EXPECT_EQ(scheme->encoding, ed25519 ? DigestEncoding::kBase64 : DigestEncoding::kHex);
    ASSERT_EQ(scheme->signed_content.size(), 1u);
    EXPECT_EQ(scheme->signed_content[0].kind, SignedPiece::Kind::kBody);
    EXPECT_FALSE(scheme->timestamp.has_value());
  }
}

TEST(SignatureOptions, WhatIsSetTakesTheDefaultsPlace) {
  SignatureOptions options = Of("hmac-sha256");
  options.header = "X-Signature";
  options.prefix = "v1=";
  options.encoding = "base64";
  options.signed_content = "{id}.{timestamp}.{body}";
  options.separator = ",";
  options.key_encoding = "base64";
  options.timestamp = "X-Time";
  options.timestamp_unit = "ms";
  options.id = "X-Id";
  const auto scheme = SchemeOf(options);
  ASSERT_TRUE(scheme.ok()) << scheme.error().message;
  EXPECT_EQ(scheme->prefix, "v1=");
  EXPECT_EQ(scheme->encoding, DigestEncoding::kBase64);
  EXPECT_EQ(scheme->signed_content.size(), 5u);
  EXPECT_EQ(scheme->separator, ',');
  EXPECT_EQ(scheme->key_encoding, KeyEncoding::kBase64);
  EXPECT_EQ(scheme->timestamp->kind, ValueLocation::Kind::kHeader);
  EXPECT_EQ(scheme->timestamp->name, "x-time");
  EXPECT_EQ(scheme->timestamp_unit, TimeUnit::kMilliseconds);
  EXPECT_EQ(scheme->id_header, "x-id");
  EXPECT_EQ(scheme->past, std::chrono::minutes(5));
  EXPECT_EQ(scheme->future, std::chrono::minutes(5));
}

TEST(SignatureOptions, ATimeInTheBodyMayBeADayOld) {
  SignatureOptions options = Of("hmac-sha256");
  options.header = "X-Signature";
  options.timestamp = "/Event/Time";
  const auto scheme = SchemeOf(options);
  ASSERT_TRUE(scheme.ok()) << scheme.error().message;
  EXPECT_EQ(scheme->timestamp->kind, ValueLocation::Kind::kBody);
  EXPECT_EQ(scheme->timestamp->name, "/Event/Time");
  EXPECT_EQ(scheme->past, std::chrono::hours(24));
}

TEST(SignatureOptions, WhatMakesNoSenseIsSaid) {
  SignatureOptions options = Of("hmac-sha256");
  options.header = "X-Signature";
  options.signed_content = "{body}{option:callback_url}";
  EXPECT_EQ(Refusal(options), "signed content with {option:…}: write what it stands for itself");
  options.signed_content = "{timestamp}{body}";
  EXPECT_EQ(Refusal(options), "signed content with {timestamp}, but no timestamp in a header");
  options.signed_content = "{body}";
  options.separator = ", ";
  EXPECT_EQ(Refusal(options), "separator \", \" is not one character");
  SignatureOptions token = Of("bearer");
  token.signed_content = "{body}";
  EXPECT_EQ(Refusal(token), "a token signs nothing, but signed content is given");
}

}  // namespace
}  // namespace flaglinkd
