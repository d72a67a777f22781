/* An adapter that never returns from a body, and returns at once without one. */
#include <time.h>

#include "adapters/sdk/flaglink_adapter.h"

static flaglink_outcome extract(const flaglink_request* request, const flaglink_sink* sink) {
  (void)sink;
  while (request->body.size > 0) {
    const struct timespec moment = {0, 1000000}; /* spares the machine that runs the tests */
    nanosleep(&moment, NULL);
  }
  return FLAGLINK_IGNORED;
}

static const flaglink_adapter adapter = {
    .abi = FLAGLINK_ADAPTER_ABI,
    .struct_size = sizeof(flaglink_adapter),
    .name = "looping",
    .version = "1",
    .methods = "POST",
    .extract = extract,
};

const flaglink_adapter* flaglink_adapter_v1(void) {
  return &adapter;
}
