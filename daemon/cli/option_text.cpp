#include "daemon/cli/option_text.h"

namespace flaglinkd {
namespace {

std::string TypeName(const Option& option) {
  const std::string noun = option.form->noun;
  switch (option.type) {
    case OptionType::kBool: return "boolean";
    case OptionType::kInteger: return "number";
    case OptionType::kDuration: return "duration";
    case OptionType::kSize: return "size";
    case OptionType::kText: return noun;
    case OptionType::kTexts: return "list of " + noun + "s";
    case OptionType::kSecret: return "secret";
    case OptionType::kSecrets: return "list of secrets";
    case OptionType::kFilters: return "table";
    case OptionType::kFree: return "table";
  }
  return "";
}

}  // namespace

std::string_view FileRules() {
  return R"(- The file is `/etc/flaglinkd/flaglinkd.toml`, or what `--config` names. `conf.d/*.toml` beside it are merged in name order; a key that is set twice is an error. Relative paths start at the file that they are written in.
- The files, and `conf.d` itself, must belong to root or to the user that runs flaglinkd, and be writable by nobody else.
- An unknown key is an error. All mistakes are reported at once, with their places; the exit code is 78.
- A **duration** is a string of a whole number and `ms`, `s`, `m`, `h` or `d`: `"20s"`. A **size** likewise, with `B`, `KiB`, `MiB` or `GiB`: `"64KiB"`.
- A **secret** is one of
  - `{ credential = "name" }`: `$CREDENTIALS_DIRECTORY/secret_name`, as the systemd unit hands it over; without that variable (in your shell) `/etc/flaglinkd/secrets/name`;
  - `{ file = "/path" }`: a file that may not be read by everybody; one newline at its end does not count;
  - `{ env = "NAME" }`: an environment variable;
  - a plain string, which gives a warning.
)";
}

std::string HeaderOf(const OptionGroup& group, std::string_view name) {
  const std::string text(name);
  return group.list ? "[[" + text + "]]" : "[" + text + "]";
}

std::string Limits(const Option& option) {
  std::string text;
  for (std::string_view choice : option.choices) {
    text += (text.empty() ? "\"" : ", \"") + std::string(choice) + "\"";
  }
  if (!option.least.empty()) text = std::string(option.least) + " to " + std::string(option.most);
  return text;
}

std::string Values(const Option& option) {
  const std::string limits = Limits(option);
  if (!option.choices.empty()) return limits;
  return TypeName(option) + (limits.empty() ? "" : ", " + limits);
}

std::string Otherwise(const Option& option) {
  std::string text(option.otherwise);
  if (!text.starts_with("required")) return "Default: " + text + ".";
  text[0] = 'R';
  return text + ".";
}

}  // namespace flaglinkd
