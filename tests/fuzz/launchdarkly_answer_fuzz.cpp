// Whatever LaunchDarkly, or a proxy in its place, answers: the outcome keeps to its contract. The
// input is the request's kind (c, u, r, f, or o for a find that looks for others' links too), the
// status in three digits, headers as "name: value" lines, an empty line, and the body.
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

LinkRequest RequestOf(char letter) {
  LinkRequest request;
  request.flag = {"default", "flag"};
  request.body.key = "key";
  request.body.integration_key = "jira";
  request.body.deep_link = "https://acme.example/1";
  request.body.metadata = {{"issueKey", "SHOP-42"}};
  if (letter == 'u') request.kind = RequestKind::kUpdate;
  if (letter == 'r') request.kind = RequestKind::kRemove;
  if (letter == 'f' || letter == 'o') request.kind = RequestKind::kFind;
  request.look_for_others = letter == 'o';
  return request;
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

void Check(const LinkRequest& request, const AttemptOutcome& outcome) {
  using Result = AttemptOutcome::Result;
  const bool find = request.kind == RequestKind::kFind;
  const bool found = find && outcome.result == Result::kDone;
  FLAGLINKD_CHECK(outcome.shown.has_value() == found);
  FLAGLINKD_CHECK(outcome.result != Result::kForeign || request.look_for_others);
  // A listing has no effect that could be lost.
  FLAGLINKD_CHECK(outcome.result != Result::kLost || !find);
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
  const flaglinkd::LinkRequest request = flaglinkd::RequestOf(text[0]);
  text.remove_prefix(1);
  flaglinkd::Check(request, Judge(request, flaglinkd::ParseAnswer(text), flaglinkd::kNow));
  return 0;
}
