#include "daemon/cli/manual.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "daemon/config/option_table.h"

namespace flaglinkd {
namespace {

// What stands in `page` between the line `.SH <from>` and the next `.SH`.
std::string SectionOf(const std::string& page, const std::string& from) {
  const std::string head = ".SH " + from + "\n";
  const std::size_t at = page.find(head);
  if (at == std::string::npos) return "";
  const std::size_t start = at + head.size();
  return page.substr(start, page.find("\n.SH", start) + 1 - start);
}

TEST(VerbsManual, TellsOfVerbsAsTheCommandLineDescribesThem) {
  CLI::App app("", "flaglinkd");
  std::string text;
  bool flag = false;
  std::vector<std::string> many;
  CLI::App* links = app.add_subcommand("links", "Not shown");
  CLI::App* list = links->add_subcommand("list", "One line per link");
  list->add_option("source", text, "A name")->required();
  list->add_option("file", many, "Some files");
  list->add_flag("--remove", flag, "At LaunchDarkly too");
  list->add_option("--since", text, "Not older: 2h");
  app.add_subcommand("demo", "Show it")->footer("Example:\n  flaglinkd demo --x\n");
  EXPECT_EQ(SectionOf(VerbsManual(app), "VERBS"),
            ".SS flaglinkd links list SOURCE [FILE...]\n"
            "One line per link.\n"
            ".TP\n\\fBSOURCE\\fR\nA name\n"
            ".TP\n\\fBFILE\\fR\nSome files\n"
            ".TP\n\\fB\\-\\-remove\\fR\nAt LaunchDarkly too\n"
            ".TP\n\\fB\\-\\-since\\fR TEXT\nNot older: 2h\n"
            ".SS flaglinkd demo\n"
            "Show it.\n"
            ".PP\n.nf\nExample:\n  flaglinkd demo \\-\\-x\n.fi\n");
}

TEST(VerbsManual, LeavesNothingThatRoffWouldReadOtherwise) {
  CLI::App app("", "flaglinkd");
  std::string text;
  CLI::App* verb = app.add_subcommand("verb", ".so it's a \\ in **bold** ~ or ^\nand `code`");
  verb->add_option("--option", text, "'quoted'");
  EXPECT_EQ(SectionOf(VerbsManual(app), "VERBS"),
            ".SS flaglinkd verb\n"
            "\\&.so it\\(aqs a \\(rs in \\fBbold\\fR \\(ti or \\(ha and \\fBcode\\fR.\n"
            ".TP\n\\fB\\-\\-option\\fR TEXT\n\\(aqquoted\\(aq\n");
}

TEST(OptionsManual, HoldsEveryOptionWithItsValuesDefaultAndSentence) {
  const std::string options = SectionOf(OptionsManual(), "OPTIONS");
  EXPECT_NE(options.find(".TP\n\\fBthreads\\fR (number, 1 to 64; default 1)\n"
                         "Threads that read requests and verify signatures; one serves thousands a "
                         "second.\n"),
            std::string::npos);
  std::size_t entries = 0;
  for (std::size_t at = options.find(".TP\n"); at != std::string::npos;
       at = options.find(".TP\n", at + 1)) {
    ++entries;
  }
  EXPECT_EQ(entries, Options().size());
}

TEST(OptionsManual, ShowsTheRulesForFilesAsAListInAList) {
  const std::string description = SectionOf(OptionsManual(), "DESCRIPTION");
  EXPECT_NE(description.find(".IP \\(bu 2\nA \\fBsecret\\fR is one of\n.RS 2\n.IP \\(bu 2\n"
                             "\\fB{ credential = \"name\" }\\fR: "),
            std::string::npos);
  EXPECT_TRUE(description.ends_with("\n.RE\n"));
}

}  // namespace
}  // namespace flaglinkd
