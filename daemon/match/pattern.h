// The operator's patterns, in RE2: linear in the text whatever the pattern. Pure.
#pragma once

#include <re2/re2.h>

#include <memory>
#include <string>

#include "daemon/base/result.h"

namespace flaglinkd {

// kInvalid: no regular expression, too large, or without a group for the key.
Result<std::unique_ptr<re2::RE2>> CompilePattern(const std::string& pattern);

// The number of the group that captures the key: the one named `key`, else the only one.
int KeyGroup(const re2::RE2& pattern);
// That of the one named `project`; 0 if there is none.
int ProjectGroup(const re2::RE2& pattern);

}  // namespace flaglinkd
