// Hostile headers and bodies before verification. The input is lines (signature, timestamp, id) and
// then the body.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/check.h"
#include "daemon/verify/verify.h"
#include "tests/verify/schemes.h"

namespace flaglinkd {
namespace {

std::string TakeLine(std::string_view& input) {
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string line(input.substr(0, end));
  input.remove_prefix(std::min(end + 1, input.size()));
  return line;
}

// Under every scheme: nobody without the secret is authentic, and whoever holds it is, unless the
// body's own time is another.
void Run(std::string_view input) {
  static const std::vector<Secret> secrets = [] {
    std::vector<Secret> made;
    made.emplace_back(std::string("d2hhdCBubyBmdXp6ZXIgZ3Vlc3Nlcw=="));
    made.emplace_back(std::string("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="));
    return made;
  }();
  const TimePoint now(std::chrono::seconds(1767225600));
  const std::string signature = TakeLine(input), timestamp = TakeLine(input), id = TakeLine(input);
  for (const auto& [source, schemes] : SchemesBySource()) {
    for (const SignatureScheme& scheme : schemes) {
      Webhook webhook{"POST", {{scheme.header, signature}}, std::string(input), now};
      if (scheme.timestamp) webhook.headers.push_back({scheme.timestamp->name, timestamp});
      if (scheme.id_header) webhook.headers.push_back({*scheme.id_header, id});
      const Verification forged = Verify({&scheme, 1}, secrets, webhook, now);
      FLAGLINKD_CHECK(forged.verdict != Verdict::kAuthentic && !forged.reason.empty());

      if (scheme.algorithm == SignatureAlgorithm::kEd25519) continue;
      webhook.headers = Sign(scheme, secrets[0], webhook.body, id, now);
      const Verdict verdict = Verify({&scheme, 1}, secrets, webhook, now).verdict;
      const bool time_in_body =
          scheme.timestamp && scheme.timestamp->kind == ValueLocation::Kind::kBody;
      FLAGLINKD_CHECK(verdict == Verdict::kAuthentic ||
                      (time_in_body && verdict == Verdict::kStale));
    }
  }
}

}  // namespace
}  // namespace flaglinkd

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  flaglinkd::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
