// Makes links due that waited for something else than time, within the transaction that is open:
// for their flag, or for a place at it. Internal to queue/.
#pragma once

#include "daemon/queue/link_queue.h"
#include "daemon/queue/queue_memory.h"
#include "daemon/queue/stores.h"

namespace flaglinkd {

// Takes over what is news of flags. The number of links that waited for one of them.
int TakeNews(const CatalogUpdate& update, TimePoint now, Stores& stores, QueueMemory& memory);

// Places that this transaction has made free go to the oldest links that wait for one of their
// flag.
void HandPlacesOn(TimePoint now, Stores& stores, QueueMemory& memory);

// The same with every place that is free: at the start there may be more than there were.
void HandAllPlacesOn(TimePoint now, Stores& stores, QueueMemory& memory);

}  // namespace flaglinkd
