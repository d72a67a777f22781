// Every option there is, once: the parser, the messages, the sample file and the reference are made
// from this table.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/config.h"
#include "daemon/config/text_form.h"

namespace flaglinkd {

enum class OptionType {
  kBool,
  kInteger,
  kDuration,
  kSize,
  kText,     // of a form, or one of the choices
  kTexts,    // a list of them
  kSecret,   // { credential = "…" }, { file = "…" }, { env = "…" } or the plain string
  kSecrets,  // a list of them
  kFilters,  // a table: JSON Pointer = list of strings
  kFree,     // a table of what somebody else knows: strings, numbers, booleans, and tables of these
};

// A value as its option's setter takes it; which member is set goes by the type.
struct OptionValue {
  bool flag = false;
  std::int64_t integer = 0;  // kInteger; kSize in bytes; of a choice its index
  Duration duration{};
  std::string text;
  std::vector<std::string> texts;
  std::vector<Secret> secrets;             // kSecret: exactly one
  std::optional<SecretFile> secret_file;   // kSecrets: the first { file }
  std::vector<std::string> fixed_secrets;  // as in Config
  std::vector<PointerFilter> filters;
  std::vector<AdapterOption> pairs;
  std::filesystem::path directory;  // relative paths start here
};

// Where values go.
struct OptionTarget {
  Config& config;
  SourceOptions* source;        // nullptr outside the sources' tables
  std::size_t& body_limit;      // [listen] body_limit: the sources' default
  WebhookTest* test = nullptr;  // nullptr outside the tests' tables
};

struct Option {
  std::string_view table;  // "listen.tls"; "source.NAME" and its tables for what every source has
  std::string_view name;
  OptionType type = OptionType::kText;
  // kText, kTexts; of kFilters the pointers; of kFree the strings
  const TextForm* form = &kTextForm;
  std::vector<std::string_view> choices{};  // kText: one of these
  bool may_be_off = false;                  // kDuration: "off" is zero
  bool may_be_empty = false;                // kText
  bool may_hold_lists = false;              // kFree: a list's elements are named "text.0", "text.1"
  std::string_view standard{};       // the default, as TOML writes it; "" where there is none
  std::string_view otherwise{};      // in words, what holds where `standard` is ""
  std::string_view least{}, most{};  // kInteger, kDuration, kSize: as they are written
  std::string_view example{};        // a value to show where `standard` is ""
  bool in_sample = false;            // written out in the sample file, which works with these alone
  std::string_view sentence{};
  void (*set)(OptionTarget target, OptionValue& value) = nullptr;

  bool secret() const { return type == OptionType::kSecret || type == OptionType::kSecrets; }
};

struct OptionGroup {
  std::string_view table;
  std::string_view sentence;
  bool optional = false;  // a table that changes something by being there
  bool list = false;      // a list of tables, [[test]]
};

// In the order in which they are documented; an option's group is listed.
std::span<const OptionGroup> OptionGroups();
std::span<const Option> Options();

}  // namespace flaglinkd
