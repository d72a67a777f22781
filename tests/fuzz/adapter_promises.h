// What flaglink_adapter.h promises of extract(), checked for one request: for the fuzz targets of
// adapters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <string_view>

#include "adapters/sdk/flaglink_adapter.h"
#include "daemon/domain/flag_key.h"

namespace flaglink::fuzz {

struct Seen {
  std::size_t changes = 0, flags = 0, replies = 0, reasons = 0;
};

inline Seen& In(void* context) {
  return *static_cast<Seen*>(context);
}

inline void OnChange(void* context, const flaglink_change* change) {
  const bool addressed = change->resource.size != 0 || change->name.size != 0;
  if (!addressed || change->kind > FLAGLINK_CREATED) std::abort();
  if (change->part_time_us < 0 || change->content_time_us < 0 || change->created_ms < 0) {
    std::abort();
  }
  if (change->has_texts == 0 && change->text_count != 0) std::abort();
  const std::string_view url(change->url.data == nullptr ? "https://" : change->url.data,
                             change->url.data == nullptr ? 8 : change->url.size);
  if (!url.starts_with("https://") && !url.starts_with("http://")) std::abort();
  ++In(context).changes;
}
inline void OnNeed(void*, const flaglink_need*) {}
inline void OnReply(void* context, std::uint32_t, const flaglink_pair*, std::size_t, flaglink_str,
                    flaglink_str) {
  ++In(context).replies;
}
inline void OnExplain(void* context, flaglink_str) {
  ++In(context).reasons;
}

inline void OnFlag(void* context, flaglink_str project, flaglink_str key, std::uint32_t state) {
  if (state > FLAGLINK_FLAG_ARCHIVED) std::abort();
  for (const flaglink_str& part : {project, key}) {
    const std::string_view text(part.data, part.size);
    if (!flaglinkd::IsValidKey(text)) std::abort();
  }
  ++In(context).flags;
}

inline void CheckPromises(const flaglink_adapter& adapter, const flaglink_request& request) {
  Seen seen;
  const flaglink_sink sink = {sizeof(sink), &seen, OnChange, OnNeed, OnReply, OnExplain, OnFlag};
  const flaglink_outcome outcome = adapter.extract(&request, &sink);
  if ((outcome == FLAGLINK_EXTRACTED) != (seen.changes + seen.flags > 0)) std::abort();
  if (outcome == FLAGLINK_HANDSHAKE && seen.replies != 1) std::abort();
  const bool needs_reason = outcome == FLAGLINK_IGNORED || outcome == FLAGLINK_MALFORMED;
  if (needs_reason && seen.reasons == 0) std::abort();
}

}  // namespace flaglink::fuzz
