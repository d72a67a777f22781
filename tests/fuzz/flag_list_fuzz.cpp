// Whatever LaunchDarkly, or a proxy in its place, answers to a listing of flags: a page keeps to its
// contract, and there is a round that ends. The input is the status in three digits, a line's end,
// and the body.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/base/check.h"
#include "daemon/domain/flag_key.h"
#include "daemon/launchdarkly/project_flags.h"

namespace flaglinkd {
namespace {

void Check(const FlagPage& page) {
  FLAGLINKD_CHECK(page.flags.size() <= page.items);
  for (const CatalogUpdate::Flag& flag : page.flags) {
    FLAGLINKD_CHECK(IsValidKey(flag.key) && flag.state != CatalogUpdate::State::kGone);
    FLAGLINKD_CHECK(std::all_of(flag.jira_issues.begin(), flag.jira_issues.end(),
                                [](char c) { return c == ',' || IsKeyCharacter(c); }));
  }
}

void Try(std::string_view text) {
  HttpAnswer answer;
  answer.kind = HttpAnswer::Kind::kAnswered;
  for (const char digit : text.substr(0, 3)) answer.status = answer.status * 10 + (digit & 15);
  answer.body = text.size() > 4 ? text.substr(4) : "";
  ProjectFlags project("default", {{"default", {{"known", CatalogUpdate::State::kLive, ""}}, {}}});
  for (std::size_t pages = 0; !project.complete() && pages < 8; ++pages) {
    const Result<FlagPage> page = ReadFlagPage(project.place(), answer);
    if (!page.ok()) {
      FLAGLINKD_CHECK(!page.error().message.empty());
      return;
    }
    Check(*page);
    if (!project.Take(*page, TimePoint()).ok()) return;
    if (project.unstored()) project.Stored();
    FLAGLINKD_CHECK(project.Frozen().flags.size() == project.size());
  }
}

}  // namespace
}  // namespace flaglinkd

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  flaglinkd::Try({reinterpret_cast<const char*>(data), size});
  return 0;
}
