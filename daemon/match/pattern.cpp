#include "daemon/match/pattern.h"

#include <cstdint>
#include <map>

namespace flaglinkd {
namespace {

constexpr std::int64_t kMaxMemory = std::int64_t{4} << 20;

int GroupNamed(const re2::RE2& pattern, const char* name) {
  const auto& groups = pattern.NamedCapturingGroups();
  const auto group = groups.find(name);
  return group == groups.end() ? 0 : group->second;
}

}  // namespace

Result<std::unique_ptr<re2::RE2>> CompilePattern(const std::string& pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxMemory);
  auto compiled = std::make_unique<re2::RE2>(pattern, options);
  const std::string what = "pattern '" + pattern + "': ";
  if (!compiled->ok()) return Error{Error::Code::kInvalid, what + compiled->error()};
  if (KeyGroup(*compiled) == 0) {
    return Error{Error::Code::kInvalid, what + "needs a group named key, or exactly one group"};
  }
  return compiled;
}

int KeyGroup(const re2::RE2& pattern) {
  const int named = GroupNamed(pattern, "key");
  if (named != 0) return named;
  return pattern.NumberOfCapturingGroups() == 1 && ProjectGroup(pattern) == 0 ? 1 : 0;
}

int ProjectGroup(const re2::RE2& pattern) {
  return GroupNamed(pattern, "project");
}

}  // namespace flaglinkd
