// Renders a resource's content as what LaunchDarkly shows. Pure.
//
// Title at most 255 characters, description and metadata values at most 1,000, cut at a whole
// character; control characters out; images and HTML neutralised, since LaunchDarkly renders
// Markdown; a deep link is http or https, at most 2,000 characters, else there is no link. A
// description is never empty: LaunchDarkly's own poster says that flag links require one.
#pragma once

#include "daemon/base/result.h"
#include "daemon/domain/life_cycle.h"
#include "daemon/domain/link.h"

namespace flaglinkd {

// `first_seen` stands in for a creation time that the sender does not give. kInvalid: no usable
// deep link.
Result<LinkBody> RenderLink(const Content& content, std::string_view link_key,
                            TimePoint first_seen);

// Bodies that show the same have equal fingerprints. Neither timestamp nor key counts, nor do
// metadata that the integration's card does not show (its manifest's uiBlocks,
// launchdarkly/integration-framework); an empty value is as good as none.
LinkFingerprint FingerprintOf(const LinkBody& body);

}  // namespace flaglinkd
