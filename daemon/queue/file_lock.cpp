#include "daemon/queue/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace flaglinkd {

Result<FileLock> FileLock::Take(const std::filesystem::path& file) {
  const auto refuse = [&](const char* why) {
    return Error{Error::Code::kUnavailable, "open " + file.string() + ": " + why};
  };
  const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0 && errno == ENOENT) {
    return refuse("its folder is not there; make it, for the user who runs this alone");
  }
  if (descriptor < 0) return refuse(std::strerror(errno));
  FileLock lock(descriptor);
  if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
  return refuse(errno == EWOULDBLOCK ? "another process has it, perhaps another flaglinkd"
                                     : std::strerror(errno));
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace flaglinkd
