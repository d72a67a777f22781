/* The boundary between flaglinkd and an adapter: what a shared object in the adapters' folder must
 * be.
 *
 * 1. C99; one exported symbol, flaglink_adapter_v1(), which returns a description that lives as
 *    long as the object.
 * 2. Everything passed is borrowed for the length of the call: neither side frees or keeps the
 *    other's memory.
 * 3. Strings are pointer + size, UTF-8, not NUL-terminated (names of the adapter itself are
 *    literals). data == NULL means absent; size 0 means empty. Absent leaves what is known as it
 *    is, empty clears it.
 * 4. extract() is pure and reentrant: no I/O, no globals, no clock, and no exception gets out.
 * 5. New fields go at the end of a struct that carries struct_size; who reads a struct looks at
 *    struct_size first, and an array of such structs is walked by the struct_size of its elements.
 *    Anything else is ABI 2, a new symbol.
 *
 * An adapter is trusted code: it runs inside the daemon. It never sees a secret, a socket, a thread
 * or a clock. */
#ifndef FLAGLINK_ADAPTER_H
#define FLAGLINK_ADAPTER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FLAGLINK_ADAPTER_ABI 1u

typedef struct flaglink_str {
  const char* data;
  size_t size;
} flaglink_str;

typedef struct flaglink_pair {
  flaglink_str name, value;
} flaglink_pair;

/* How the source signs. The daemon holds the secret and compares. */
typedef struct flaglink_signature {
  uint32_t struct_size;
  /* "hmac-sha1" "hmac-sha256" "hmac-sha512": a MAC of the signed content. "ed25519": a signature of it;
   * the secret is the sender's public key, "whpk_" and base64. "token": the header holds the secret
   * itself. "jwt-hs256": the header holds a JWT that the secret signs; it does not cover the body. */
  const char* algorithm;
  const char* header;   /* lower case: "x-hub-signature-256" */
  const char* prefix;   /* "sha256=", required where not "" */
  const char* encoding; /* "hex" "base64" */
  /* "{body}"  "v0:{timestamp}:{body}"  "{id}.{timestamp}.{body}"  "{body}{option:callback_url}" */
  const char* signed_content;
  const char* separator;    /* several signatures in one header: "," " " or NULL */
  const char* key_encoding; /* "text" "base64" */
  const char* timestamp;    /* "header:x-slack-request-timestamp"  "body:/webhookTimestamp"  NULL */
  const char* timestamp_unit;            /* "s" "ms" "iso8601" or NULL */
  const char* id;                        /* "header:webhook-id": what {id} stands for, or NULL */
  uint32_t past_seconds, future_seconds; /* the default replay window, used with a timestamp */
} flaglink_signature;

typedef struct flaglink_request {
  uint32_t struct_size;
  const flaglink_pair* headers; /* declared ones only; names in lower case */
  size_t header_count;
  /* the source's [options], names with dots for nested tables: "workspaces.T024BE7LD" */
  const flaglink_pair* options;
  size_t option_count;
  const flaglink_pair* fetched; /* answers to earlier needs, by name */
  size_t fetched_count;
  flaglink_str body, content_type;
} flaglink_request;

/* CREATED: an event that can't be an edit, or a snapshot that rides along (the issue in a comment
 * event). Without a flag and on an unknown resource it leaves no trace; the other two always do. */
typedef enum flaglink_kind {
  FLAGLINK_UPDATED = 0,
  FLAGLINK_DELETED = 1,
  FLAGLINK_CREATED = 2
} flaglink_kind;

/* What the webhook says of one part of one resource. */
typedef struct flaglink_change {
  uint32_t struct_size;
  uint32_t kind;         /* flaglink_kind */
  flaglink_str resource; /* immutable id with site or tenant; absent: `name` resolves it */
  flaglink_str name;     /* what people call it: "SHOP-42" */
  flaglink_str part;     /* "" is the resource itself, else a comment's id and the like */
  int64_t part_time_us, content_time_us; /* since 1970; 0: the sender gives none */
  int64_t created_ms; /* the resource's creation, the link's timestamp; 0: none */
  flaglink_str title, url, description, integration_key, author;
  uint32_t author_is_bot, is_private;
  /* A field that is absent from the list stays as it is. A name that ends in '?' ("creator?") is a
   * fallback: its value is taken only while nothing is known of the field, so that a link is never
   * posted with a field missing. */
  const flaglink_pair* metadata;
  size_t metadata_count;
  const flaglink_pair* texts; /* name for the reason ("description"), text freed of markup */
  size_t text_count;
  const flaglink_str* labels;
  size_t label_count;
  uint32_t has_texts,
      has_labels; /* 1: carried whole, replaces what is known; 0: not carried, leaves it */
} flaglink_change;

/* A document that the body leaves out and the daemon may fetch. */
typedef struct flaglink_need {
  uint32_t struct_size;
  flaglink_str name; /* under which extract() gets the document as `fetched` */
  /* One of flaglink_adapter.hosts: "slack.com", or the option's value: "https://jira.acme.example/jira",
   * whose path goes before `path`. Never anything from the body. */
  flaglink_str host;
  flaglink_str path,
      query; /* "/api/users.info", "user=U024BE7LD": percent-encoded by the adapter */
  const flaglink_pair* headers; /* beside the Authorization that the daemon sets */
  size_t header_count;
  /* 1: of what the event is about; one that was fetched before the event came would not show what it
   * changed. 0: of what seldom changes (who a user is); one that is some minutes old will do. */
  uint32_t is_subject;
} flaglink_need;

/* Of a flag of LaunchDarkly. */
typedef enum flaglink_flag_state {
  FLAGLINK_FLAG_GONE = 0,
  FLAGLINK_FLAG_LIVE = 1,
  FLAGLINK_FLAG_ARCHIVED = 2
} flaglink_flag_state;

/* Implemented by the daemon. Each function copies what it is given. */
typedef struct flaglink_sink {
  uint32_t struct_size;
  void* context;
  void (*change)(void* context, const flaglink_change* change);
  void (*need)(void* context, const flaglink_need* need);
  /* What the sender wants to read back: a handshake, or a slash command's reply, sent after the
   * commit. */
  void (*reply)(void* context, uint32_t status, const flaglink_pair* headers, size_t header_count,
                flaglink_str content_type, flaglink_str body);
  /* One line that says why: of IGNORED and MALFORMED, and of what was left out of the rest. */
  void (*explain)(void* context, flaglink_str reason);
  /* News of a flag, from LaunchDarkly's own webhooks: `state` is a flaglink_flag_state. A daemon that
   * is older than this function gives a sink that ends before it. */
  void (*flag)(void* context, flaglink_str project, flaglink_str key, uint32_t state);
} flaglink_sink;

typedef enum flaglink_outcome {
  FLAGLINK_EXTRACTED = 0, /* at least one change, news of a flag, or a need */
  FLAGLINK_IGNORED = 1,   /* authentic, but of a kind that is not linked */
  FLAGLINK_HANDSHAKE = 2, /* answered by reply() alone */
  FLAGLINK_MALFORMED = 3  /* not what this source sends: the event is stored as failed */
} flaglink_outcome;

typedef struct flaglink_adapter {
  uint32_t abi;         /* FLAGLINK_ADAPTER_ABI */
  uint32_t struct_size; /* sizeof(flaglink_adapter) as the adapter knows it */
  const char* name;     /* the folder, the .so, the config key */
  const char* version;
  const flaglink_signature* signatures; /* the first whose header is there decides */
  size_t signature_count;
  const char* delivery_id;    /* "header:x-github-delivery"  "body:/event_id"  NULL */
  const char* const* headers; /* what extract() wants to see, lower case, NULL-terminated */
  const char* const*
      /* JSON Pointers (form fields: "/token") that are blanked before storing, NULL-terminated */
      blank;
  const char* const*
      options; /* names that it understands, "workspaces.*" for a table, NULL-terminated */
  const char*
      methods; /* "POST"  "POST,PUT"; "POST,HEAD": a HEAD, never signed, is answered with 200 */
  flaglink_outcome (*extract)(const flaglink_request* request, const flaglink_sink* sink);
  /* One line of why these options make no working source, or data == NULL. Called once, at load; may
   * be NULL. The text lives as long as the object. "source:api_token", without a value, is among them
   * where needs will be answered. */
  flaglink_str (*check_options)(const flaglink_pair* options, size_t option_count);
  /* Whom needs may be asked of: literal hosts, and "option:site" for the host, with its path, that an
   * option names; NULL-terminated. NULL: the adapter has no needs. */
  const char* const* hosts;
  /* Where a handshake carries the secret that the sender will sign with from then on:
   * "header:x-hook-secret" (which the answer repeats), "body:/verification_token", or NULL. The daemon
   * takes it only while an operator has armed the source; extract() sees no such request. */
  const char* armed_secret;
} flaglink_adapter;

const flaglink_adapter* flaglink_adapter_v1(void);

#ifdef __cplusplus
}
#endif

#endif /* FLAGLINK_ADAPTER_H */
