#include "daemon/queue/sqlite_backup.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include "daemon/queue/schema.h"
#include "daemon/queue/sqlite_database.h"

namespace flaglinkd {
namespace {

Error Unavailable(const char* doing, const std::filesystem::path& what, int error) {
  return {Error::Code::kUnavailable,
          std::string(doing) + " " + what.string() + ": " + std::strerror(error)};
}

// An empty file (0600) beside the wanted one, gone with the object unless it got its name.
class PartialFile {
 public:
  static Result<PartialFile> Make(const std::filesystem::path& wanted) {
    std::string name = wanted.string() + ".XXXXXX";
    const int descriptor = mkostemp(name.data(), O_CLOEXEC);
    if (descriptor < 0) return Unavailable("write", wanted, errno);
    close(descriptor);
    return PartialFile(name);
  }
  PartialFile(PartialFile&& other) noexcept : path_(std::exchange(other.path_, "")) {}
  PartialFile& operator=(PartialFile&&) = delete;
  ~PartialFile() {
    if (!path_.empty()) unlink(path_.c_str());
  }

  const std::filesystem::path& path() const { return path_; }

  // link() refuses what is there already, also what came meanwhile.
  Status Name(const std::filesystem::path& wanted, IfThere if_there) {
    const bool replace = if_there == IfThere::kReplace;
    if ((replace ? rename(path_.c_str(), wanted.c_str()) : link(path_.c_str(), wanted.c_str())) !=
        0) {
      return Unavailable("write", wanted, errno);
    }
    if (replace) path_.clear();
    return {};
  }

 private:
  explicit PartialFile(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

Status Sync(const std::filesystem::path& path, int flags) {
  const int descriptor = open(path.c_str(), flags | O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return Unavailable("open", path, errno);
  const int failed = fsync(descriptor) == 0 ? 0 : errno;
  close(descriptor);
  if (failed != 0) return Unavailable("write", path, failed);
  return {};
}

// SQLite only says that it can't open a file.
Status CheckReadable(const std::filesystem::path& database) {
  const int descriptor = open(database.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return Unavailable("open", database, errno);
  close(descriptor);
  return {};
}

Status CheckTarget(const std::filesystem::path& database, const std::filesystem::path& copy,
                   IfThere if_there) {
  std::error_code ignored;
  const bool there = std::filesystem::exists(std::filesystem::symlink_status(copy, ignored));
  if (there && std::filesystem::equivalent(database, copy, ignored)) {
    return Error{Error::Code::kConflict, "write " + copy.string() + ": that is the database"};
  }
  if (there && if_there == IfThere::kRefuse) {
    return Error{Error::Code::kConflict, "write " + copy.string() + ": it is there already"};
  }
  return {};
}

// What was met, under the name that the file was to get.
Error WriteError(const Database& target, const std::filesystem::path& partial,
                 const std::filesystem::path& copy) {
  std::string message = target.error()->message;
  if (message.starts_with(partial.string())) {
    message.replace(0, partial.string().size(), copy.string());
  }
  return {target.error()->code, "write " + message};
}

}  // namespace

Result<std::uint64_t> BackUpSqlite(const std::filesystem::path& database,
                                   const std::filesystem::path& copy, IfThere if_there) {
  if (Status readable = CheckReadable(database); !readable) return readable.error();
  if (Status free = CheckTarget(database, copy, if_there); !free) return free.error();
  Result<Database> source = Database::Open(database, Database::Access::kRead);
  if (!source) return source.error();
  source->Run("PRAGMA busy_timeout = 5000");  // ms: another may be making the log's index
  source->Run("BEGIN");                       // the one moment, from the first read on
  static_cast<void>(HasSchema(*source));      // an older one is worth keeping too
  if (source->error()) return Error{source->error()->code, "read " + source->error()->message};

  Result<PartialFile> partial = PartialFile::Make(copy);
  if (!partial) return partial.error();
  {
    Result<Database> target = Database::Open(partial->path());
    if (!target) return target.error();
    // It is made durable once, at the end, and is worth nothing until then.
    target->Run("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
    target->CopyFrom(*source);
    // A file that stands by itself, whose log's files are not to be looked for.
    target->Number("SELECT count(*) FROM sqlite_schema");
    target->Run("PRAGMA journal_mode = DELETE");
    if (target->Text("PRAGMA quick_check(1)") != "ok") {
      target->Fail(Error::Code::kInvalid, "the copy is damaged, and so is the database");
    }
    if (target->error()) return WriteError(*target, partial->path(), copy);
  }
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(partial->path(), error);
  if (Status synced = Sync(partial->path(), 0); !synced) return synced.error();
  if (Status named = partial->Name(copy, if_there); !named) return named.error();
  const std::filesystem::path folder = copy.has_parent_path() ? copy.parent_path() : ".";
  if (Status synced = Sync(folder, O_DIRECTORY); !synced) return synced.error();
  return size;
}

}  // namespace flaglinkd
