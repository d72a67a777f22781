// A kept webhook as the payloads table holds it: declared headers, content type and body, packed,
// and compressed with lz4 where that helps (the writer's CPU is scarce, and lz4 costs half of what
// zstd does). What is read back is not trusted. Pure. Internal to queue/.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/queue/link_queue.h"

namespace flaglinkd {

enum class PayloadEncoding {
  kPlain = 0,
  kLz4 = 1
};  // kLz4: the plain size as four bytes, low one first, then one block

struct PackedPayload {
  PayloadEncoding encoding = PayloadEncoding::kPlain;
  std::string bytes;
};

PackedPayload PackPayload(const Payload& payload);

// Absent when the bytes are damaged, or would unpack to more than 64 MiB.
std::optional<Payload> UnpackPayload(PayloadEncoding encoding, std::string_view bytes);

}  // namespace flaglinkd
