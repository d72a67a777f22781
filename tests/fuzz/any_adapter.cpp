// What flaglink_adapter.h promises of extract(), for the adapter that is linked in. An input is a
// body as it stands, or behind lines of `name: value` and an empty one: a header, "option.NAME", or
// "fetched.NAME".
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "adapters/sdk/flaglink_adapter.h"

namespace {

// One more than the daemon takes, so that it can say that there were more.
constexpr std::size_t kMostChanges = 257;

void Promise(bool kept) {
  if (!kept) std::abort();
}

std::string_view View(flaglink_str text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}

struct Seen {
  std::size_t changes = 0, needs = 0, flags = 0, replies = 0, reasons = 0;
};

Seen& In(void* context) {
  return *static_cast<Seen*>(context);
}

void OnChange(void* context, const flaglink_change* change) {
  Promise(change->resource.size != 0 || change->name.size != 0);
  Promise(change->kind <= FLAGLINK_CREATED);
  Promise(change->part_time_us >= 0 && change->content_time_us >= 0 && change->created_ms >= 0);
  Promise(change->has_texts != 0 || change->text_count == 0);
  Promise(change->has_labels != 0 || change->label_count == 0);
  const std::string_view url = View(change->url);
  Promise(url.empty() || url.starts_with("https://") || url.starts_with("http://"));
  ++In(context).changes;
}

void OnNeed(void* context, const flaglink_need* need) {
  Promise(need->name.size != 0 && need->host.size != 0);
  const auto fits = [](std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
  };
  Promise(View(need->path).starts_with('/') && fits(View(need->path)) && fits(View(need->query)));
  ++In(context).needs;
}

void OnReply(void* context, std::uint32_t status, const flaglink_pair*, std::size_t, flaglink_str,
             flaglink_str) {
  Promise(status >= 200 && status <= 299);
  ++In(context).replies;
}

void OnExplain(void* context, flaglink_str) {
  ++In(context).reasons;
}

void OnFlag(void* context, flaglink_str project, flaglink_str key, std::uint32_t state) {
  Promise(project.size != 0 && key.size != 0 && state <= FLAGLINK_FLAG_ARCHIVED);
  ++In(context).flags;
}

// Takes "name: value" off the front of `input`.
bool TakeLine(std::string_view& input, flaglink_pair& pair) {
  const std::size_t end = input.find('\n');
  const std::string_view line = input.substr(0, end);
  const std::size_t colon = line.find(": ");
  if (end == input.npos || colon == line.npos || colon == 0) return false;
  const std::string_view name = line.substr(0, colon), value = line.substr(colon + 2);
  const bool is_name = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_./").find(c) != std::string_view::npos;
  });
  if (!is_name) return false;
  pair = {{name.data(), name.size()}, {value.data(), value.size()}};
  input.remove_prefix(end + 1);
  return true;
}

struct Input {
  std::vector<flaglink_pair> headers, options, fetched;
  flaglink_str content_type = {"application/json", 16};
  std::string_view body;
};

void Place(flaglink_pair pair, Input& input) {
  const std::string_view name = View(pair.name);
  const auto behind = [&](std::string_view prefix) {
    return flaglink_pair{{name.data() + prefix.size(), name.size() - prefix.size()}, pair.value};
  };
  if (name.starts_with("option.")) {
    input.options.push_back(behind("option."));
  } else if (name.starts_with("fetched.")) {
    input.fetched.push_back(behind("fetched."));
  } else if (name == "content-type") {
    input.content_type = pair.value;
  } else {
    input.headers.push_back(pair);
  }
}

Input ReadInput(std::string_view text) {
  Input input;
  for (flaglink_pair pair; TakeLine(text, pair);) Place(pair, input);
  if (text.starts_with('\n')) text.remove_prefix(1);
  input.body = text;
  return input;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Input input =
      ReadInput(std::string_view(size == 0 ? "" : reinterpret_cast<const char*>(data), size));
  flaglink_request request{};
  request.struct_size = sizeof(request);
  request.headers = input.headers.data();
  request.header_count = input.headers.size();
  request.options = input.options.data();
  request.option_count = input.options.size();
  request.fetched = input.fetched.data();
  request.fetched_count = input.fetched.size();
  request.content_type = input.content_type;
  request.body = {input.body.data(), input.body.size()};

  Seen seen;
  const flaglink_sink sink = {sizeof(sink), &seen, OnChange, OnNeed, OnReply, OnExplain, OnFlag};
  const flaglink_outcome outcome = flaglink_adapter_v1()->extract(&request, &sink);
  const bool gave = seen.changes + seen.needs + seen.flags > 0;
  switch (outcome) {
    case FLAGLINK_EXTRACTED: Promise(gave && seen.changes <= kMostChanges); break;
    case FLAGLINK_HANDSHAKE: Promise(!gave && seen.replies == 1); break;
    case FLAGLINK_IGNORED: Promise(!gave && seen.reasons > 0); break;
    case FLAGLINK_MALFORMED: Promise(seen.reasons > 0); break;
    default: std::abort();
  }
  return 0;
}
