#include "daemon/adapt/extraction.h"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/adapt/copied_change.h"
#include "daemon/adapt/copied_need.h"
#include "daemon/domain/text.h"

namespace flaglinkd {
namespace {

namespace limit = extraction_limit;

flaglink_str Borrow(std::string_view text) {
  return {text.data(), text.size()};
}

template <typename Named>
std::vector<flaglink_pair> BorrowPairs(const std::vector<Named>& values) {
  std::vector<flaglink_pair> pairs;
  pairs.reserve(values.size());
  for (const Named& value : values) pairs.push_back({Borrow(value.name), Borrow(value.value)});
  return pairs;
}

std::string_view View(flaglink_str text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}

// What the listener sets by itself: a second one would change where the answer ends.
bool IsTheListeners(std::string_view header) {
  return header == "content-length" || header == "content-type" || header == "connection" ||
         header == "transfer-encoding";
}

std::optional<FlagNews::State> StateOf(std::uint32_t state) {
  switch (state) {
    case FLAGLINK_FLAG_GONE: return FlagNews::State::kGone;
    case FLAGLINK_FLAG_LIVE: return FlagNews::State::kLive;
    case FLAGLINK_FLAG_ARCHIVED: return FlagNews::State::kArchived;
    default: return std::nullopt;
  }
}

// What the adapter's callbacks write into. It lives on RunExtract's stack: a callback after
// extract() returned has nothing to call, which is the adapter's to respect (it is trusted code).
// The first broken rule ends the taking.
class Collector {
 public:
  // Both outlive the collector; `hosts` as RunExtract has it.
  Collector(const std::vector<std::string>& hosts, const std::vector<AdapterOption>& options)
      : hosts_(hosts), options_(options) {}
  const flaglink_sink& sink() const { return sink_; }

  // The extraction, once extract() returned `outcome`.
  Extraction Finish(int outcome);
  void Break(std::string reason) {
    if (broken_.empty()) broken_ = std::move(reason);
  }

 private:
  void TakeChange(const flaglink_change* borrowed);
  void TakeNeed(const flaglink_need* borrowed);
  void TakeReply(std::uint32_t status, const flaglink_pair* headers, std::size_t header_count,
                 flaglink_str content_type, flaglink_str body);
  void TakeReplyHeader(const flaglink_pair& borrowed, AdapterReply& reply);
  void TakeReason(flaglink_str reason);
  void TakeFlag(flaglink_str project, flaglink_str key, std::uint32_t state);
  std::string Reason() const;
  std::string BrokenRule(int outcome) const;

  // Runs one callback: nothing may be thrown through the adapter's frames, and nothing is taken
  // once a rule was broken.
  template <typename Take>
  static void Guard(void* context, Take take) noexcept {
    auto& collector = *static_cast<Collector*>(context);
    if (!collector.broken_.empty()) return;
    try {
      take(collector);
    } catch (const std::exception& error) {
      collector.Break(std::string("what it gives can't be taken: ") + error.what());
    }
  }

  static void OnChange(void* context, const flaglink_change* change) {
    Guard(context, [&](Collector& collector) { collector.TakeChange(change); });
  }
  static void OnNeed(void* context, const flaglink_need* need) {
    Guard(context, [&](Collector& collector) { collector.TakeNeed(need); });
  }
  static void OnReply(void* context, std::uint32_t status, const flaglink_pair* headers,
                      std::size_t header_count, flaglink_str content_type, flaglink_str body) {
    Guard(context, [&](Collector& collector) {
      collector.TakeReply(status, headers, header_count, content_type, body);
    });
  }
  static void OnExplain(void* context, flaglink_str reason) {
    Guard(context, [&](Collector& collector) { collector.TakeReason(reason); });
  }
  static void OnFlag(void* context, flaglink_str project, flaglink_str key, std::uint32_t state) {
    Guard(context, [&](Collector& collector) { collector.TakeFlag(project, key, state); });
  }

  const std::vector<std::string>& hosts_;
  const std::vector<AdapterOption>& options_;
  flaglink_sink sink_{sizeof(flaglink_sink), this, OnChange, OnNeed, OnReply, OnExplain, OnFlag};
  BorrowedText text_{limit::kEvent};
  Extraction extraction_;
  std::string broken_;  // the first broken rule
};

void Collector::TakeChange(const flaglink_change* borrowed) {
  if (borrowed == nullptr) return Break("it gave a change that is NULL");
  if (extraction_.changes.size() == kMaxChangesPerEvent) {
    extraction_.truncated = true;
    return;
  }
  Result<Change> change = CopyChange(*borrowed, text_);
  if (text_.exhausted()) {
    return Break("its changes hold more than " + std::to_string(limit::kEvent) + " bytes");
  }
  if (!change.ok()) return Break(change.error().message);
  extraction_.changes.push_back(*std::move(change));
}

// A name that is asked for twice is one need: the first.
void Collector::TakeNeed(const flaglink_need* borrowed) {
  if (borrowed == nullptr) return Break("it gave a need that is NULL");
  Result<DocumentNeed> need = CopyNeed(*borrowed, hosts_, options_);
  if (!need.ok()) return Break(need.error().message);
  std::vector<DocumentNeed>& needs = extraction_.needs;
  if (std::ranges::find(needs, need->name, &DocumentNeed::name) != needs.end()) return;
  if (needs.size() == limit::kNeeds) {
    return Break("it needs more than " + std::to_string(limit::kNeeds) + " documents");
  }
  needs.push_back(*std::move(need));
}

void Collector::TakeReplyHeader(const flaglink_pair& borrowed, AdapterReply& reply) {
  const std::size_t size = View(borrowed.name).size() + View(borrowed.value).size();
  if (size > limit::kReplyHeader) return Break("it replies with an overlong header");
  const std::string name = HeaderName(View(borrowed.name));
  if (name.empty() || IsTheListeners(name) || !IsHeaderValue(View(borrowed.value))) {
    return Break("it replies with the unusable header " + EscapeForLine(View(borrowed.name), 100));
  }
  reply.headers.push_back({name, std::string(View(borrowed.value))});
}

void Collector::TakeReply(std::uint32_t status, const flaglink_pair* headers,
                          std::size_t header_count, flaglink_str content_type, flaglink_str body) {
  if (extraction_.reply) return Break("it replies twice");
  if (status < 200 || status > 299) {
    return Break("it replies with status " + std::to_string(status));
  }
  if (View(body).size() > limit::kReplyBody) {
    return Break("it replies with " + std::to_string(body.size) + " bytes, " +
                 std::to_string(limit::kReplyBody) + " are allowed");
  }
  if (View(content_type).size() > limit::kReplyHeader || !IsHeaderValue(View(content_type))) {
    return Break("it replies with an unusable content type");
  }
  if (header_count > limit::kReplyHeaders || (header_count > 0 && headers == nullptr)) {
    return Break("it replies with " + std::to_string(header_count) + " headers");
  }
  AdapterReply reply{
      static_cast<int>(status), std::string(View(content_type)), std::string(View(body)), {}};
  for (std::size_t i = 0; i < header_count; ++i) TakeReplyHeader(headers[i], reply);
  extraction_.reply = std::move(reply);
}

void Collector::TakeReason(flaglink_str reason) {
  std::string& all = extraction_.reason;
  if (all.size() >= limit::kReason || View(reason).empty()) return;
  if (!all.empty()) all += "; ";
  // Read no further than could be shown.
  all += EscapeForLine(View(reason).substr(0, limit::kReason), limit::kReason);
}

// A key that breaks LaunchDarkly's rules can't name one of its flags, and would not be safe in a
// path.
void Collector::TakeFlag(flaglink_str project, flaglink_str key, std::uint32_t state) {
  if (!IsValidKey(View(project)) || !IsValidKey(View(key))) {
    return Break("it gave news of a flag under no valid key");
  }
  const std::optional<FlagNews::State> known = StateOf(state);
  if (!known) return Break("it gave news of a flag in the unknown state " + std::to_string(state));
  if (extraction_.flag_news.size() == kMaxChangesPerEvent) {
    extraction_.truncated = true;
    return;
  }
  extraction_.flag_news.push_back({{std::string(View(project)), std::string(View(key))}, *known});
}

// What the adapter said, and what was cut without its knowing.
std::string Collector::Reason() const {
  std::string reason = extraction_.reason;
  for (const std::string& what : text_.cut()) {
    reason += reason.empty() ? "" : "; ";
    reason += what + (what == "url" ? " too long, left out" : " too long, cut");
  }
  return std::string(CutAtCharacter(reason, limit::kReason));
}

std::string Collector::BrokenRule(int outcome) const {
  if (!broken_.empty()) return broken_;
  const bool changes = !extraction_.changes.empty() || !extraction_.flag_news.empty();
  const bool needs = !extraction_.needs.empty();
  switch (outcome) {
    case FLAGLINK_EXTRACTED: return changes || needs ? "" : "it extracted no change";
    case FLAGLINK_IGNORED:
      if (needs) return "it ignored the event, but needs documents";
      return changes ? "it ignored the event, but gave changes" : "";
    case FLAGLINK_HANDSHAKE:
      if (changes) return "it took the event for a handshake, but gave changes";
      return extraction_.reply ? "" : "it took the event for a handshake, but has no reply";
    case FLAGLINK_MALFORMED: return "";
    default: return "it gave the unknown outcome " + std::to_string(outcome);
  }
}

Extraction Collector::Finish(int outcome) {
  Extraction failed;
  if (std::string broken = BrokenRule(outcome); !broken.empty()) {
    failed.reason = "the adapter broke a rule: " + broken;
    if (!extraction_.reason.empty()) failed.reason += " (" + extraction_.reason + ")";
    return failed;
  }
  extraction_.reason = Reason();
  if (outcome == FLAGLINK_MALFORMED) {
    failed.reason = extraction_.reason.empty() ? "not what this source sends" : extraction_.reason;
    return failed;
  }
  if (outcome == FLAGLINK_IGNORED && extraction_.reason.empty()) {
    extraction_.reason = "not of a kind that is linked";
  }
  extraction_.outcome = outcome == FLAGLINK_EXTRACTED ? Extraction::Outcome::kExtracted
                        : outcome == FLAGLINK_IGNORED ? Extraction::Outcome::kIgnored
                                                      : Extraction::Outcome::kHandshake;
  return std::move(extraction_);
}

}  // namespace

Extraction RunExtract(ExtractFunction extract, const AdapterInput& input,
                      const std::vector<AdapterOption>& options,
                      const std::vector<std::string>& hosts) {
  const std::vector<flaglink_pair> headers = BorrowPairs(input.headers);
  const std::vector<flaglink_pair> pairs = BorrowPairs(options);
  const std::vector<flaglink_pair> fetched = BorrowPairs(input.fetched);
  flaglink_request request{};
  request.struct_size = sizeof request;
  request.headers = headers.data();
  request.header_count = headers.size();
  request.options = pairs.data();
  request.option_count = pairs.size();
  request.fetched = fetched.data();
  request.fetched_count = fetched.size();
  request.body = Borrow(input.body);
  request.content_type = Borrow(input.content_type);

  Collector collector(hosts, options);
  int outcome = FLAGLINK_MALFORMED;
  try {
    outcome = extract(&request, &collector.sink());
  } catch (const std::exception& error) {
    collector.Break("it threw " + EscapeForLine(error.what(), limit::kReason));
  } catch (...) {
    collector.Break("it threw something that is no std::exception");
  }
  return collector.Finish(outcome);
}

}  // namespace flaglinkd
