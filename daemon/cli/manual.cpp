#include "daemon/cli/manual.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>
#include <vector>

#include "daemon/cli/option_text.h"
#include "daemon/config/option_table.h"
#include "daemon/service.h"

namespace flaglinkd {
namespace {

// Left-aligned and without hyphenation: names and values stay whole.
std::string Head(const std::string& name, const std::string& section, const std::string& what) {
  return ".TH " + name + " " + section + " \"\" \"flaglinkd " + kVersion +
         "\" \"flaglinkd\"\n.ad l\n.nh\n.SH NAME\n" + name + " \\- " + what + "\n";
}

// The characters that roff would read or typeset (groff_char(7): these are what a terminal shows and
// a shell takes).
std::string Escaped(char c) {
  switch (c) {
    case '\\': return "\\(rs";
    case '-': return "\\-";
    case '\'': return "\\(aq";
    case '^': return "\\(ha";
    case '~': return "\\(ti";
    case '\n': return " ";
    default: return std::string(1, c);
  }
}

// A line of text. What stands in Markdown's `…` or **…** becomes bold.
std::string Text(std::string_view markdown) {
  std::string out = markdown.starts_with('.') ? "\\&" : "";  // a dot would make it a request
  bool bold = false;
  for (std::size_t i = 0; i < markdown.size(); ++i) {
    const bool stars = markdown.substr(i).starts_with("**");
    if (markdown[i] == '`' || stars) {
      bold = !bold;
      out += bold ? "\\fB" : "\\fR";
      if (stars) ++i;
    } else {
      out += Escaped(markdown[i]);
    }
  }
  return out + "\n";
}

std::string Bold(std::string_view text) {
  return Text("`" + std::string(text) + "`");
}

std::string Item(std::string_view name, std::string_view text) {
  return ".TP\n" + Bold(name) + Text(text);
}

// As it stands.
std::string Lines(std::string_view text) {
  if (text.empty()) return "";
  std::string out = ".PP\n.nf\n";
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    out += Text(line);
  }
  return out + ".fi\n";
}

// A Markdown list of one or two levels.
std::string List(std::string_view markdown) {
  std::string out;
  bool inner = false;
  while (!markdown.empty()) {
    const std::string_view line = markdown.substr(0, markdown.find('\n'));
    markdown.remove_prefix(std::min(line.size() + 1, markdown.size()));
    if (inner != line.starts_with("  - ")) {
      inner = !inner;
      out += inner ? ".RS 2\n" : ".RE\n";
    }
    out += ".IP \\(bu 2\n" + Text(line.substr(line.find('-') + 2));
  }
  return out + (inner ? ".RE\n" : "");
}

std::string OptionEntry(const Option& option) {
  std::string head = "`" + std::string(option.name) + "` (" + Values(option);
  if (!option.standard.empty()) head += "; default " + std::string(option.standard);
  std::string text(option.sentence);
  if (option.standard.empty()) text += " " + Otherwise(option);
  if (!option.example.empty()) text += " Example: `" + std::string(option.example) + "`";
  return ".TP\n" + Text(head + ")") + Text(text);
}

bool IsHelp(const CLI::App& verb, const CLI::Option& option) {
  return &option == verb.get_help_ptr();
}

bool TakesMany(const CLI::Option& option) {
  return option.get_items_expected_max() >= CLI::detail::expected_max_vector_size;
}

std::string Upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text;
}

// "SOURCE", "[FILE...]"
std::string OperandOf(const CLI::Option& option) {
  std::string name = Upper(option.get_name(true));
  if (TakesMany(option)) name += "...";
  return option.get_required() ? name : "[" + name + "]";
}

// "--config TEXT", "--remove"
std::string SwitchOf(const CLI::Option& option) {
  std::string text = "`" + option.get_name(false, true) + "`";
  if (option.get_items_expected_max() == 0) return text;
  const std::string type = option.get_type_name();
  return text + " " + type.substr(0, type.find(':')) + (TakesMany(option) ? " ..." : "");
}

// A verb, or those below it; `path` leads to it.
std::string VerbEntry(const CLI::App& verb, const std::string& path) {
  const std::string name = path.empty() ? verb.get_name() : path + " " + verb.get_name();
  std::string out, line = "flaglinkd " + name, operands, switches;
  const std::vector<const CLI::App*> below = verb.get_subcommands([](const auto*) { return true; });
  for (const CLI::App* one : below) out += VerbEntry(*one, name);
  if (!below.empty()) return out;
  for (const CLI::Option* option : verb.get_options()) {
    if (IsHelp(verb, *option)) continue;
    std::string text = option->get_description();
    if (!option->get_default_str().empty()) text += " (default: " + option->get_default_str() + ")";
    if (option->get_positional()) {
      line += " " + OperandOf(*option);
      operands += Item(Upper(option->get_name(true)), text);
    } else {
      switches += ".TP\n" + Text(SwitchOf(*option)) + Text(text);
    }
  }
  return ".SS " + Text(line) + Text(verb.get_description() + ".") + operands + switches +
         Lines(verb.get_footer());
}

}  // namespace

std::string OptionsManual() {
  std::string out = Head("flaglinkd.toml", "5", "configuration of flaglinkd");
  out += ".SH SYNOPSIS\n" + Bold("/etc/flaglinkd/flaglinkd.toml") + ".br\n" +
         Bold("/etc/flaglinkd/conf.d/*.toml") + ".SH DESCRIPTION\n" +
         Text(
             "Written in TOML. /usr/share/flaglinkd/flaglinkd.toml shows every option with its "
             "default, and `flaglinkd check` says all that is wrong with a configuration.") +
         List(FileRules()) + ".SH OPTIONS\n";
  for (const OptionGroup& group : OptionGroups()) {
    out += ".SS " + Text(HeaderOf(group, group.table)) + Text(group.sentence);
    for (const Option& option : Options()) {
      if (option.table == group.table) out += OptionEntry(option);
    }
  }
  return out + ".SH SEE ALSO\n" + Text("`flaglinkd`(1)");
}

std::string VerbsManual(const CLI::App& app) {
  std::string out = Head("flaglinkd", "1", "signed webhooks in, LaunchDarkly flag links out");
  out += ".SH SYNOPSIS\n" + Text("`flaglinkd` VERB [ARGUMENT...]") + ".SH DESCRIPTION\n" +
         Text(
             "The tools of a team send flaglinkd their webhooks. It reads which flags an issue, a "
             "message or a pull request names, and keeps a link to it on the flag. `flaglinkd "
             "run` is the service; the other verbs prepare, show and steer it.") +
         ".SH VERBS\n";
  for (const CLI::App* verb : app.get_subcommands([](const auto*) { return true; })) {
    out += VerbEntry(*verb, "");
  }
  out += ".SH EXIT STATUS\n" + Item("0", "All is well.") + Item("1", "It failed.") +
         Item("2", "The command line will not do.") + Item("78", "The configuration will not do.");
  out += ".SH FILES\n" + Item("/etc/flaglinkd/flaglinkd.toml", "The configuration.") +
         Item("/etc/flaglinkd/conf.d/*.toml", "More of it.") +
         Item("/etc/flaglinkd/secrets", "Secrets, a file for each; root's alone.") +
         Item("/var/lib/flaglinkd/flaglinkd.db", "The queue.") +
         Item("/run/flaglinkd/admin.sock", "What the other verbs speak to the service over.") +
         Item("/usr/lib/flaglinkd/adapters", "The code that reads each tool's webhooks.") +
         Item("/usr/share/flaglinkd", "Samples; dashboard and alerts.");
  return out + ".SH SEE ALSO\n" + Text("`flaglinkd.toml`(5), `systemctl`(1), `journalctl`(1)");
}

}  // namespace flaglinkd
