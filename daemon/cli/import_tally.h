// What came of the lines of an import. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "daemon/base/result.h"

namespace flaglinkd {

class ImportTally {
 public:
  // Counts the service's answer to one line. Returns why the line failed, for a person; "" if it
  // did not. kInternal: no such answer.
  Result<std::string> Count(const std::string& answer);
  void CountFailed() { ++failed_; }

  bool any_failed() const { return failed_ > 0; }

  // "imported: 12 stored (9 links changed), 3 ignored, 0 failed"
  std::string AsText() const;
  // {"stored": 12, "ignored": 3, "failed": 0, "links": 9}
  std::string AsJson() const;

 private:
  std::int64_t stored_ = 0, ignored_ = 0, failed_ = 0, links_ = 0;
};

}  // namespace flaglinkd
