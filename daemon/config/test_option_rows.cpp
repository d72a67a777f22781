#include <string>
#include <utility>
#include <vector>

#include "daemon/config/option_rows.h"

namespace flaglinkd {
namespace {

using To = OptionTarget;
using V = OptionValue;

// "default/checkout-v2", which kFlagForm has accepted.
FlagKey FlagOf(const std::string& text) {
  const std::size_t slash = text.find('/');
  return {text.substr(0, slash), text.substr(slash + 1)};
}

}  // namespace

std::vector<Option> TestOptionRows() {
  return {
      {.table = "test",
       .name = "source",
       .form = &kNameForm,
       .otherwise = "required",
       .example = R"("jira")",
       .sentence = "The source whose webhook this is.",
       .set = [](To to, V& v) { to.test->source = v.text; }},
      {.table = "test",
       .name = "payload",
       .form = &kPathForm,
       .otherwise = "required",
       .example = R"("tests/issue-updated.json")",
       .sentence = "The file that holds its body, as the tool sends it.",
       .set = [](To to, V& v) { to.test->payload = PathOf(v); }},
      {.table = "test",
       .name = "headers",
       .type = OptionType::kFree,
       .otherwise = "none",
       .example = R"({ X-GitHub-Event = "pull_request" })",
       .sentence = "Headers that the tool sends beside the body; no signature is needed.",
       .set =
           [](To to, V& v) {
             for (const AdapterOption& header : v.pairs) {
               to.test->headers.push_back(header.name + ": " + header.value);
             }
           }},

      {.table = "test.expect",
       .name = "flags",
       .type = OptionType::kTexts,
       .form = &kFlagForm,
       .otherwise = "whatever they are",
       .example = R"(["default/checkout-v2"])",
       .sentence =
           "All flags that are named, in any order. The catalogue is taken to know the flags "
           "that any of the tests expects.",
       .set =
           [](To to, V& v) {
             to.test->expect.flags.emplace();
             for (const std::string& text : v.texts) to.test->expect.flags->insert(FlagOf(text));
           }},
      {.table = "test.expect",
       .name = "outcome",
       .choices = {"stored", "ignored", "handshake", "failed"},
       .otherwise = "whatever it is",
       .example = R"("stored")",
       .sentence = "What becomes of the webhook.",
       .set = [](To to, V& v) { to.test->expect.outcome = v.text; }},
      {.table = "test.expect",
       .name = "resource",
       .otherwise = "whatever it is",
       .example = R"("acme.atlassian.net/10042")",
       .sentence =
           "The id of what it speaks of; where there are several events, that of one of them.",
       .set = [](To to, V& v) { to.test->expect.resource = v.text; }},
      {.table = "test.expect",
       .name = "title",
       .otherwise = "whatever it is",
       .example = R"("SHOP-42: A new checkout")",
       .sentence = "Its title, likewise.",
       .set = [](To to, V& v) { to.test->expect.title = v.text; }},
      {.table = "test.expect",
       .name = "url",
       .otherwise = "whatever it is",
       .example = R"("https://acme.atlassian.net/browse/SHOP-42")",
       .sentence = "Its URL, likewise.",
       .set = [](To to, V& v) { to.test->expect.url = v.text; }},
  };
}

}  // namespace flaglinkd
