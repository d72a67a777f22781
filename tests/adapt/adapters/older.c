/* An adapter of the first ABI 1, whose description ends with check_options. What lies behind it is
 * not a part of it: it must not be looked at, nor must half a field. */
#include "adapters/sdk/flaglink_adapter.h"

static flaglink_outcome extract(const flaglink_request* request, const flaglink_sink* sink) {
  (void)request;
  (void)sink;
  return FLAGLINK_IGNORED;
}

static const flaglink_adapter adapter = {
    .abi = FLAGLINK_ADAPTER_ABI,
    .struct_size = offsetof(flaglink_adapter, hosts) + 4,
    .name = "older",
    .version = "1",
    .methods = "POST",
    .extract = extract,
    .hosts = (const char* const*)-1,
    .armed_secret = "nothing that makes sense",
};

const flaglink_adapter* flaglink_adapter_v1(void) {
  return &adapter;
}
