// The forms that a text option may be bound to.
#pragma once

#include <filesystem>
#include <string>

#include "daemon/base/result.h"

namespace flaglinkd {

// `check` is nullptr where every text but the empty one will do. Relative paths start at
// `directory`. A message ends a sentence about the text: "is not an address: …".
struct TextForm {
  const char* noun;  // for the reference
  Status (*check)(const std::string& text, const std::filesystem::path& directory);
};

extern const TextForm kTextForm;
extern const TextForm kAddressForm;  // an IP address and a port
extern const TextForm kHostForm;     // a host's name
extern const TextForm kPathForm;
extern const TextForm kReadableFileForm;
extern const TextForm kNameForm;  // what may stand in a link's key
extern const TextForm kAdapterNameForm;
extern const TextForm kProjectKeyForm;
extern const TextForm kBaseUrlForm;
extern const TextForm kProxyUrlForm;
extern const TextForm kQueueUrlForm;
extern const TextForm kHookPathForm;
extern const TextForm kNetworkForm;
extern const TextForm kPointerForm;
extern const TextForm kPatternForm;
extern const TextForm kHeaderForm;           // a header, in any case
extern const TextForm kHeaderOrPointerForm;  // the same, or a JSON Pointer
extern const TextForm kFlagForm;             // "project/key"

// `text` as an absolute path.
std::filesystem::path Absolute(const std::string& text, const std::filesystem::path& directory);

// The file of "sqlite:/path", once kQueueUrlForm has accepted it.
std::filesystem::path QueueFile(const std::string& url, const std::filesystem::path& directory);

}  // namespace flaglinkd
