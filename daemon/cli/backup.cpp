#include <iostream>

#include "daemon/cli/verbs.h"
#include "daemon/queue/sqlite_backup.h"

namespace flaglinkd {

int BackUp(const LoadSettings& settings, const BackupArguments& arguments) {
  const std::optional<Config> config = LoadOrComplain(settings);
  if (!config) return kBadConfiguration;
  const Result<std::uint64_t> size = BackUpSqlite(
      config->queue.file, arguments.file, arguments.force ? IfThere::kReplace : IfThere::kRefuse);
  if (!size) {
    std::cerr << size.error().message
              << (size.error().code == Error::Code::kConflict && !arguments.force
                      ? "; --force replaces a file"
                      : "")
              << "\n";
    return kFailed;
  }
  std::cout << arguments.file.string() << ": " << *size << " bytes, checked\n";
  return kFine;
}

}  // namespace flaglinkd
