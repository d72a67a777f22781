#include "daemon/config/trusted_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace flaglinkd {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

Error Because(Error::Code code, const std::string& what) {
  return {code, what};
}

Error SystemError(const char* what) {
  int reason = errno;
  Error::Code code = reason == ENOENT ? Error::Code::kNotFound : Error::Code::kUnavailable;
  return Because(code, what + std::string(": ") + std::generic_category().message(reason));
}

std::string ModeText(mode_t mode) {
  char text[16];
  std::snprintf(text, sizeof text, "%04o", static_cast<unsigned>(mode & 07777));
  return text;
}

Status Judge(const struct stat& state, Readers readers) {
  return JudgeOwner(state.st_uid, state.st_mode, geteuid(), readers);
}

}  // namespace

Status JudgeOwner(uid_t owner, mode_t mode, uid_t runner, Readers readers) {
  if (owner != 0 && owner != runner) {
    return Because(Error::Code::kInvalid,
                   "belongs to user " + std::to_string(owner) +
                       "; it must belong to root or to the user that runs flaglinkd");
  }
  if ((mode & (S_IWGRP | S_IWOTH)) != 0) {
    return Because(Error::Code::kInvalid, "may be written by others than its owner (mode " +
                                              ModeText(mode) + "); chmod go-w it");
  }
  if (readers == Readers::kNotOthers && (mode & S_IRWXO) != 0) {
    return Because(Error::Code::kInvalid,
                   "may be read by everybody (mode " + ModeText(mode) + "); chmod o-rwx it");
  }
  return {};
}

Result<std::string> ReadTrustedFile(const std::filesystem::path& file, std::size_t limit,
                                    Readers readers) {
  // Non-blocking, since opening a FIFO waits for its other end.
  Descriptor opened(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (opened.number() < 0) return SystemError("cannot be opened");
  struct stat state = {};
  if (fstat(opened.number(), &state) != 0) return SystemError("cannot be examined");
  if (!S_ISREG(state.st_mode)) return Because(Error::Code::kInvalid, "is not a regular file");
  if (Status owner = Judge(state, readers); !owner) return owner.error();

  std::string bytes(limit + 1, '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    ssize_t got = read(opened.number(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError("cannot be read");
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > limit) {
    return Because(Error::Code::kInvalid, "is larger than " + std::to_string(limit) + " bytes");
  }
  bytes.resize(size);
  return bytes;
}

Status CheckTrustedFolder(const std::filesystem::path& folder) {
  struct stat state = {};
  if (stat(folder.c_str(), &state) != 0) return SystemError("cannot be examined");
  if (!S_ISDIR(state.st_mode)) return Because(Error::Code::kInvalid, "is not a folder");
  return Judge(state, Readers::kAnybody);
}

}  // namespace flaglinkd
