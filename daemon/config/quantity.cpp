#include "daemon/config/quantity.h"

#include <charconv>
#include <cstdint>
#include <span>
#include <string>

namespace flaglinkd {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr Unit kDurationUnits[] = {{"ms", 1'000},
                                   {"s", 1'000'000},
                                   {"m", 60'000'000},
                                   {"h", 3'600'000'000},
                                   {"d", 86'400'000'000}};
constexpr std::uint64_t kLongestDuration = 36'525 * std::uint64_t{86'400'000'000};

constexpr Unit kSizeUnits[] = {{"B", 1}, {"KiB", 1u << 10}, {"MiB", 1u << 20}, {"GiB", 1u << 30}};
constexpr std::uint64_t kLargestSize = (std::uint64_t{1} << 40) - 1;

// What a quantity may look like, for messages.
struct Kind {
  const char* noun;
  const char* remedy;
  std::span<const Unit> units;
  std::uint64_t most;
};

Error Refuse(std::string_view text, const Kind& kind) {
  return {Error::Code::kInvalid,
          "\"" + std::string(text) + "\" is not a " + kind.noun + ": " + kind.remedy};
}

Result<std::uint64_t> Parse(std::string_view text, const Kind& kind) {
  std::uint64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) {
    return Error{Error::Code::kInvalid, "\"" + std::string(text) + "\" is too much"};
  }
  if (error != std::errc()) return Refuse(text, kind);
  std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const Unit& unit : kind.units) {
    if (unit.name != name) continue;
    if (number > kind.most / unit.factor) {
      return Error{Error::Code::kInvalid, "\"" + std::string(text) + "\" is too much"};
    }
    return number * unit.factor;
  }
  return Refuse(text, kind);
}

}  // namespace

Result<Duration> ParseDuration(std::string_view text) {
  Result<std::uint64_t> microseconds =
      Parse(text, {"duration", "write a whole number and ms, s, m, h or d, as \"20s\"",
                   kDurationUnits, kLongestDuration});
  if (!microseconds) return microseconds.error();
  return Duration(static_cast<Duration::rep>(*microseconds));
}

Result<std::size_t> ParseSize(std::string_view text) {
  Result<std::uint64_t> bytes =
      Parse(text, {"size", "write a whole number and B, KiB, MiB or GiB, as \"64KiB\"", kSizeUnits,
                   kLargestSize});
  if (!bytes) return bytes.error();
  return static_cast<std::size_t>(*bytes);
}

}  // namespace flaglinkd
