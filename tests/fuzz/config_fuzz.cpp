// What the configuration's small languages and its TOML make of any bytes. The first byte says
// which: d duration, s size, n network, p JSON Pointer, a address, h hook path, u queue URL;
// anything else is a file.
#include <cstddef>
#include <cstdint>
#include <string>

#include "daemon/base/check.h"
#include "daemon/config/loader.h"
#include "daemon/config/quantity.h"
#include "daemon/config/text_form.h"
#include "daemon/receive/source_options.h"

namespace flaglinkd {
namespace {

void ReadFile(const std::string& text) {
  Document document;
  Problems problems;
  AddText(document, "fuzz.toml", "/", text, problems);
  FLAGLINKD_CHECK(document.complete == problems.empty());
  for (const Diagnostic& diagnostic : problems.Diagnostics(document.files)) {
    FLAGLINKD_CHECK(!diagnostic.Text().empty());
  }
}

void ReadQuantityOrNetwork(char kind, const std::string& text) {
  if (kind == 'd') {
    Result<Duration> duration = ParseDuration(text);
    FLAGLINKD_CHECK(!duration || *duration >= Duration(0));
  } else if (kind == 's') {
    Result<std::size_t> size = ParseSize(text);
    FLAGLINKD_CHECK(!size || *size < std::size_t{1} << 40);
  } else {
    Result<Network> network = ParseNetwork(text);
    FLAGLINKD_CHECK(!network || (network->prefix >= 0 && network->prefix <= 128));
    // A network holds the address that it was written with.
    if (network) FLAGLINKD_CHECK(Contains(*network, text.substr(0, text.find('/'))));
  }
}

void Read(char kind, const std::string& text) {
  switch (kind) {
    case 'd':
    case 's':
    case 'n': return ReadQuantityOrNetwork(kind, text);
    case 'p': return static_cast<void>(kPointerForm.check(text, "/").ok());
    case 'a': return static_cast<void>(kAddressForm.check(text, "/").ok());
    case 'h': return static_cast<void>(kHookPathForm.check(text, "/").ok());
    case 'u':
      if (kQueueUrlForm.check(text, "/").ok()) FLAGLINKD_CHECK(QueueFile(text, "/").is_absolute());
      return;
    default: return ReadFile(kind + text);
  }
}

}  // namespace
}  // namespace flaglinkd

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  flaglinkd::Read(text[0], text.substr(1));
  return 0;
}
