#include "daemon/cli/reference.h"

#include <string_view>

#include "daemon/config/option_table.h"

namespace flaglinkd {
namespace {

constexpr std::size_t kWidth = 100;

constexpr std::string_view kTomlHead =
    R"(# flaglinkd's configuration: every option there is. A line that starts with "#name =" shows a default
# (or, where its sentence tells the default, an example): take the # away to change it. What is not
# commented out is all that is needed.
#
# Durations are "250ms" "20s" "5m" "2h" "3d", sizes "64KiB" "8MiB" "1GiB". A secret is
# { credential = "name" } (the file `name` in /etc/flaglinkd/secrets), { file = "/path" },
# { env = "NAME" } or, with a warning, the secret itself. Files conf.d/*.toml beside this one are read
# too. Relative paths start at the file that they are written in. `flaglinkd check` says what is wrong.
)";

constexpr std::string_view kMarkdownHead = R"(# Configuration reference

Made from the option table by `flaglinkd reference --markdown`; `flaglinkd.toml` beside it is the same as a file to start from.

- The file is `/etc/flaglinkd/flaglinkd.toml`, or what `--config` names. `conf.d/*.toml` beside it are merged in name order; a key that is set twice is an error. Relative paths start at the file that they are written in.
- The files, and `conf.d` itself, must belong to root or to the user that runs flaglinkd, and be writable by nobody else.
- An unknown key is an error. All mistakes are reported at once, with their places; the exit code is 78.
- A **duration** is a string of a whole number and `ms`, `s`, `m`, `h` or `d`: `"20s"`. A **size** likewise, with `B`, `KiB`, `MiB` or `GiB`: `"64KiB"`.
- A **secret** is one of
  - `{ credential = "name" }`: `$CREDENTIALS_DIRECTORY/secret_name`, as the systemd unit hands it over; without that variable (in your shell) `/etc/flaglinkd/secrets/name`;
  - `{ file = "/path" }`: a file that may not be read by everybody; one newline at its end does not count;
  - `{ env = "NAME" }`: an environment variable;
  - a plain string, which gives a warning.
)";

// In the sample, the source is Jira.
std::string SampleName(std::string_view table) {
  std::string name(table);
  const std::size_t place = name.find("NAME");
  if (place != std::string::npos) name.replace(place, 4, "jira");
  return name;
}

std::string HeaderOf(const OptionGroup& group, const std::string& name) {
  return group.list ? "[[" + name + "]]" : "[" + name + "]";
}

void AddComment(std::string& out, std::string_view text) {
  std::string line = "#";
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    if (line.size() + 1 + word.size() > kWidth) {
      out += line + "\n";
      line = "#";
    }
    line += " " + std::string(word);
    text = space == std::string_view::npos ? "" : text.substr(space + 1);
  }
  out += line + "\n";
}

std::string Quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

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

// What the option may be: its choices, its range, or "".
std::string Limits(const Option& option) {
  std::string text;
  for (std::string_view choice : option.choices)
    text += (text.empty() ? "" : ", ") + Quoted(choice);
  if (!option.least.empty()) text = std::string(option.least) + " to " + std::string(option.most);
  return text;
}

// What holds without the option, as a sentence, where TOML can't say it.
std::string Otherwise(const Option& option) {
  std::string text(option.otherwise);
  if (!text.starts_with("required")) return "Default: " + text + ".";
  text[0] = 'R';
  return text + ".";
}

void AddTomlOption(std::string& out, const Option& option) {
  std::string sentence(option.sentence);
  if (const std::string limits = Limits(option); !limits.empty()) sentence += " (" + limits + ")";
  if (option.standard.empty()) {
    sentence += " " + Otherwise(option);
  } else if (!option.example.empty()) {
    sentence += " Example: " + std::string(option.example);
  }
  AddComment(out, sentence);
  if (!option.in_sample) out += '#';
  const std::string_view value = option.standard.empty() ? option.example : option.standard;
  out += std::string(option.name) + " = " + std::string(value) + "\n";
}

// `|` would end a cell of a Markdown table.
std::string Cell(std::string_view text) {
  std::string cell;
  for (char c : text) {
    if (c == '|') cell += '\\';
    cell += c;
  }
  return cell;
}

std::string Code(std::string_view text) {
  return text.empty() ? "" : "`" + Cell(text) + "`";
}

void AddMarkdownOption(std::string& out, const Option& option) {
  std::string type = TypeName(option);
  if (!option.choices.empty()) type.clear();
  if (const std::string limits = Limits(option); !limits.empty()) {
    type += (type.empty() ? "" : ", ") + limits;
  }
  const std::string standard =
      option.standard.empty() ? Cell(option.otherwise) : Code(option.standard);
  out += "| `" + std::string(option.name) + "` | " + Cell(type) + " | " + standard + " | " +
         Cell(option.sentence);
  if (!option.example.empty()) out += " Example: " + Code(option.example);
  out += " |\n";
}

}  // namespace

std::string ReferenceToml() {
  std::string out(kTomlHead);
  for (const OptionGroup& group : OptionGroups()) {
    out += '\n';
    AddComment(out, group.sentence);
    if (group.optional) out += '#';
    out += HeaderOf(group, SampleName(group.table)) + "\n";
    for (const Option& option : Options()) {
      if (option.table != group.table) continue;
      out += '\n';
      AddTomlOption(out, option);
    }
  }
  return out;
}

std::string ReferenceMarkdown() {
  std::string out(kMarkdownHead);
  for (const OptionGroup& group : OptionGroups()) {
    out += "\n## " + HeaderOf(group, std::string(group.table)) + "\n\n" +
           std::string(group.sentence) + "\n\n";
    out += "| option | value | default | what it does |\n| --- | --- | --- | --- |\n";
    for (const Option& option : Options()) {
      if (option.table == group.table) AddMarkdownOption(out, option);
    }
  }
  return out;
}

}  // namespace flaglinkd
