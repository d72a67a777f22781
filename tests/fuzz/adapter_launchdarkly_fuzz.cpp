// A body of LaunchDarkly's webhooks.
#include "adapters/launchdarkly/launchdarkly.cpp"
#include "tests/fuzz/adapter_promises.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  flaglink_request request{};
  request.struct_size = sizeof(request);
  request.body = {reinterpret_cast<const char*>(data), size};
  request.content_type = {"application/json", 16};
  flaglink::fuzz::CheckPromises(*flaglink_adapter_v1(), request);
  return 0;
}
