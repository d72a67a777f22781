#include "daemon/http/chunked_body.h"

#include <algorithm>

namespace flaglinkd {
namespace {

constexpr int kMaxSizeDigits = 16;  // what fits 64 bits
constexpr std::size_t kMaxExtensionBytes =
    256;  // or a body of tiny chunks could carry megabytes past every limit

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool IsBlank(char c) {
  return c == ' ' || c == '\t';
}

bool IsControl(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

}  // namespace

std::size_t ChunkedBody::Feed(std::string_view bytes, std::string& body) {
  std::size_t used = 0;
  while (used < bytes.size() && !done() && !refusal_) {
    if (state_ == State::kData) {
      const std::size_t run = std::min<std::uint64_t>(left_, bytes.size() - used);
      body.append(bytes, used, run);
      used += run;
      left_ -= run;
      if (left_ == 0) state_ = State::kDataCr;
    } else {
      Step(bytes[used++]);
    }
  }
  return used;
}

void ChunkedBody::Step(char c) {
  switch (state_) {
    case State::kSize:
      if (const int digit = HexDigit(c); digit >= 0) return SizeDigit(static_cast<unsigned>(digit));
      if (size_digits_ == 0) return Refuse(400, "chunk size");
      [[fallthrough]];
    case State::kAfterSize:
      if (IsBlank(c) && ++line_bytes_ <= kMaxExtensionBytes) {
        state_ = State::kAfterSize;
      } else if (c == ';') {
        state_ = State::kExtension;
      } else if (c == '\r' && state_ == State::kSize) {
        state_ = State::kSizeEnd;
      } else {
        Refuse(400, "chunk size");
      }
      return;
    case State::kExtension:
      if (c == '\r') {
        state_ = State::kSizeEnd;
      } else if (IsControl(c) || ++line_bytes_ > kMaxExtensionBytes) {
        Refuse(400, "chunk extension");
      }
      return;
    case State::kSizeEnd: return c == '\n' ? SizeLineEnded() : Refuse(400, "chunk size");
    case State::kDataCr:
      if (c != '\r') return Refuse(400, "chunk end");
      state_ = State::kDataLf;
      return;
    case State::kDataLf:
      if (c != '\n') return Refuse(400, "chunk end");
      state_ = State::kSize;
      size_digits_ = 0;
      line_bytes_ = 0;
      return;
    case State::kTrailer:
      if (++trailer_bytes_ > kMaxHeadBytes) return Refuse(431, "trailer");
      if (c == '\r') {
        state_ = State::kTrailerEnd;
      } else if (IsControl(c)) {
        Refuse(400, "trailer");
      } else {
        ++line_bytes_;
      }
      return;
    case State::kTrailerEnd:
      if (c != '\n') return Refuse(400, "trailer");
      state_ = line_bytes_ == 0 ? State::kDone : State::kTrailer;
      line_bytes_ = 0;
      return;
    case State::kData:
    case State::kDone: return;
  }
}

void ChunkedBody::SizeDigit(unsigned digit) {
  if (++size_digits_ > kMaxSizeDigits) return Refuse(400, "chunk size");
  left_ = left_ * 16 + digit;
}

void ChunkedBody::SizeLineEnded() {
  if (left_ > body_limit_ - body_bytes_) return Refuse(413, "body over the limit");
  body_bytes_ += left_;
  state_ = left_ == 0 ? State::kTrailer : State::kData;
  line_bytes_ = 0;
}

}  // namespace flaglinkd
