// The listening end of a listener on a file: who may connect is who may write to the file.
#pragma once

#include <sys/types.h>

#include <string>

#include "daemon/base/result.h"
#include "daemon/http/unique_fd.h"

namespace flaglinkd {

// The file of a socket that we have bound; removed with it, unless another process has put its own
// in its place.
class UnixSocketFile {
 public:
  UnixSocketFile() = default;  // of no socket
  UnixSocketFile(std::string path, dev_t device, ino_t inode)
      : path_(std::move(path)), device_(device), inode_(inode) {}
  UnixSocketFile(UnixSocketFile&& other) noexcept;
  UnixSocketFile& operator=(UnixSocketFile&& other) noexcept;
  ~UnixSocketFile() { Remove(); }

  // While the socket is still open: its inode can't be another file's until then.
  void Remove();

 private:
  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

struct UnixSocket {
  UniqueFd fd;  // non-blocking and listening
  UnixSocketFile file;
};

// Mode 0660, and the group of the directory where we may give it that one. The file of a process
// that is gone is replaced. kUnavailable: another process listens there, something else is there,
// the path has more than 107 bytes, or the system's reason.
Result<UnixSocket> BindUnixSocket(const std::string& path);

}  // namespace flaglinkd
