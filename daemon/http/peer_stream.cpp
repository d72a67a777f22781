#include "daemon/http/peer_stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace flaglinkd {
namespace {

using Kind = PeerStream::Outcome::Kind;

PeerStream::Outcome SocketOutcome(ssize_t result) {
  if (result > 0) return {Kind::kMoved, static_cast<std::size_t>(result)};
  if (result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
    return {Kind::kLater, 0};
  }
  return {Kind::kClosed, 0};
}

int TlsSize(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

}  // namespace

PeerStream::Outcome PeerStream::Read(std::span<char> buffer) {
  if (ssl_ == nullptr) return SocketOutcome(::recv(fd_, buffer.data(), buffer.size(), 0));
  ERR_clear_error();  // SSL_get_error reads the thread's queue, which other connections share
  return TlsOutcome(SSL_read(ssl_, buffer.data(), TlsSize(buffer.size())));
}

PeerStream::Outcome PeerStream::Write(std::string_view bytes) {
  if (ssl_ == nullptr) {
    return SocketOutcome(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }
  ERR_clear_error();
  return TlsOutcome(SSL_write(ssl_, bytes.data(), TlsSize(bytes.size())));
}

PeerStream::Outcome PeerStream::TlsOutcome(int result) const {
  if (result > 0) return {Kind::kMoved, static_cast<std::size_t>(result)};
  const int error = SSL_get_error(ssl_, result);
  const bool later = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
  return {later ? Kind::kLater : Kind::kClosed, 0};
}

void PeerStream::ShutDownWrites() {
  if (ssl_ != nullptr && !in_handshake()) {
    ERR_clear_error();
    SSL_shutdown(ssl_);  // close_notify, as far as it goes without waiting
  }
  ::shutdown(fd_, SHUT_WR);
}

bool PeerStream::read_wants_write() const {
  return ssl_ != nullptr && SSL_want_write(ssl_);
}

bool PeerStream::in_handshake() const {
  return ssl_ != nullptr && !SSL_is_init_finished(ssl_);
}

}  // namespace flaglinkd
