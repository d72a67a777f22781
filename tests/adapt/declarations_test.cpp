#include "daemon/adapt/declarations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

using ::testing::ElementsAre;

flaglink_outcome Ignore(const flaglink_request*, const flaglink_sink*) {
  return FLAGLINK_IGNORED;
}

flaglink_adapter Plain() {
  flaglink_adapter adapter{};
  adapter.abi = FLAGLINK_ADAPTER_ABI;
  adapter.struct_size = sizeof adapter;
  adapter.name = "plain";
  adapter.version = "1";
  adapter.methods = "POST";
  adapter.extract = Ignore;
  return adapter;
}

flaglink_signature Hmac() {
  flaglink_signature signature{};
  signature.struct_size = sizeof signature;
  signature.algorithm = "hmac-sha256";
  signature.header = "x-signature";
  signature.encoding = "hex";
  signature.signed_content = "{body}";
  return signature;
}

std::string Refusal(const flaglink_adapter& adapter) {
  const Result<Declarations> declarations = ReadDeclarations(adapter);
  return declarations.ok() ? "" : declarations.error().message;
}

std::string Refusal(const flaglink_signature& signature) {
  flaglink_adapter adapter = Plain();
  adapter.signatures = &signature;
  adapter.signature_count = 1;
  return Refusal(adapter);
}

SignatureScheme SchemeOf(const flaglink_signature& signature) {
  flaglink_adapter adapter = Plain();
  static const char* const options[] = {"url", nullptr};
  adapter.options = options;
  adapter.signatures = &signature;
  adapter.signature_count = 1;
  const Result<Declarations> declarations = ReadDeclarations(adapter);
  EXPECT_TRUE(declarations.ok()) << declarations.error().message;
  return declarations->schemes.at(0);
}

TEST(Declarations, ASchemeComesOverWhole) {
  flaglink_signature signature = Hmac();
  signature.algorithm = "hmac-sha512";
  signature.prefix = "v0=";
  signature.encoding = "base64";
  signature.signed_content = "{id}.{timestamp}.{body}{option:url}";
  signature.separator = " ";
  signature.key_encoding = "base64";
  signature.timestamp = "header:x-time";
  signature.timestamp_unit = "ms";
  signature.id = "header:x-id";
  signature.past_seconds = 86400;
  signature.future_seconds = 300;
  const SignatureScheme scheme = SchemeOf(signature);
  EXPECT_EQ(scheme.algorithm, SignatureAlgorithm::kHmacSha512);
  EXPECT_EQ(scheme.header, "x-signature");
  EXPECT_EQ(scheme.prefix, "v0=");
  EXPECT_EQ(scheme.encoding, DigestEncoding::kBase64);
  EXPECT_EQ(scheme.separator, ' ');
  EXPECT_EQ(scheme.key_encoding, KeyEncoding::kBase64);
  ASSERT_TRUE(scheme.timestamp.has_value());
  EXPECT_EQ(scheme.timestamp->kind, ValueLocation::Kind::kHeader);
  EXPECT_EQ(scheme.timestamp->name, "x-time");
  EXPECT_EQ(scheme.timestamp_unit, TimeUnit::kMilliseconds);
  EXPECT_EQ(scheme.id_header, "x-id");
  EXPECT_EQ(scheme.past, std::chrono::hours(24));
  EXPECT_EQ(scheme.future, std::chrono::minutes(5));

  std::vector<std::pair<SignedPiece::Kind, std::string>> content;
  for (const SignedPiece& piece : scheme.signed_content)
    content.emplace_back(piece.kind, piece.text);
  using Kind = SignedPiece::Kind;
  EXPECT_THAT(content, ElementsAre(std::pair(Kind::kId, ""), std::pair(Kind::kLiteral, "."),
                                   std::pair(Kind::kTimestamp, ""), std::pair(Kind::kLiteral, "."),
                                   std::pair(Kind::kBody, ""), std::pair(Kind::kOption, "url")));
}

TEST(Declarations, ATokenNeedsAHeaderAlone) {
  flaglink_signature signature{};
  signature.struct_size = sizeof signature;
  signature.algorithm = "token";
  signature.header = "x-token";
  EXPECT_EQ(SchemeOf(signature).algorithm, SignatureAlgorithm::kToken);
  signature.signed_content = "{body}";
  EXPECT_EQ(Refusal(signature), "signature 1: a token signs nothing, but signed content is given");
}

TEST(Declarations, AnEd25519SignatureIsOneOfContent) {
  flaglink_signature signature = Hmac();
  signature.algorithm = "ed25519";
  signature.encoding = "base64";
  EXPECT_EQ(SchemeOf(signature).algorithm, SignatureAlgorithm::kEd25519);
  signature.signed_content = nullptr;
  EXPECT_EQ(Refusal(signature), "signature 1: signed content without {body}");
}

TEST(Declarations, AJwtNeedsAHeaderAlone) {
  flaglink_signature signature{};
  signature.struct_size = sizeof signature;
  signature.algorithm = "jwt-hs256";
  signature.header = "authorization";
  signature.prefix = "Bearer ";
  EXPECT_EQ(SchemeOf(signature).algorithm, SignatureAlgorithm::kJwtHs256);
  flaglink_signature other = signature;
  other.signed_content = "{body}";
  EXPECT_EQ(Refusal(other), "signature 1: a token signs nothing, but signed content is given");
  other = signature;
  other.encoding = "base64";
  EXPECT_EQ(Refusal(other), "signature 1: a JWT has its own encoding, but another is given");
  other = signature;
  other.timestamp = "header:x-time";
  other.timestamp_unit = "s";
  other.past_seconds = 300;
  EXPECT_EQ(Refusal(other), "signature 1: a JWT has its own times, but a timestamp is given");
}

TEST(Declarations, HostsAndAnArmedSecretComeOver) {
  static const char* const hosts[] = {"slack.com", "option:site", nullptr};
  static const char* const options[] = {"site", nullptr};
  flaglink_adapter adapter = Plain();
  adapter.hosts = hosts;
  adapter.options = options;
  adapter.methods = "POST,HEAD";
  adapter.armed_secret = "body:/verification_token";
  const Result<Declarations> declarations = ReadDeclarations(adapter);
  ASSERT_TRUE(declarations.ok()) << declarations.error().message;
  EXPECT_THAT(declarations->hosts, ElementsAre("slack.com", "option:site"));
  EXPECT_THAT(declarations->methods, ElementsAre("POST", "HEAD"));
  ASSERT_TRUE(declarations->armed_secret.has_value());
  EXPECT_EQ(declarations->armed_secret->kind, ValueLocation::Kind::kBody);
  EXPECT_EQ(declarations->armed_secret->name, "/verification_token");

  const Result<Declarations> plain = ReadDeclarations(Plain());
  ASSERT_TRUE(plain.ok());
  EXPECT_TRUE(plain->hosts.empty());
  EXPECT_FALSE(plain->armed_secret.has_value());
}

TEST(Declarations, ATokenMayBeInBase64) {
  flaglink_signature signature = Hmac();
  signature.algorithm = "token";
  signature.header = "authorization";
  signature.prefix = "Basic ";
  signature.encoding = "base64";
  signature.signed_content = nullptr;
  EXPECT_EQ(SchemeOf(signature).encoding, DigestEncoding::kBase64);
  signature.encoding = "hex";
  EXPECT_EQ(Refusal(signature), "signature 1: encoding \"hex\" is none of hex, base64");
}

TEST(Declarations, AMistakeInASignatureIsNamed) {
  const struct {
    void (*spoil)(flaglink_signature&);
    const char* reason;
  } mistakes[] = {
      {[](auto& s) { s.struct_size = 8; }, "a struct_size of 8, at least 96 are needed"},
      {[](auto& s) { s.algorithm = "md5"; }, "algorithm \"md5\" is unknown"},
      {[](auto& s) { s.algorithm = nullptr; }, "algorithm \"\" is unknown"},
      {[](auto& s) { s.header = "X-Signature"; }, "\"X-Signature\" is no lower-case header name"},
      {[](auto& s) { s.header = nullptr; }, "\"\" is no lower-case header name"},
      {[](auto& s) { s.prefix = "v0=\n"; }, "the prefix is not printable"},
      {[](auto& s) { s.encoding = "base32"; }, "encoding \"base32\" is none of hex, base64"},
      {[](auto& s) { s.encoding = nullptr; }, "encoding \"\" is none of hex, base64"},
      {[](auto& s) { s.separator = ", "; }, "separator \", \" is not one character"},
      {[](auto& s) { s.key_encoding = "hex"; }, "key encoding \"hex\" is none of text, base64"},
      {[](auto& s) { s.signed_content = nullptr; }, "signed content without {body}"},
      {[](auto& s) { s.signed_content = "{body"; }, "signed content has a { without }"},
      {[](auto& s) { s.signed_content = "{Body}"; }, "signed content holds the unknown {Body}"},
      {[](auto& s) { s.signed_content = "{id}{body}"; }, "signed content with {id}, but no id"},
      {[](auto& s) { s.signed_content = "{timestamp}{body}"; },
       "signed content with {timestamp}, but no timestamp in a header"},
      {[](auto& s) { s.id = "body:/id"; }, "id is not in a header"},
      {[](auto& s) { s.timestamp = "x-time"; },
       "timestamp \"x-time\" is neither header:<lower-case name> nor body:<JSON Pointer>"},
      {[](auto& s) { s.timestamp = "body:/t"; }, "timestamp unit \"\" is none of s, ms, iso8601"},
      {[](auto& s) { s.timestamp = "body:/t", s.timestamp_unit = "s"; },
       "a timestamp without past_seconds"},
  };
  for (const auto& [spoil, reason] : mistakes) {
    flaglink_signature signature = Hmac();
    spoil(signature);
    EXPECT_EQ(Refusal(signature), std::string("signature 1: ") + reason);
  }
}

TEST(Declarations, AMistakeInTheDescriptionIsNamed) {
  static const char* const upper[] = {"X-Kind", nullptr};
  static const char* const secret[] = {"authorization", nullptr};
  static const char* const pointer[] = {"token", nullptr};
  static const char* const option[] = {"a b", nullptr};
  static const char* const url[] = {"https://slack.com", nullptr};
  static const char* const undeclared[] = {"option:site", nullptr};
  static const char* const kind[] = {"x-kind", nullptr};
  const struct {
    void (*spoil)(flaglink_adapter&);
    const char* reason;
  } mistakes[] = {
      {[](auto& a) { a.version = nullptr; }, "it has no printable version"},
      {[](auto& a) { a.extract = nullptr; }, "it has no extract function"},
      {[](auto& a) { a.headers = upper; }, "\"X-Kind\" is no lower-case header name"},
      {[](auto& a) { a.headers = secret; },
       "header \"authorization\" holds a secret or a signature; adapters don't see it"},
      {[](auto& a) { a.blank = pointer; }, "\"token\" is no JSON Pointer"},
      {[](auto& a) { a.options = option; }, "\"a b\" is no option name"},
      {[](auto& a) { a.methods = nullptr; },
       "methods \"\" are not a list of POST and PUT, and HEAD beside them"},
      {[](auto& a) { a.methods = "POST, PUT"; },
       "methods \"POST, PUT\" are not a list of POST and PUT, and HEAD beside them"},
      {[](auto& a) { a.methods = "HEAD"; },
       "methods \"HEAD\" are not a list of POST and PUT, and HEAD beside them"},
      {[](auto& a) { a.hosts = url; }, "\"https://slack.com\" is no host"},
      {[](auto& a) { a.hosts = undeclared; },
       "a host is that of the option \"site\", which is not declared"},
      {[](auto& a) { a.armed_secret = "x-hook-secret"; },
       "armed secret \"x-hook-secret\" is neither header:<lower-case name> nor body:<JSON "
       "Pointer>"},
      {[](auto& a) { a.armed_secret = "header:x-kind", a.headers = kind; },
       "header \"x-kind\" holds a secret or a signature; adapters don't see it"},
      {[](auto& a) { a.delivery_id = "header:X-Id"; },
       "delivery id \"header:X-Id\" is neither header:<lower-case name> nor body:<JSON Pointer>"},
      {[](auto& a) { a.signature_count = 1; }, "it declares 1 signatures"},
  };
  for (const auto& [spoil, reason] : mistakes) {
    flaglink_adapter adapter = Plain();
    spoil(adapter);
    EXPECT_EQ(Refusal(adapter), reason);
  }
}

TEST(Declarations, AnAdapterDoesNotSeeTheSignature) {
  static const char* const headers[] = {"x-signature", nullptr};
  const flaglink_signature signature = Hmac();
  flaglink_adapter adapter = Plain();
  adapter.headers = headers;
  adapter.signatures = &signature;
  adapter.signature_count = 1;
  EXPECT_EQ(Refusal(adapter),
            "header \"x-signature\" holds a secret or a signature; adapters don't see it");
}

TEST(Declarations, ASignedOptionMustBeDeclared) {
  flaglink_signature signature = Hmac();
  signature.signed_content = "{body}{option:callback}";
  EXPECT_EQ(Refusal(signature),
            "signed content names the option \"callback\", which is not declared");
}

TEST(Declarations, AListWithoutAnEndIsRefused) {
  const std::vector<const char*> endless(1000, "x-kind");
  flaglink_adapter adapter = Plain();
  adapter.headers = endless.data();
  EXPECT_EQ(Refusal(adapter), "a list of lower-case header names has no end");
}

TEST(Declarations, AStarCoversATable) {
  EXPECT_TRUE(OptionMatches("site", "site"));
  EXPECT_FALSE(OptionMatches("site", "sites"));
  EXPECT_TRUE(OptionMatches("workspaces.*", "workspaces.T1"));
  EXPECT_FALSE(OptionMatches("workspaces.*", "workspaces."));
  EXPECT_FALSE(OptionMatches("workspaces.*", "workspaces"));
}

}  // namespace
}  // namespace flaglinkd
