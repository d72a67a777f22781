// The bytes of one connection, plain or TLS, without ever waiting. For one thread.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

typedef struct ssl_st SSL;

namespace flaglinkd {

class PeerStream {
 public:
  struct Outcome {
    enum class Kind { kMoved, kLater, kClosed } kind = Kind::kClosed;
    std::size_t bytes = 0;  // moved
  };

  // `ssl` (null: plain) and `fd` are borrowed. The TLS handshake is done by the first reads.
  PeerStream(int fd, SSL* ssl) : fd_(fd), ssl_(ssl) {}

  // kClosed: nothing more will come, for whatever reason. Reads at most one TLS record; a buffer of
  // 16 KiB takes it whole, so that nothing readable hides inside the SSL object where epoll can't
  // see it.
  Outcome Read(std::span<char> buffer);
  // SIGPIPE must be ignored: OpenSSL writes without MSG_NOSIGNAL.
  Outcome Write(std::string_view bytes);
  // Says that nothing more will be sent.
  void ShutDownWrites();

  // A read that must wait until the socket can be written (in a handshake).
  bool read_wants_write() const;
  bool in_handshake() const;

 private:
  Outcome TlsOutcome(int result) const;

  int fd_;
  SSL* ssl_;
};

}  // namespace flaglinkd
