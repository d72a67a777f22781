// A file that says: this process owns what it stands beside. Internal to queue/.
#pragma once

#include <filesystem>

#include "daemon/base/result.h"

namespace flaglinkd {

// Held until destroyed or until the process ends, however that happens. The file itself stays:
// removing it would let two processes lock two files of the same name.
class FileLock {
 public:
  // kUnavailable: can't be made, or another process has it.
  static Result<FileLock> Take(const std::filesystem::path& file);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace flaglinkd
