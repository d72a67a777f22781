#include "daemon/http/unix_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

namespace flaglinkd {
namespace {

constexpr mode_t kMode = 0660;

Error Unavailable(const std::string& path, const std::string& reason) {
  return Error{Error::Code::kUnavailable, "listen on unix:" + path + ": " + reason};
}

Error SystemError(const std::string& path) {
  return Unavailable(path, std::strerror(errno));
}

Result<sockaddr_un> AddressOf(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return Unavailable(path, "the path of a socket has 1 to " +
                                 std::to_string(sizeof address.sun_path - 1) + " bytes, this one " +
                                 std::to_string(path.size()));
  }
  path.copy(address.sun_path, path.size());
  return address;
}

UniqueFd NewSocket() {
  return UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

const sockaddr* Generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

// Removes a socket that nobody listens on; an error for anything else that is there.
Status RemoveStale(const std::string& path, const sockaddr_un& address) {
  struct stat there {};
  if (::lstat(path.c_str(), &there) != 0) return errno == ENOENT ? Status() : SystemError(path);
  if (!S_ISSOCK(there.st_mode)) return Unavailable(path, "a file that is no socket is there");
  const UniqueFd probe = NewSocket();
  if (!probe.valid()) return SystemError(path);
  // Whatever else it says (it took us, it is busy, we may not), somebody may be there.
  if (::connect(probe.get(), Generic(address), sizeof address) == 0 || errno != ECONNREFUSED) {
    return Unavailable(path, "another process listens on it");
  }
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return SystemError(path);
  return {};
}

// Nobody can connect yet, so that the file is never open to more than it should be.
Result<UnixSocketFile> Restrict(const std::string& path) {
  struct stat file {
  }, directory{};
  if (::lstat(path.c_str(), &file) != 0) return SystemError(path);
  UnixSocketFile socket(path, file.st_dev, file.st_ino);  // goes again when what follows fails
  const std::string parent = std::filesystem::absolute(path).parent_path();
  if (::stat(parent.c_str(), &directory) != 0) return SystemError(path);
  // We may not, when we are not of that group; ours then serves as well, and opens it to no more.
  if (directory.st_gid != file.st_gid &&
      ::lchown(path.c_str(), static_cast<uid_t>(-1), directory.st_gid) != 0 && errno != EPERM) {
    return SystemError(path);
  }
  if (::fchmodat(AT_FDCWD, path.c_str(), kMode, AT_SYMLINK_NOFOLLOW) != 0) return SystemError(path);
  return socket;
}

}  // namespace

UnixSocketFile::UnixSocketFile(UnixSocketFile&& other) noexcept
    : path_(std::exchange(other.path_, {})), device_(other.device_), inode_(other.inode_) {}

UnixSocketFile& UnixSocketFile::operator=(UnixSocketFile&& other) noexcept {
  if (this == &other) return *this;
  Remove();
  path_ = std::exchange(other.path_, {});
  device_ = other.device_;
  inode_ = other.inode_;
  return *this;
}

void UnixSocketFile::Remove() {
  const std::string path = std::exchange(path_, {});
  struct stat there {};
  if (path.empty() || ::lstat(path.c_str(), &there) != 0) return;
  if (there.st_dev == device_ && there.st_ino == inode_) ::unlink(path.c_str());
}

Result<UnixSocket> BindUnixSocket(const std::string& path) {
  const Result<sockaddr_un> address = AddressOf(path);
  if (!address) return address.error();
  UnixSocket bound;
  bound.fd = NewSocket();
  if (!bound.fd.valid()) return SystemError(path);
  const auto bind = [&] { return ::bind(bound.fd.get(), Generic(*address), sizeof *address); };
  if (bind() != 0) {
    if (errno != EADDRINUSE) return SystemError(path);
    if (Status removed = RemoveStale(path, *address); !removed) return removed.error();
    if (bind() != 0) return SystemError(path);
  }
  Result<UnixSocketFile> file = Restrict(path);
  if (!file) return file.error();
  bound.file = *std::move(file);
  if (::listen(bound.fd.get(), SOMAXCONN) != 0) return SystemError(path);
  return bound;
}

}  // namespace flaglinkd
