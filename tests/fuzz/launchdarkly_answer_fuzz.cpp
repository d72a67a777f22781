// Whatever LaunchDarkly, or a proxy in its place, answers: the outcome keeps to its contract. The
// input is the request's kind (c, r or f), the status in three digits, headers as "name: value"
// lines, an empty line, and the body.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/base/check.h"
#include "daemon/domain/flag_key.h"
#include "daemon/launchdarkly/flag_link_api.h"

namespace flaglinkd {
namespace {

constexpr TimePoint kNow(std::chrono::seconds(1'767'225'600));

RequestKind KindOf(char letter) {
  if (letter == 'r') return RequestKind::kRemove;
  return letter == 'f' ? RequestKind::kFind : RequestKind::kCreate;
}

std::string_view TakeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

HttpAnswer ParseAnswer(std::string_view text) {
  HttpAnswer answer;
  answer.kind = HttpAnswer::Kind::kAnswered;
  for (const char digit : TakeLine(text).substr(0, 3))
    answer.status = answer.status * 10 + (digit & 15);
  for (std::string_view line = TakeLine(text); !line.empty(); line = TakeLine(text)) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    answer.headers.push_back(
        {std::string(line.substr(0, colon)), std::string(line.substr(colon + 2))});
  }
  answer.body = text;
  return answer;
}

void Check(const AttemptOutcome& outcome) {
  std::size_t characters = 0;
  for (const char c : outcome.reason) {
    FLAGLINKD_CHECK(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
    if ((c & 0xC0) != 0x80) ++characters;
  }
  FLAGLINKD_CHECK(characters <= 200);
  FLAGLINKD_CHECK(outcome.link_id.empty() || IsValidKey(outcome.link_id));
  FLAGLINKD_CHECK(!outcome.not_before || *outcome.not_before > kNow);
}

}  // namespace
}  // namespace flaglinkd

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  flaglinkd::LinkRequest request;
  request.kind = flaglinkd::KindOf(text[0]);
  request.body.key = "key";
  text.remove_prefix(1);
  flaglinkd::Check(Judge(request, flaglinkd::ParseAnswer(text), flaglinkd::kNow));
  return 0;
}
