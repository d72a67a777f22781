// One call of an adapter's extract(), with everything that crosses the boundary copied, cut and
// checked. Pure but for what the adapter does.
#pragma once

#include <vector>

#include "adapters/sdk/flaglink_adapter.h"
#include "daemon/adapt/adapter.h"

namespace flaglinkd {

// Sizes in bytes of UTF-8. A longer string is cut at a whole character, a longer list after so many
// elements, and the reason says so; a longer URL is dropped, since half of one leads astray.
namespace extraction_limit {
constexpr std::size_t kResource = 512;
constexpr std::size_t kName = 256;
constexpr std::size_t kPart = 256;
constexpr std::size_t kTitle = 1000;
constexpr std::size_t kUrl = 2000;
constexpr std::size_t kDescription = 8000;
constexpr std::size_t kIntegrationKey = 64;
constexpr std::size_t kAuthor = 256;
constexpr std::size_t kMetadataFields = 32;
constexpr std::size_t kMetadataName = 64;
constexpr std::size_t kMetadataValue = 8000;
constexpr std::size_t kLabels = 256;
constexpr std::size_t kLabel = 256;
constexpr std::size_t kTexts = 256;
constexpr std::size_t kTextName = 256;
constexpr std::size_t kText = 256u << 10;
constexpr std::size_t kTextsOfChange = 1u << 20;
constexpr std::size_t kReason = 500;
// Beyond these the adapter has broken the rules, and the event fails.
constexpr std::size_t kEvent = 16u << 20;  // all strings of all changes
constexpr std::size_t kReplyBody = 64u << 10;
constexpr std::size_t kReplyHeaders = 16;
constexpr std::size_t kReplyHeader = 1024;  // a name and its value
constexpr std::size_t kNeeds = 8;
constexpr std::size_t kNeedName = 64;
constexpr std::size_t kNeedUrl = 2000;
constexpr std::size_t kNeedHeaders = 8;
constexpr std::size_t kNeedHeader = 256;  // a name and its value
}  // namespace extraction_limit

using ExtractFunction = flaglink_outcome (*)(const flaglink_request*, const flaglink_sink*);

// Never throws, whatever `extract` does short of not returning. The contract is Adapter::Extract's.
// `hosts`: whom needs may be asked of, as the adapter declares them.
Extraction RunExtract(ExtractFunction extract, const AdapterInput& input,
                      const std::vector<AdapterOption>& options,
                      const std::vector<std::string>& hosts = {});

}  // namespace flaglinkd
