// An adapter that lets exceptions out: what the body says, or no std::exception without a body. It
// throws at its options too, where it has any.
#include <stdexcept>
#include <string>

#include "adapters/sdk/flaglink_adapter.h"

namespace {

flaglink_outcome Extract(const flaglink_request* request, const flaglink_sink*) {
  if (request->body.size == 0) throw 42;
  throw std::runtime_error(std::string(request->body.data, request->body.size));
}

flaglink_str CheckOptions(const flaglink_pair*, std::size_t count) {
  if (count > 0) throw std::runtime_error("options, too");
  return {nullptr, 0};
}

flaglink_adapter Describe() {
  flaglink_adapter adapter{};
  adapter.abi = FLAGLINK_ADAPTER_ABI;
  adapter.struct_size = sizeof adapter;
  adapter.name = "throwing";
  adapter.version = "1";
  static const char* const options[] = {"any", nullptr};
  adapter.options = options;
  adapter.methods = "POST";
  adapter.extract = Extract;
  adapter.check_options = CheckOptions;
  return adapter;
}

}  // namespace

extern "C" const flaglink_adapter* flaglink_adapter_v1() {
  static const flaglink_adapter adapter = Describe();
  return &adapter;
}
