// How the senders sign that the vectors are of, as their adapters declare it.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "daemon/verify/signature_scheme.h"

namespace flaglinkd {

inline SignedPiece Literal(std::string text) {
  return {SignedPiece::Kind::kLiteral, std::move(text)};
}
inline SignedPiece Body() {
  return {SignedPiece::Kind::kBody, ""};
}
inline SignedPiece Timestamp() {
  return {SignedPiece::Kind::kTimestamp, ""};
}
inline SignedPiece Id() {
  return {SignedPiece::Kind::kId, ""};
}
inline SignedPiece Option(std::string value) {
  return {SignedPiece::Kind::kOption, std::move(value)};
}
inline ValueLocation InHeader(std::string name) {
  return {ValueLocation::Kind::kHeader, std::move(name)};
}
inline ValueLocation InBody(std::string pointer) {
  return {ValueLocation::Kind::kBody, std::move(pointer)};
}

// HMAC-SHA-256 over the body, in hex.
inline SignatureScheme OverBody(std::string header, std::string prefix) {
  SignatureScheme scheme;
  scheme.header = std::move(header);
  scheme.prefix = std::move(prefix);
  scheme.signed_content = {Body()};
  return scheme;
}

inline SignatureScheme Sha1OverBody(std::string header, std::string prefix) {
  SignatureScheme scheme = OverBody(std::move(header), std::move(prefix));
  scheme.algorithm = SignatureAlgorithm::kHmacSha1;
  return scheme;
}

inline SignatureScheme Sha512OverBody(std::string header) {
  SignatureScheme scheme = OverBody(std::move(header), "");
  scheme.algorithm = SignatureAlgorithm::kHmacSha512;
  return scheme;
}

inline SignatureScheme WithList(SignatureScheme scheme, char separator) {
  scheme.separator = separator;
  return scheme;
}

inline SignatureScheme StandardWebhooks(const std::string& names) {
  SignatureScheme scheme = WithList(OverBody(names + "-signature", "v1,"), ' ');
  scheme.encoding = DigestEncoding::kBase64;
  scheme.signed_content = {Id(), Literal("."), Timestamp(), Literal("."), Body()};
  scheme.key_encoding = KeyEncoding::kBase64;
  scheme.timestamp = InHeader(names + "-timestamp");
  scheme.id_header = names + "-id";
  return scheme;
}

// Standard Webhooks with a key pair, beside the above in the same header.
inline SignatureScheme StandardWebhooksEd25519(const std::string& names) {
  SignatureScheme scheme = StandardWebhooks(names);
  scheme.algorithm = SignatureAlgorithm::kEd25519;
  scheme.prefix = "v1a,";
  scheme.key_encoding = KeyEncoding::kText;
  return scheme;
}

inline SignatureScheme JwtHs256(std::string prefix) {
  SignatureScheme scheme;
  scheme.algorithm = SignatureAlgorithm::kJwtHs256;
  scheme.header = "authorization";
  scheme.prefix = std::move(prefix);
  return scheme;
}

inline SignatureScheme Slack() {
  SignatureScheme scheme = OverBody("x-slack-signature", "v0=");
  scheme.signed_content = {Literal("v0:"), Timestamp(), Literal(":"), Body()};
  scheme.timestamp = InHeader("x-slack-request-timestamp");
  return scheme;
}

inline SignatureScheme Jira() {
  SignatureScheme scheme = OverBody("x-hub-signature", "sha256=");
  scheme.timestamp = InBody("/timestamp");
  scheme.timestamp_unit = TimeUnit::kMilliseconds;
  scheme.past = std::chrono::hours(24);
  return scheme;
}

// With the window that Linear advises.
inline SignatureScheme Linear() {
  SignatureScheme scheme = OverBody("linear-signature", "");
  scheme.timestamp = InBody("/webhookTimestamp");
  scheme.timestamp_unit = TimeUnit::kMilliseconds;
  scheme.past = scheme.future = std::chrono::minutes(1);
  return scheme;
}

inline SignatureScheme Zendesk() {
  SignatureScheme scheme = OverBody("x-zendesk-webhook-signature", "");
  scheme.encoding = DigestEncoding::kBase64;
  scheme.signed_content = {Timestamp(), Body()};
  scheme.timestamp = InHeader("x-zendesk-webhook-signature-timestamp");
  scheme.timestamp_unit = TimeUnit::kIso8601;
  return scheme;
}

inline SignatureScheme Trello(std::string callback_url) {
  SignatureScheme scheme = Sha1OverBody("x-trello-webhook", "");
  scheme.encoding = DigestEncoding::kBase64;
  scheme.signed_content = {Body(), Option(std::move(callback_url))};
  return scheme;
}

inline SignatureScheme Teams() {
  SignatureScheme scheme = OverBody("authorization", "HMAC ");
  scheme.encoding = DigestEncoding::kBase64;
  scheme.key_encoding = KeyEncoding::kBase64;
  return scheme;
}

// Grafana signs a time only where one configures a header for it.
inline SignatureScheme GrafanaWithTime() {
  SignatureScheme scheme = OverBody("x-grafana-alerting-signature", "");
  scheme.signed_content = {Timestamp(), Literal(":"), Body()};
  scheme.timestamp = InHeader("x-grafana-alerting-signature-timestamp");
  return scheme;
}

inline SignatureScheme Token(std::string header, std::string prefix) {
  SignatureScheme scheme;
  scheme.algorithm = SignatureAlgorithm::kToken;
  scheme.header = std::move(header);
  scheme.prefix = std::move(prefix);
  return scheme;
}

inline SignatureScheme Basic() {
  SignatureScheme scheme = Token("authorization", "Basic ");
  scheme.encoding = DigestEncoding::kBase64;
  return scheme;
}

// By the source's name in the vectors; Trello's needs its option and stands apart.
inline const std::map<std::string, std::vector<SignatureScheme>>& SchemesBySource() {
  static const std::map<std::string, std::vector<SignatureScheme>> schemes = {
      {"github", {OverBody("x-hub-signature-256", "sha256=")}},
      {"jira", {Jira()}},
      {"jira-dc", {Jira()}},
      {"confluence", {Jira()}},
      {"bitbucket", {OverBody("x-hub-signature", "sha256=")}},
      {"bitbucket-dc", {OverBody("x-hub-signature", "sha256=")}},
      {"slack", {Slack()}},
      {"standard-webhooks",
       {StandardWebhooks("webhook"), StandardWebhooksEd25519("webhook"), StandardWebhooks("svix"),
        StandardWebhooksEd25519("svix")}},
      {"gitlab", {StandardWebhooks("webhook"), Token("x-gitlab-token", "")}},
      {"pagerduty", {WithList(OverBody("x-pagerduty-signature", "v1="), ',')}},
      {"circleci", {WithList(OverBody("circleci-signature", "v1="), ',')}},
      {"notion", {OverBody("x-notion-signature", "sha256=")}},
      {"zendesk", {Zendesk()}},
      {"linear", {Linear()}},
      {"sentry", {OverBody("sentry-hook-signature", "")}},
      {"asana", {OverBody("x-hook-signature", "")}},
      {"microsoft-teams", {Teams()}},
      {"intercom", {Sha1OverBody("x-hub-signature", "sha1=")}},
      {"shortcut", {OverBody("payload-signature", "")}},
      {"grafana", {OverBody("x-grafana-alerting-signature", "")}},
      {"grafana-with-time", {GrafanaWithTime()}},
      {"generic", {Sha1OverBody("x-vercel-signature", ""), Token("authorization", "Bearer ")}},
      {"honeycomb", {Token("x-honeycomb-webhook-token", "")}},
      {"azure-devops", {Basic()}},
      {"jira-oauth", {JwtHs256("Bearer ")}},
      {"jira-connect", {JwtHs256("JWT ")}},
      {"sha512", {Sha512OverBody("x-signature")}},
  };
  return schemes;
}

}  // namespace flaglinkd
