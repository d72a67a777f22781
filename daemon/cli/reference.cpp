#include "daemon/cli/reference.h"

#include <string_view>

#include "daemon/cli/option_text.h"
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

)";

// In the sample, the source is Jira.
std::string SampleName(std::string_view table) {
  std::string name(table);
  const std::size_t place = name.find("NAME");
  if (place != std::string::npos) name.replace(place, 4, "jira");
  return name;
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
  const std::string standard =
      option.standard.empty() ? Cell(option.otherwise) : Code(option.standard);
  out += "| `" + std::string(option.name) + "` | " + Cell(Values(option)) + " | " + standard +
         " | " + Cell(option.sentence);
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
  std::string out = std::string(kMarkdownHead) + std::string(FileRules());
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
