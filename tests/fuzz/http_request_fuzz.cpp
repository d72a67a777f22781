// The HTTP front against any bytes: it must keep its bounds, and must read the same requests
// wherever the stream is cut.
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/base/check.h"
#include "daemon/http/request_parser.h"

namespace {

using flaglinkd::RequestParser;

constexpr std::size_t kBodyLimit = 4096;

// All that was read, as one text. Pieces grow by `step` and wrap at 64 bytes.
std::string ReadAll(std::string_view bytes, std::size_t step) {
  RequestParser parser;
  std::string read;
  std::size_t size = 1;
  while (!bytes.empty()) {
    std::string_view piece = bytes.substr(0, size);
    bytes.remove_prefix(piece.size());
    size = (size + step) % 64 + 1;
    while (!piece.empty() && parser.state() != RequestParser::State::kRefused) {
      piece.remove_prefix(parser.Feed(piece));
      if (parser.state() == RequestParser::State::kDecide) parser.AcceptBody(kBodyLimit);
      FLAGLINKD_CHECK(parser.body_bytes() <= kBodyLimit);
      if (parser.state() != RequestParser::State::kRequest) continue;
      const flaglinkd::HttpRequest request = parser.TakeRequest();
      FLAGLINKD_CHECK(request.headers.size() <= flaglinkd::kMaxHeaders);
      read += request.method + ' ' + request.path + '?' + request.query + '\n';
      for (const flaglinkd::Header& header : request.headers) {
        FLAGLINKD_CHECK(header.value.find_first_of("\r\n") == std::string::npos);
        read += header.name + ':' + header.value + '\n';
      }
      read += request.body + '\n';
    }
  }
  if (parser.state() == RequestParser::State::kRefused) read += parser.refusal().reason;
  return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string in_bytes = ReadAll(bytes, 0);
  FLAGLINKD_CHECK(ReadAll(bytes, 7) == in_bytes);
  FLAGLINKD_CHECK(ReadAll(bytes, 62) == in_bytes);
  return 0;
}
