#include "daemon/receive/secret_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

namespace flaglinkd {
namespace {

namespace fs = std::filesystem;

Error Trouble(const std::string& what) {
  return {Error::Code::kUnavailable, what + ": " + std::generic_category().message(errno)};
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }
  bool opened() const { return number_ >= 0; }

 private:
  int number_;
};

bool Write(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// A new file of mode 0600 beside `file`, synced; its name goes into `name`.
Status WriteBeside(const fs::path& file, const Secret& secret, std::string& name) {
  name = file.string() + ".XXXXXX";
  const Descriptor made(::mkostemp(name.data(), O_CLOEXEC));
  if (!made.opened()) return Trouble("make a file beside " + file.string());
  if (Write(made.number(), secret.Bytes()) && Write(made.number(), "\n") &&
      ::fsync(made.number()) == 0) {
    return {};
  }
  Error trouble = Trouble("write " + name);
  ::unlink(name.c_str());
  return trouble;
}

fs::path FolderOf(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : ".";
}

}  // namespace

Status CheckSecretFile(const fs::path& file, Overwrite overwrite) {
  struct stat state {};
  const bool exists = ::stat(file.c_str(), &state) == 0;
  if (exists && (!S_ISREG(state.st_mode) || (state.st_size > 0 && overwrite == Overwrite::kNo))) {
    return Error{Error::Code::kConflict, file.string() + " holds something"};
  }
  if (::access(FolderOf(file).c_str(), W_OK | X_OK) != 0) {
    return Trouble("write in " + FolderOf(file).string());
  }
  return {};
}

Status WriteSecretFile(const fs::path& file, const Secret& secret, Overwrite overwrite) {
  if (Status good = CheckSecretFile(file, overwrite); !good) return good;
  std::string name;
  if (Status written = WriteBeside(file, secret, name); !written) return written;
  if (::rename(name.c_str(), file.c_str()) != 0) {
    Error trouble = Trouble("rename " + name);
    ::unlink(name.c_str());
    return trouble;
  }
  // Else a power cut could undo the rename. Where a folder can't be synced there is no more to do.
  const Descriptor folder(::open(FolderOf(file).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.opened()) static_cast<void>(::fsync(folder.number()));
  return {};
}

}  // namespace flaglinkd
