// Sees the wall clock being set back, for those who hold times that lie ahead: without it they
// would wait as much longer. Pure; not safe for several threads.
#pragma once

#include <optional>

#include "daemon/base/clock.h"

namespace flaglinkd {

class SetBack {
 public:
  // By how much `now` lies behind the reading before; nothing where it does not.
  Duration Since(TimePoint now) {
    const Duration back = last_ && now < *last_ ? *last_ - now : Duration(0);
    last_ = now;
    return back;
  }

 private:
  std::optional<TimePoint> last_;
};

}  // namespace flaglinkd
