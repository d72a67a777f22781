#include "daemon/http/listen_socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>

namespace flaglinkd {
namespace {

struct HostAndPort {
  std::string host, port;
};

std::optional<HostAndPort> Split(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size()) return std::nullopt;
  HostAndPort parts{address.substr(0, colon), address.substr(colon + 1)};
  if (parts.host.front() == '[' && parts.host.back() == ']') {
    parts.host = parts.host.substr(1, parts.host.size() - 2);
  } else if (parts.host.find(':') != std::string::npos) {
    return std::nullopt;
  }
  return parts;
}

Error SystemError(const std::string& what) {
  return Error{Error::Code::kUnavailable, what + ": " + std::strerror(errno)};
}

void SetOption(int fd, int level, int option, int value) {
  // Each is an improvement only: TCP options fail on Unix sockets, and then they are not needed.
  (void)::setsockopt(fd, level, option, &value, sizeof value);
}

}  // namespace

Result<UniqueFd> BindListenSocket(const std::string& address) {
  const std::string what = "listen on " + address;
  const std::optional<HostAndPort> parts = Split(address);
  if (!parts) {
    return Error{Error::Code::kUnavailable, what + ": not an address and a port, as 0.0.0.0:8080"};
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(parts->host.c_str(), parts->port.c_str(), &hints, &found)) {
    return Error{Error::Code::kUnavailable, what + ": " + ::gai_strerror(code)};
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> info(found, &::freeaddrinfo);

  UniqueFd fd(::socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return SystemError(what);
  SetOption(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  SetOption(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);  // accepted sockets inherit it
  if (info->ai_family == AF_INET6) SetOption(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (::bind(fd.get(), info->ai_addr, info->ai_addrlen) != 0) return SystemError(what);
  if (::listen(fd.get(), SOMAXCONN) != 0) return SystemError(what);
  return fd;
}

Result<UniqueFd> AdoptListenSocket(int fd) {
  const std::string what = "listen on the inherited socket " + std::to_string(fd);
  const auto option = [&](int name) {
    int value = 0;
    socklen_t size = sizeof value;
    return ::getsockopt(fd, SOL_SOCKET, name, &value, &size) == 0 ? std::optional(value)
                                                                  : std::nullopt;
  };
  const std::optional<int> listening = option(SO_ACCEPTCONN);
  if (!listening) return SystemError(what);
  if (*listening == 0 || option(SO_TYPE) != SOCK_STREAM) {
    return Error{Error::Code::kUnavailable, what + ": not a listening stream socket"};
  }
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) return SystemError(what);
  SetOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  return UniqueFd(fd);
}

std::uint16_t LocalPort(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET) {
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  }
  if (address.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  }
  return 0;
}

std::optional<std::string> UnixPath(int fd) {
  sockaddr_un address{};
  socklen_t size = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return std::nullopt;
  if (address.sun_family != AF_UNIX) return std::nullopt;
  const std::size_t before = offsetof(sockaddr_un, sun_path);
  const std::size_t length = std::clamp<std::size_t>(size, before, sizeof address) - before;
  // An abstract one, which has no file, begins with a NUL.
  return std::string(address.sun_path, ::strnlen(address.sun_path, length));
}

std::string PeerAddress(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return text.data();
  }
  if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&v6)) {
      ::inet_ntop(AF_INET, &v6.s6_addr[12], text.data(), text.size());
    } else {
      ::inet_ntop(AF_INET6, &v6, text.data(), text.size());
    }
    return text.data();
  }
  return "unix";
}

}  // namespace flaglinkd
