// The forms of what [source.NAME.event] holds: texts with placeholders, and the JSON Pointers in
// them. The adapter `template` reads the same texts; here they are held against their form, so that
// a mistake is told with its line.
#pragma once

#include <string>
#include <vector>

#include "daemon/config/text_form.h"

namespace flaglinkd {

extern const TextForm kPlaceholdersForm;     // "[shop] {/title|/name}"
extern const TextForm kScopedPointerForm;    // "/title", and "^/title" from the body
extern const TextForm kLonePlaceholderForm;  // "{/id|/event_id}", from the body

// The pointers of a text that kLonePlaceholderForm has accepted.
std::vector<std::string> PointersOf(const std::string& placeholder);

}  // namespace flaglinkd
