// What is read back from the queue's rows: an operator's hand, a bad disk or an older program may
// have put anything there. The first byte chooses the reader. What reads as sound must survive
// being written again.
#include <cstdint>
#include <string_view>

#include "daemon/base/check.h"
#include "daemon/queue/packing.h"
#include "daemon/queue/payload.h"

namespace flaglinkd {
namespace {

void ReadMentions(std::string_view row) {
  const auto mentions = UnpackMentions(row);
  if (mentions) FLAGLINKD_CHECK(UnpackMentions(PackMentions(*mentions)) == mentions);
}

void ReadContent(std::string_view row) {
  const auto content = UnpackContent(row);
  if (content) FLAGLINKD_CHECK(UnpackContent(PackContent(*content)) == content);
}

void ReadPayload(PayloadEncoding encoding, std::string_view row) {
  const auto payload = UnpackPayload(encoding, row);
  if (!payload) return;
  const PackedPayload packed = PackPayload(*payload);
  const auto again = UnpackPayload(packed.encoding, packed.bytes);
  FLAGLINKD_CHECK(again && again->headers == payload->headers && again->body == payload->body &&
                  again->content_type == payload->content_type);
}

}  // namespace
}  // namespace flaglinkd

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view row(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0: flaglinkd::ReadMentions(row); break;
    case 1: flaglinkd::ReadContent(row); break;
    case 2: flaglinkd::ReadPayload(flaglinkd::PayloadEncoding::kPlain, row); break;
    default: flaglinkd::ReadPayload(flaglinkd::PayloadEncoding::kLz4, row);
  }
  return 0;
}
