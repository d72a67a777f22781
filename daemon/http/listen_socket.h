// The listening end of the listener: bound by us, or inherited from systemd.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>

#include "daemon/base/result.h"
#include "daemon/http/unique_fd.h"

namespace flaglinkd {

// Non-blocking and listening. `address` is numeric: "0.0.0.0:8080", "[::]:8080" (both families),
// port 0 for any.
Result<UniqueFd> BindListenSocket(const std::string& address);

// Takes over a listening stream socket, of the Internet or Unix family, and makes it non-blocking.
// It stays open, and the caller's, if it is not such a socket.
Result<UniqueFd> AdoptListenSocket(int fd);

// 0 for a Unix socket.
std::uint16_t LocalPort(int fd);

// The file of a Unix socket, "" if it has none; nothing: it is no Unix socket.
std::optional<std::string> UnixPath(int fd);

// "192.0.2.1" (also for a mapped IPv4 address), "2001:db8::1", or "unix".
std::string PeerAddress(const sockaddr_storage& address);

}  // namespace flaglinkd
