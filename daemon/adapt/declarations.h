// What an adapter declares of itself, checked word by word and copied into C++ values. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/sdk/flaglink_adapter.h"
#include "daemon/base/result.h"
#include "daemon/verify/signature_scheme.h"

namespace flaglinkd {

struct Declarations {
  std::string name, version;
  std::vector<std::string> headers, blank, options, methods;
  std::optional<ValueLocation> delivery_id;
  std::vector<SignatureScheme> schemes;  // the text of a kOption piece is the option's name
  std::vector<std::string> hosts;        // "slack.com", "option:site"
  std::optional<ValueLocation> armed_secret;
};

// kInvalid with the reason alone ("header \"X-Kind\" is no lower-case header name"). `adapter`
// is complete: the caller has looked at abi and struct_size. Signatures are walked by their own
// struct_size.
Result<Declarations> ReadDeclarations(const flaglink_adapter& adapter);

// One signature, of our own struct_size. kInvalid likewise: "algorithm \"md5\" is unknown".
Result<SignatureScheme> ReadSignature(const flaglink_signature& declared);

// Whether `declared` ("site", "workspaces.*") covers the option `name`.
bool OptionMatches(std::string_view declared, std::string_view name);

}  // namespace flaglinkd
