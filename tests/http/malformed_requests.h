// Requests that must be refused, each with the exact status and reason. Kept in one place, so that
// the parser and the listener are held against the same table.
#pragma once

#include <string>
#include <vector>

namespace flaglinkd {

struct MalformedRequest {
  const char* what;
  std::string bytes;
  int status;
  const char* reason;
};

inline std::vector<MalformedRequest> MalformedRequests() {
  using std::string_literals::operator""s;
  const auto post = [](const std::string& headers, const std::string& body = "") {
    return "POST /hooks/jira HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n" + body;
  };
  const auto chunked = [&](const std::string& body) {
    return post("Transfer-Encoding: chunked\r\n", body);
  };
  std::string headers_101, headers_17k;
  for (int i = 0; i < 100; ++i) headers_101 += "X-" + std::to_string(i) + ": 1\r\n";
  headers_17k = "X-Long: " + std::string(17 << 10, 'x') + "\r\n";
  return {
      // The request line.
      {"lines that end in LF", "GET / HTTP/1.1\nHost: a\n\n", 400, "line end"},
      {"CR without LF", "GET / HTTP/1.1\rHost: a\r\n\r\n", 400, "line end"},
      {"a TLS hello", "\x16\x03\x01\x02"s, 400, "control character"},
      {"NUL in the target", "GET /\0 HTTP/1.1\r\n"s, 400, "control character"},
      {"two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "request line"},
      {"no version", "GET /\r\n\r\n", 400, "request line"},
      {"half a version", "GET / HTTP/1\r\nHost: a\r\n\r\n", 400, "request line"},
      {"no target", "GET  HTTP/1.1\r\nHost: a\r\n\r\n", 400, "request line"},
      {"blank in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target"},
      {"HT in the target", "GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target"},
      {"fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target"},
      {"UTF-8 in the target", "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target"},
      {"relative target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target"},
      {"asterisk", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target"},
      {"no authority", "GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target"},
      {"blank first", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "request line"},
      {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505, "http version"},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "http version"},
      {"lower-case version", "GET / http/1.1\r\nHost: a\r\n\r\n", 400, "request line"},
      {"CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target"},
      {"method that is no token", "G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "request line"},
      // Headers.
      {"no host", "GET / HTTP/1.1\r\n\r\n", 400, "no host"},
      {"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400, "repeated header"},
      {"a list of hosts", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400, "host"},
      {"blank before the colon", post("Content-Length : 3\r\n", "abc"), 400, "header name"},
      {"no colon", post("Content-Length\r\n"), 400, "header name"},
      {"no name", post(": x\r\n"), 400, "header name"},
      {"folded header", post("X-A: b\r\n c\r\n"), 400, "header name"},
      {"folded with HT", post("X-A: b\r\n\tc\r\n"), 400, "header name"},
      {"NUL in a value", post("X-A: b\0c\r\n"s), 400, "control character"},
      {"two signatures", post("X-Hub-Signature-256: sha256=a\r\nx-hub-signature-256: sha256=b\r\n"),
       400, "repeated header"},
      {"101 headers", post(headers_101), 431, "too many headers"},
      {"a head over 16 KiB", post(headers_17k), 431, "head too large"},
      {"another expectation", post("Expect: 200-ok\r\nContent-Length: 1\r\n", "a"), 417, "expect"},
      // Where a body ends.
      {"two lengths", post("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd"), 400,
       "repeated header"},
      {"the same length twice", post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), 400,
       "repeated header"},
      {"a list of lengths", post("Content-Length: 3, 3\r\n", "abc"), 400, "content-length"},
      {"length with a sign", post("Content-Length: +3\r\n", "abc"), 400, "content-length"},
      {"negative length", post("Content-Length: -1\r\n"), 400, "content-length"},
      {"length in hex", post("Content-Length: 0x3\r\n", "abc"), 400, "content-length"},
      {"empty length", post("Content-Length:\r\n"), 400, "content-length"},
      {"length over 64 bits", post("Content-Length: 99999999999999999999999\r\n"), 413,
       "body over the limit"},
      {"length that wraps to 3", post("Content-Length: 18446744073709551619\r\n", "abc"), 413,
       "body over the limit"},
      {"length and chunked", post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "abc"),
       400, "transfer-encoding"},
      {"another coding", post("Transfer-Encoding: gzip, chunked\r\n"), 501, "transfer-encoding"},
      {"identity", post("Transfer-Encoding: identity\r\n"), 501, "transfer-encoding"},
      {"chunked twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400,
       "repeated header"},
      {"chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
       "transfer-encoding"},
      // Chunks.
      {"chunk size in 0x", chunked("0x5\r\nabcde\r\n0\r\n\r\n"), 400, "chunk size"},
      {"no chunk size", chunked("\r\nabc"), 400, "chunk size"},
      {"negative chunk size", chunked("-1\r\n"), 400, "chunk size"},
      {"chunk size of 17 digits", chunked("00000000000000003\r\nabc\r\n0\r\n\r\n"), 400,
       "chunk size"},
      {"LF after a chunk size", chunked("3\nabc\r\n0\r\n\r\n"), 400, "chunk size"},
      {"blank after a chunk size", chunked("3 \r\nabc\r\n0\r\n\r\n"), 400, "chunk size"},
      {"data beyond its chunk", chunked("3\r\nabcd\r\n0\r\n\r\n"), 400, "chunk end"},
      {"CR alone after a chunk", chunked("3\r\nabc\rX"), 400, "chunk end"},
      {"LF alone after a chunk", chunked("3\r\nabc\n0\r\n\r\n"), 400, "chunk end"},
      {"a chunk of 2^63-1", chunked("7fffffffffffffff\r\nabc"), 413, "body over the limit"},
      {"a chunk of 2^64-1", chunked("3\r\nabc\r\nffffffffffffffff\r\nabc"), 413,
       "body over the limit"},
      {"NUL in an extension", chunked("3;a=\0\r\nabc"s), 400, "chunk extension"},
      {"an endless extension", chunked("3;" + std::string(300, 'x')), 400, "chunk extension"},
      {"LF in a trailer", chunked("0\r\nX-A: b\n\r\n"), 400, "trailer"},
      {"endless trailers", chunked("0\r\n" + headers_17k), 431, "trailer"},
  };
}

}  // namespace flaglinkd
