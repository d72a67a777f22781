#include "daemon/queue/payload.h"

#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

Payload Webhook(std::string body) {
  return {{{"x-github-event", "issues"}, {"x-empty", ""}}, "application/json", std::move(body)};
}

void ExpectComesBack(const Payload& payload, PayloadEncoding encoding) {
  const PackedPayload packed = PackPayload(payload);
  EXPECT_EQ(packed.encoding, encoding);
  const std::optional<Payload> unpacked = UnpackPayload(packed.encoding, packed.bytes);
  ASSERT_TRUE(unpacked.has_value());
  EXPECT_EQ(unpacked->headers, payload.headers);
  EXPECT_EQ(unpacked->content_type, payload.content_type);
  EXPECT_EQ(unpacked->body, payload.body);
}

TEST(Payload, ComesBack) {
  ExpectComesBack(Webhook(std::string(100'000, 'x') + '\0'), PayloadEncoding::kLz4);
  ExpectComesBack(Webhook("{\"a\":1}"), PayloadEncoding::kPlain);
  ExpectComesBack({}, PayloadEncoding::kPlain);
}

TEST(Payload, IsPlainWhereCompressionDoesNotHelp) {
  const PackedPayload packed = PackPayload(Webhook("0123456789"));
  EXPECT_NE(packed.bytes.find("0123456789"), std::string::npos);
}

TEST(Payload, DamageGivesNothing) {
  const std::string bytes = PackPayload(Webhook(std::string(1'000, 'x'))).bytes;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(UnpackPayload(PayloadEncoding::kLz4, bytes.substr(0, size))) << size;
  }
  EXPECT_FALSE(UnpackPayload(PayloadEncoding::kPlain, bytes));
  EXPECT_FALSE(UnpackPayload(static_cast<PayloadEncoding>(9), bytes));
}

TEST(Payload, ASmallRowCannotAskForMuchMemory) {
  std::string bytes = PackPayload(Webhook(std::string(1'000, 'x'))).bytes;
  bytes.replace(0, 4, "\xff\xff\xff\x03");  // just under 64 MiB
  EXPECT_FALSE(UnpackPayload(PayloadEncoding::kLz4, bytes));
  bytes.replace(0, 4, "\xff\xff\xff\x7f");
  EXPECT_FALSE(UnpackPayload(PayloadEncoding::kLz4, bytes));
}

}  // namespace
}  // namespace flaglinkd
