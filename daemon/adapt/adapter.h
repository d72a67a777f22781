// A loaded adapter, as the pipeline sees it: its declarations as C++ values, and extraction across
// the C boundary.
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/result.h"
#include "daemon/domain/change.h"
#include "daemon/domain/flag_key.h"
#include "daemon/domain/webhook.h"
#include "daemon/verify/signature_scheme.h"

namespace flaglinkd {

struct AdapterOption {
  std::string name, value;  // "workspaces.T024BE7LD"
};

struct AdapterReply {
  int status = 200;
  std::string content_type, body;
  std::vector<Header> headers;
};

// What LaunchDarkly says of one of its flags.
struct FlagNews {
  enum class State { kGone, kLive, kArchived };
  FlagKey flag;  // both halves valid keys
  State state = State::kLive;
  auto operator<=>(const FlagNews&) const = default;
};

// A document that the body leaves out and that the adapter would read.
struct DocumentNeed {
  std::string name;  // under which extract() gets it
  // Of one of the adapter's hosts, checked: https, or http to this machine.
  std::string url;
  std::vector<Header> headers;  // beside the Authorization; names in lower case
  // Of what the event is about, so that a document from before its receipt would not do.
  bool is_subject = false;
  auto operator<=>(const DocumentNeed&) const = default;
};

struct FetchedDocument {
  std::string name, value;
};

struct Extraction {
  enum class Outcome { kExtracted, kIgnored, kHandshake, kMalformed } outcome = Outcome::kMalformed;
  std::string reason;  // one line, valid UTF-8
  // Every string valid UTF-8 and cut at its limit; `fields` are still absent
  std::vector<Change> changes;
  std::vector<FlagNews> flag_news;  // in the order in which it was told
  std::vector<DocumentNeed> needs;  // each name once
  std::optional<AdapterReply> reply;
  // There were more than kMaxChangesPerEvent changes, or as many news of flags
  bool truncated = false;
};

struct AdapterInput {
  std::vector<Header> headers;  // the declared ones
  std::string content_type;
  std::string body;
  std::vector<FetchedDocument> fetched = {};  // answers to what an earlier extraction needed
};

// Beside its options CheckOptions is given this name, without a value, for a source that has an
// api_token. It is no option: none may hold a colon.
inline constexpr char kHasApiToken[] = "source:api_token";

// Immutable; safe for several threads. The shared object stays loaded for ever, also when the last
// copy is gone.
class Adapter {
 public:
  virtual ~Adapter() = default;
  virtual const std::string& name() const = 0;
  virtual const std::string& version() const = 0;
  virtual const std::vector<std::string>& headers() const = 0;  // lower case
  virtual const std::vector<std::string>& blank() const = 0;    // JSON Pointers
  virtual const std::vector<std::string>& options() const = 0;
  virtual const std::vector<std::string>& methods() const = 0;
  virtual const std::optional<ValueLocation>& delivery_id() const = 0;
  // Whom needs may be asked of: "slack.com", or "option:site" for the host that an option names.
  virtual const std::vector<std::string>& hosts() const = 0;
  // Where a handshake carries the secret that the sender signs with from then on.
  virtual const std::optional<ValueLocation>& armed_secret() const = 0;
  // The schemes with {option:…} put in. kInvalid: an option that a scheme needs is missing.
  virtual Result<std::vector<SignatureScheme>> Schemes(
      const std::vector<AdapterOption>& options) const = 0;
  // kInvalid: a name that the adapter does not know, or what the adapter says against these
  // options.
  virtual Status CheckOptions(const std::vector<AdapterOption>& options) const = 0;
  // Never throws; an adapter that throws or breaks a rule of the boundary gives kMalformed with the
  // reason.
  virtual Extraction Extract(const AdapterInput& input,
                             const std::vector<AdapterOption>& options) const = 0;
};

// Loads directory/name.so. Refused, with file and reason: not there; the file or its directory not
// owned by root or by the user that runs the program, or writable by others; no
// flaglink_adapter_v1; another ABI; a struct too small; a name other than the file's; a declaration
// that makes no sense.
Result<std::shared_ptr<const Adapter>> LoadAdapter(const std::filesystem::path& directory,
                                                   const std::string& name);

// What of a webhook may be seen by an adapter and stored: the declared headers and the body.
AdapterInput InputOf(const Adapter& adapter, const Webhook& webhook);

}  // namespace flaglinkd
