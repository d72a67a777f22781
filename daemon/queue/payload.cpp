#include "daemon/queue/payload.h"

#include <lz4.h>

#include <cstdint>

#include "daemon/queue/packing.h"

namespace flaglinkd {
namespace {

constexpr std::size_t kSizeBytes = 4;
constexpr std::size_t kLongest = std::size_t{64} << 20;

std::string Pack(const Payload& payload) {
  Packer packer;
  packer.Text(payload.content_type);
  packer.Text(payload.body);
  for (const Header& header : payload.headers) {
    packer.Text(header.name);
    packer.Text(header.value);
  }
  return packer.Take();
}

std::optional<Payload> Unpack(std::string_view plain) {
  Payload payload;
  Unpacker unpacker(plain);
  payload.content_type = unpacker.Text();
  payload.body = unpacker.Text();
  while (!unpacker.Finished()) {
    const std::string_view name = unpacker.Text();
    const std::string_view value = unpacker.Text();
    if (unpacker.damaged()) return std::nullopt;
    payload.headers.push_back({std::string(name), std::string(value)});
  }
  return payload;
}

std::string Compress(std::string_view plain) {
  const int bound = LZ4_compressBound(static_cast<int>(plain.size()));
  std::string bytes(kSizeBytes + static_cast<std::size_t>(bound), '\0');
  for (std::size_t i = 0; i < kSizeBytes; ++i)
    bytes[i] = static_cast<char>(plain.size() >> (8 * i));
  const int size = LZ4_compress_default(plain.data(), bytes.data() + kSizeBytes,
                                        static_cast<int>(plain.size()), bound);
  bytes.resize(kSizeBytes + static_cast<std::size_t>(size));
  return bytes;
}

std::optional<std::string> Decompress(std::string_view bytes) {
  if (bytes.size() < kSizeBytes || bytes.size() > kLongest) return std::nullopt;
  std::size_t size = 0;
  for (std::size_t i = 0; i < kSizeBytes; ++i)
    size |= std::size_t{static_cast<std::uint8_t>(bytes[i])} << (8 * i);
  bytes.remove_prefix(kSizeBytes);
  // No lz4 block grows more than 255 times, so that a small row can't ask for much memory.
  if (size > kLongest || size > bytes.size() * 255) return std::nullopt;
  std::string plain(size, '\0');
  const int written = LZ4_decompress_safe(bytes.data(), plain.data(),
                                          static_cast<int>(bytes.size()), static_cast<int>(size));
  if (written < 0 || static_cast<std::size_t>(written) != size) return std::nullopt;
  return plain;
}

}  // namespace

PackedPayload PackPayload(const Payload& payload) {
  std::string plain = Pack(payload);
  if (plain.size() <= kLongest) {
    std::string compressed = Compress(plain);
    if (compressed.size() < plain.size()) return {PayloadEncoding::kLz4, std::move(compressed)};
  }
  return {PayloadEncoding::kPlain, std::move(plain)};
}

std::optional<Payload> UnpackPayload(PayloadEncoding encoding, std::string_view bytes) {
  switch (encoding) {
    case PayloadEncoding::kPlain: return Unpack(bytes);
    case PayloadEncoding::kLz4:
      if (std::optional<std::string> plain = Decompress(bytes)) return Unpack(*plain);
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace flaglinkd
