/* An adapter that does not fit, in the way that its build says; else by its name. */
#include "adapters/sdk/flaglink_adapter.h"

#ifndef ABI
#define ABI FLAGLINK_ADAPTER_ABI
#endif
#ifndef STRUCT_SIZE
#define STRUCT_SIZE sizeof(flaglink_adapter)
#endif
#ifndef METHODS
#define METHODS "POST"
#endif
#ifndef DESCRIPTION
#define DESCRIPTION &adapter
#endif

static flaglink_outcome extract(const flaglink_request* request, const flaglink_sink* sink) {
  (void)request;
  (void)sink;
  return FLAGLINK_IGNORED;
}

static const flaglink_adapter adapter = {
    .abi = ABI,
    .struct_size = STRUCT_SIZE,
    .name = "misfit",
    .version = "1",
    .methods = METHODS,
    .extract = extract,
};

const flaglink_adapter* flaglink_adapter_v1(void) {
  return DESCRIPTION;
}
