/* The layout of ABI 1 on 64-bit Linux, from C99. An adapter that was built yesterday must fit
 * tomorrow: a line may be added for a new field at the end of a struct, none may change. */
#include "adapters/sdk/flaglink_adapter.h"

/* C99 has no static assertion: a negative array size is one. */
#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)
#define CHECK(condition) typedef char JOIN(check_, __LINE__)[(condition) ? 1 : -1]
#define AT(type, field, offset) CHECK(offsetof(type, field) == (offset))
#define SIZE(type, size) CHECK(sizeof(type) == (size))

AT(flaglink_str, data, 0);
AT(flaglink_str, size, 8);
SIZE(flaglink_str, 16);

AT(flaglink_pair, name, 0);
AT(flaglink_pair, value, 16);
SIZE(flaglink_pair, 32);

AT(flaglink_signature, struct_size, 0);
AT(flaglink_signature, algorithm, 8);
AT(flaglink_signature, header, 16);
AT(flaglink_signature, prefix, 24);
AT(flaglink_signature, encoding, 32);
AT(flaglink_signature, signed_content, 40);
AT(flaglink_signature, separator, 48);
AT(flaglink_signature, key_encoding, 56);
AT(flaglink_signature, timestamp, 64);
AT(flaglink_signature, timestamp_unit, 72);
AT(flaglink_signature, id, 80);
AT(flaglink_signature, past_seconds, 88);
AT(flaglink_signature, future_seconds, 92);
SIZE(flaglink_signature, 96);

AT(flaglink_request, struct_size, 0);
AT(flaglink_request, headers, 8);
AT(flaglink_request, header_count, 16);
AT(flaglink_request, options, 24);
AT(flaglink_request, option_count, 32);
AT(flaglink_request, fetched, 40);
AT(flaglink_request, fetched_count, 48);
AT(flaglink_request, body, 56);
AT(flaglink_request, content_type, 72);
SIZE(flaglink_request, 88);

AT(flaglink_change, struct_size, 0);
AT(flaglink_change, kind, 4);
AT(flaglink_change, resource, 8);
AT(flaglink_change, name, 24);
AT(flaglink_change, part, 40);
AT(flaglink_change, part_time_us, 56);
AT(flaglink_change, content_time_us, 64);
AT(flaglink_change, created_ms, 72);
AT(flaglink_change, title, 80);
AT(flaglink_change, url, 96);
AT(flaglink_change, description, 112);
AT(flaglink_change, integration_key, 128);
AT(flaglink_change, author, 144);
AT(flaglink_change, author_is_bot, 160);
AT(flaglink_change, is_private, 164);
AT(flaglink_change, metadata, 168);
AT(flaglink_change, metadata_count, 176);
AT(flaglink_change, texts, 184);
AT(flaglink_change, text_count, 192);
AT(flaglink_change, labels, 200);
AT(flaglink_change, label_count, 208);
AT(flaglink_change, has_texts, 216);
AT(flaglink_change, has_labels, 220);
SIZE(flaglink_change, 224);

AT(flaglink_need, struct_size, 0);
AT(flaglink_need, name, 8);
AT(flaglink_need, host, 24);
AT(flaglink_need, path, 40);
AT(flaglink_need, query, 56);
AT(flaglink_need, headers, 72);
AT(flaglink_need, header_count, 80);
AT(flaglink_need, is_subject, 88);
SIZE(flaglink_need, 96);

AT(flaglink_sink, struct_size, 0);
AT(flaglink_sink, context, 8);
AT(flaglink_sink, change, 16);
AT(flaglink_sink, need, 24);
AT(flaglink_sink, reply, 32);
AT(flaglink_sink, explain, 40);
AT(flaglink_sink, flag, 48);
SIZE(flaglink_sink, 56);

AT(flaglink_adapter, abi, 0);
AT(flaglink_adapter, struct_size, 4);
AT(flaglink_adapter, name, 8);
AT(flaglink_adapter, version, 16);
AT(flaglink_adapter, signatures, 24);
AT(flaglink_adapter, signature_count, 32);
AT(flaglink_adapter, delivery_id, 40);
AT(flaglink_adapter, headers, 48);
AT(flaglink_adapter, blank, 56);
AT(flaglink_adapter, options, 64);
AT(flaglink_adapter, methods, 72);
AT(flaglink_adapter, extract, 80);
AT(flaglink_adapter, check_options, 88);
AT(flaglink_adapter, hosts, 96);
AT(flaglink_adapter, armed_secret, 104);
SIZE(flaglink_adapter, 112);

CHECK(FLAGLINK_ADAPTER_ABI == 1u);
CHECK(FLAGLINK_UPDATED == 0 && FLAGLINK_DELETED == 1 && FLAGLINK_CREATED == 2);
CHECK(FLAGLINK_EXTRACTED == 0 && FLAGLINK_IGNORED == 1);
CHECK(FLAGLINK_HANDSHAKE == 2 && FLAGLINK_MALFORMED == 3);
CHECK(sizeof(flaglink_outcome) == 4);
CHECK(FLAGLINK_FLAG_GONE == 0 && FLAGLINK_FLAG_LIVE == 1 && FLAGLINK_FLAG_ARCHIVED == 2);
