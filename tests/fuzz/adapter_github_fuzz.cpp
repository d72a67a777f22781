// A webhook of GitHub: its event on the first line ("" for none), its body behind it; a body that
// begins with "payload=" is a form. Every outcome keeps the promise of flaglink_adapter.h.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "adapters/github/github.cpp"

namespace {

struct Seen {
  std::size_t changes = 0, replies = 0, reasons = 0;
};

Seen& In(void* context) {
  return *static_cast<Seen*>(context);
}

void OnChange(void* context, const flaglink_change* change) {
  if (change->resource.size == 0 || change->kind > FLAGLINK_CREATED) std::abort();
  if (change->part_time_us < 0 || change->content_time_us < 0 || change->created_ms < 0)
    std::abort();
  ++In(context).changes;
}
void OnNeed(void*, const flaglink_need*) {
  std::abort();
}
void OnReply(void* context, uint32_t, const flaglink_pair*, size_t, flaglink_str, flaglink_str) {
  ++In(context).replies;
}
void OnExplain(void* context, flaglink_str) {
  ++In(context).reasons;
}
void OnFlag(void*, flaglink_str, flaglink_str, uint32_t) {
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(size == 0 ? "" : reinterpret_cast<const char*>(data), size);
  const auto line = std::min(input.find('\n'), size);
  const std::string_view event = input.substr(0, line),
                         body = input.substr(std::min(line + 1, size));
  const std::string_view type =
      body.starts_with("payload=") ? "application/x-www-form-urlencoded" : "application/json";
  const flaglink_pair header = {{"x-github-event", 14}, {event.data(), event.size()}};

  flaglink_request request{};
  request.struct_size = sizeof(request);
  request.headers = &header;
  request.header_count = event.empty() ? 0 : 1;
  request.body = {body.data(), body.size()};
  request.content_type = {type.data(), type.size()};
  Seen seen;
  const flaglink_sink sink = {sizeof(sink), &seen, OnChange, OnNeed, OnReply, OnExplain, OnFlag};
  const flaglink_outcome outcome = flaglink_adapter_v1()->extract(&request, &sink);

  const bool extracted = outcome == FLAGLINK_EXTRACTED, shook = outcome == FLAGLINK_HANDSHAKE;
  if (extracted != (seen.changes > 0) || seen.changes > 256 || shook != (seen.replies == 1))
    std::abort();
  if (!extracted && !shook && seen.reasons == 0) std::abort();
  return 0;
}
