// Bodies of authentic but arbitrary senders: the first byte tells a form (odd) from JSON, the rest
// is the body. Whatever comes, a value that was blanked can't be read any more, and blanking again
// changes nothing.
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/adapt/body_reader.h"
#include "daemon/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const char* type = data[0] % 2 == 1 ? "application/x-www-form-urlencoded" : "application/json";
  const std::string body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::vector<std::string> secret = {"/token", "/a/0", "/payload/token", "/a~1b/c",
                                           "not a pointer"};

  const flaglinkd::BodyReader reader(type, body);
  const std::string blanked = reader.Blanked(secret);
  const flaglinkd::BodyReader after(type, blanked);
  FLAGLINKD_CHECK(after.Blanked(secret) == blanked);
  for (const std::string& pointer : secret) {
    FLAGLINKD_CHECK(after.Find(pointer).value_or("").empty());
    FLAGLINKD_CHECK(reader.FindAll(pointer).value_or(std::vector<std::string>()).size() <= 256);
  }
  return 0;
}
