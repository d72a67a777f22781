#include "daemon/deliver/concurrency.h"

#include <algorithm>

namespace flaglinkd {

void Concurrency::Learn(const AttemptOutcome& answer) {
  if (answer.answered) {
    if (++good_ < limit_) return;
    limit_ = std::min(limit_ + 1, most_);
    good_ = 0;
    return;
  }
  if (answer.result == AttemptOutcome::Result::kUnauthorized) return;
  limit_ = std::max(limit_ / 2, 1);
  good_ = 0;
}

}  // namespace flaglinkd
