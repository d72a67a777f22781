// How many links may be under way at once: one at first, one more after as many good answers in a
// row as may be under way, half as many on every sign of pressure. Pure.
#pragma once

#include "daemon/deliver/destination.h"

namespace flaglinkd {

class Concurrency {
 public:
  // Never more than `most`, never less than one.
  explicit Concurrency(int most) : most_(most) {}

  int limit() const { return limit_; }

  // Good: LaunchDarkly is at work. Pressure: a 429, a 5xx, a time-out, a lost connection. A refused
  // token is neither.
  void Learn(const AttemptOutcome& answer);

 private:
  int most_;
  int limit_ = 1;
  int good_ = 0;  // answers in a row since the limit last changed
};

}  // namespace flaglinkd
