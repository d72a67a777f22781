// Any text as Markdown and as HTML: the result holds no NUL and stays within the size promised.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "adapters/sdk/markup.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(size == 0 ? "" : reinterpret_cast<const char*>(data), size);
  for (const std::string& plain : {flaglink::StripMarkdown(text), flaglink::StripHtml(text)}) {
    if (plain.size() > 3 * size || plain.find('\0') != std::string::npos) std::abort();
  }
  return 0;
}
