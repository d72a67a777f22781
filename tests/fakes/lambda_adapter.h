// An adapter whose extraction is a function of the test's own. It declares GitHub's scheme under
// the header x-signature, and x-delivery as the delivery id; the rest of it is the test's too.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/adapt/adapter.h"

namespace flaglinkd {

class LambdaAdapter final : public Adapter {
 public:
  using Extractor = std::function<Extraction(const AdapterInput&)>;
  struct Declared {
    std::vector<std::string> methods = {"POST"};
    std::vector<std::string> hosts = {};
    std::optional<ValueLocation> armed_secret = {};
  };
  explicit LambdaAdapter(Extractor extract) : LambdaAdapter(std::move(extract), Declared()) {}
  LambdaAdapter(Extractor extract, Declared declared)
      : extract_(std::move(extract)), declared_(std::move(declared)) {}

  const std::string& name() const override { return name_; }
  const std::string& version() const override { return version_; }
  const std::vector<std::string>& headers() const override { return headers_; }
  const std::vector<std::string>& blank() const override { return blank_; }
  const std::vector<std::string>& options() const override { return options_; }
  const std::vector<std::string>& methods() const override { return declared_.methods; }
  const std::optional<ValueLocation>& delivery_id() const override { return delivery_id_; }
  const std::vector<std::string>& hosts() const override { return declared_.hosts; }
  const std::optional<ValueLocation>& armed_secret() const override {
    return declared_.armed_secret;
  }
  Result<std::vector<SignatureScheme>> Schemes(const std::vector<AdapterOption>&) const override {
    SignatureScheme scheme;
    scheme.header = "x-signature";
    scheme.prefix = "sha256=";
    scheme.signed_content = {{SignedPiece::Kind::kBody, ""}};
    return std::vector<SignatureScheme>{scheme};
  }
  Status CheckOptions(const std::vector<AdapterOption>&) const override { return {}; }
  Extraction Extract(const AdapterInput& input, const std::vector<AdapterOption>&) const override {
    return extract_(input);
  }

 private:
  Extractor extract_;
  Declared declared_;
  std::string name_ = "lambda", version_ = "1";
  std::vector<std::string> headers_ = {"x-event"}, blank_ = {"/token"}, options_;
  std::optional<ValueLocation> delivery_id_ =
      ValueLocation{ValueLocation::Kind::kHeader, "x-delivery"};
};

// One change of the resource "R1" with this text.
inline Change TextChange(std::string text, ChangeKind kind = ChangeKind::kUpdated) {
  Change change;
  change.kind = kind;
  change.resource = "R1";
  change.name = "SHOP-1";
  change.title = "A title";
  change.url = "https://example.com/R1";
  if (kind != ChangeKind::kDeleted) change.texts = {{"description", std::move(text)}};
  return change;
}

inline Extraction Extracted(std::vector<Change> changes) {
  Extraction extraction;
  extraction.outcome = Extraction::Outcome::kExtracted;
  extraction.changes = std::move(changes);
  return extraction;
}

}  // namespace flaglinkd
