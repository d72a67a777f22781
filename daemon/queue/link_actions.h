// What a person can have done with a link. Pure, so that every database's queue does it alike.
// Internal to queue/.
#pragma once

#include "daemon/base/clock.h"
#include "daemon/queue/books.h"
#include "daemon/queue/link_row.h"

namespace flaglinkd {

// What is open is due now, with all its patience again. False: nothing is open, it is due already,
// or it waits for room at its flag.
bool Retry(LinkRow& link, TimePoint now);

// What LaunchDarkly shows of an applied link is looked at anew: a change of its own in the books.
// False: it is not applied.
bool Verify(LinkRow& link, TimePoint now, Books& books);

// Not wanted from now on. Its mentions stay counted, by which life_cycle.h knows it as forgotten.
// What was open counts as forgotten. False: there was nothing to forget.
bool ForgetAndLeave(LinkRow& link, TimePoint now, Books& books);   // what is there is not ours
bool ForgetAndRemove(LinkRow& link, TimePoint now, Books& books);  // its removal is due now

}  // namespace flaglinkd
