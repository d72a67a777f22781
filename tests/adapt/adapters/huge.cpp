// An adapter that returns a hundred megabytes: one text, or, where the body is "many", a hundred
// changes of one megabyte.
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sdk/flaglink_adapter.h"

namespace {

constexpr std::size_t kMegabyte = 1'000'000;

void Give(const flaglink_sink* sink, const std::string& text, std::size_t texts) {
  const flaglink_str str{text.data(), text.size()};
  const std::vector<flaglink_pair> pairs(texts, flaglink_pair{{"text", 4}, str});
  flaglink_change change{};
  change.struct_size = sizeof change;
  change.resource = {"huge/1", 6};
  change.texts = pairs.data();
  change.text_count = pairs.size();
  change.has_texts = 1;
  sink->change(sink->context, &change);
}

flaglink_outcome Extract(const flaglink_request* request, const flaglink_sink* sink) {
  if (std::string_view(request->body.data, request->body.size) != "many") {
    Give(sink, std::string(100 * kMegabyte, 'x'), 1);
    return FLAGLINK_EXTRACTED;
  }
  const std::string text(kMegabyte / 4, 'x');
  for (int i = 0; i < 100; ++i) Give(sink, text, 4);
  return FLAGLINK_EXTRACTED;
}

flaglink_adapter Describe() {
  flaglink_adapter adapter{};
  adapter.abi = FLAGLINK_ADAPTER_ABI;
  adapter.struct_size = sizeof adapter;
  adapter.name = "huge";
  adapter.version = "1";
  adapter.methods = "POST";
  adapter.extract = Extract;
  return adapter;
}

}  // namespace

extern "C" const flaglink_adapter* flaglink_adapter_v1() {
  static const flaglink_adapter adapter = Describe();
  return &adapter;
}
