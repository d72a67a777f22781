// A body of Slack; one that does not start as JSON does is a form.
#include "adapters/slack/slack.cpp"
#include "adapters/slack/slack_text.cpp"
#include "tests/fuzz/adapter_promises.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(size == 0 ? "" : reinterpret_cast<const char*>(data), size);
  const std::string_view type =
      body.starts_with('{') ? "application/json" : "application/x-www-form-urlencoded";
  const flaglink_pair workspace = {{"workspace", 9}, {"acme", 4}};
  flaglink_request request{};
  request.struct_size = sizeof(request);
  request.options = &workspace;
  request.option_count = 1;
  request.body = {body.data(), body.size()};
  request.content_type = {type.data(), type.size()};
  flaglink::fuzz::CheckPromises(*flaglink_adapter_v1(), request);
  return 0;
}
