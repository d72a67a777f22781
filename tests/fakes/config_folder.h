// A configuration's files and environment, for a test's length.
#pragma once

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "tests/fakes/temporary_folder.h"

namespace flaglinkd {

class ConfigFolder {
 public:
  const std::filesystem::path& path() const { return folder_.path(); }

  // Writes a file, and the folders on its way, with modes that the loader accepts.
  std::filesystem::path Write(const std::string& name, const std::string& text,
                              mode_t mode = 0600) const {
    const std::filesystem::path file = folder_ / name;
    for (std::filesystem::path folder = file.parent_path(); folder != path();
         folder = folder.parent_path()) {
      std::filesystem::create_directories(folder);
      SetMode(folder, 0700);
    }
    std::ofstream(file, std::ios::binary) << text;
    SetMode(file, mode);
    return file;
  }

 private:
  static void SetMode(const std::filesystem::path& path, mode_t mode) {
    if (chmod(path.c_str(), mode) != 0) throw std::runtime_error("chmod " + path.string());
  }

  TemporaryFolder folder_;
};

// An environment variable that is set; afterwards it is not.
class SetVariable {
 public:
  SetVariable(std::string name, const std::string& value) : name_(std::move(name)) {
    setenv(name_.c_str(), value.c_str(), 1);
  }
  ~SetVariable() { unsetenv(name_.c_str()); }
  SetVariable(const SetVariable&) = delete;
  SetVariable& operator=(const SetVariable&) = delete;

 private:
  std::string name_;
};

}  // namespace flaglinkd
