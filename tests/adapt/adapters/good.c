/* A small adapter in plain C that uses everything once: the change's title is the header x-title,
 * its url the option site, its text the body. A body that begins with a question mark gets an
 * outcome that ABI 1 does not have. */
#include <string.h>

#include "adapters/sdk/flaglink_adapter.h"

static flaglink_str literal(const char* text) {
  flaglink_str str = {text, strlen(text)};
  return str;
}

static flaglink_str find(const flaglink_pair* pairs, size_t count, const char* name) {
  const flaglink_str absent = {NULL, 0};
  size_t i;
  for (i = 0; i < count; ++i) {
    if (pairs[i].name.size == strlen(name) && memcmp(pairs[i].name.data, name, strlen(name)) == 0) {
      return pairs[i].value;
    }
  }
  return absent;
}

static flaglink_outcome extract(const flaglink_request* request, const flaglink_sink* sink) {
  flaglink_change change;
  flaglink_pair text;
  if (request->body.size == 0) {
    sink->explain(sink->context, literal("an empty body"));
    return FLAGLINK_IGNORED;
  }
  if (request->body.data[0] == '?') return (flaglink_outcome)7;
  text.name = literal("body");
  text.value = request->body;
  memset(&change, 0, sizeof change);
  change.struct_size = sizeof change;
  change.kind = FLAGLINK_CREATED;
  change.resource = literal("good/1");
  change.title = find(request->headers, request->header_count, "x-title");
  change.url = find(request->options, request->option_count, "site");
  change.description = request->content_type;
  change.texts = &text;
  change.text_count = 1;
  change.has_texts = 1;
  sink->change(sink->context, &change);
  return FLAGLINK_EXTRACTED;
}

static flaglink_str check_options(const flaglink_pair* options, size_t count) {
  const flaglink_str fine = {NULL, 0};
  return find(options, count, "site").data == NULL ? literal("site is needed") : fine;
}

static const char* const headers[] = {"x-title", NULL};
static const char* const blank[] = {"/token", NULL};
static const char* const hosts[] = {"good.example", "option:site", NULL};
static const char* const options[] = {"site", "callback_url", "workspaces.*", NULL};

static const flaglink_signature signatures[] = {{
    .struct_size = sizeof(flaglink_signature),
    .algorithm = "hmac-sha256",
    .header = "x-signature",
    .prefix = "v0=",
    .encoding = "hex",
    .signed_content = "v0:{timestamp}:{body}{option:callback_url}",
    .separator = ",",
    .key_encoding = "text",
    .timestamp = "header:x-timestamp",
    .timestamp_unit = "s",
    .past_seconds = 300,
    .future_seconds = 60,
}};

static const flaglink_adapter adapter = {
    .abi = FLAGLINK_ADAPTER_ABI,
    .struct_size = sizeof(flaglink_adapter),
    .name = "good",
    .version = "1.2",
    .signatures = signatures,
    .signature_count = 1,
    .delivery_id = "body:/id",
    .headers = headers,
    .blank = blank,
    .options = options,
    .methods = "POST,PUT",
    .extract = extract,
    .check_options = check_options,
    .hosts = hosts,
    .armed_secret = "header:x-hook-secret",
};

const flaglink_adapter* flaglink_adapter_v1(void) {
  return &adapter;
}
