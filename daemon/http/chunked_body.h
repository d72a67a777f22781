// A chunked body (RFC 9112, 7.1) put together from pieces that are cut anywhere. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/http/request_head.h"

namespace flaglinkd {

class ChunkedBody {
 public:
  explicit ChunkedBody(std::size_t body_limit) : body_limit_(body_limit) {}

  // Takes bytes, appends data to `body`, and says how many bytes were used: all of them, unless the
  // body is done() or refused. `body` never grows beyond the limit. Extensions and trailers are
  // read past, within bounds.
  std::size_t Feed(std::string_view bytes, std::string& body);

  bool done() const { return state_ == State::kDone; }
  const std::optional<Refusal>& refusal() const { return refusal_; }

 private:
  enum class State {
    kSize,
    kAfterSize,
    kExtension,
    kSizeEnd,
    kData,
    kDataCr,
    kDataLf,
    kTrailer,
    kTrailerEnd,
    kDone
  };

  void Step(char c);
  void SizeDigit(unsigned digit);
  void SizeLineEnded();
  void Refuse(int status, const char* reason) { refusal_ = Refusal{status, reason}; }

  std::size_t body_limit_;
  State state_ = State::kSize;
  std::uint64_t left_ = 0;  // of this chunk
  int size_digits_ = 0;
  std::size_t line_bytes_ = 0;  // of an extension or of this trailer line
  std::size_t trailer_bytes_ = 0;
  std::size_t body_bytes_ = 0;
  std::optional<Refusal> refusal_;
};

}  // namespace flaglinkd
