/* An adapter of a later ABI 1, whose structs have grown: what this daemon knows of them must still
 * be found. */
#include <string.h>

#include "adapters/sdk/flaglink_adapter.h"

typedef struct newer_signature {
  flaglink_signature known;
  const char* later;
} newer_signature;

typedef struct newer_change {
  flaglink_change known;
  flaglink_str later;
} newer_change;

typedef struct newer_adapter {
  flaglink_adapter known;
  const char* later;
} newer_adapter;

static flaglink_outcome extract(const flaglink_request* request, const flaglink_sink* sink) {
  newer_change change;
  (void)request;
  memset(&change, 0, sizeof change);
  change.known.struct_size = sizeof change;
  change.known.resource.data = "newer/1";
  change.known.resource.size = 7;
  sink->change(sink->context, &change.known);
  return FLAGLINK_EXTRACTED;
}

static const newer_signature signatures[] = {
    {{.struct_size = sizeof(newer_signature), .algorithm = "token", .header = "x-token"}, "later"},
    {{.struct_size = sizeof(newer_signature),
      .algorithm = "hmac-sha1",
      .header = "x-signature",
      .encoding = "base64",
      .signed_content = "{body}"},
     "later"},
};

static const newer_adapter adapter = {
    {
        .abi = FLAGLINK_ADAPTER_ABI,
        .struct_size = sizeof(newer_adapter),
        .name = "newer",
        .version = "9",
        .signatures = &signatures[0].known,
        .signature_count = 2,
        .methods = "POST",
        .extract = extract,
    },
    "later",
};

const flaglink_adapter* flaglink_adapter_v1(void) {
  return &adapter.known;
}
