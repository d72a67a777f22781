#include "daemon/config/option_rows.h"

#include <vector>

namespace flaglinkd {
namespace {

using To = OptionTarget;
using V = OptionValue;

}  // namespace

std::vector<Option> SourceOptionRows() {
  return {
      {.table = "source.NAME",
       .name = "adapter",
       .form = &kAdapterNameForm,
       .otherwise = "the source's name",
       .example = R"("jira")",
       .sentence = "The adapter that reads this source's webhooks.",
       .set = [](To to, V& v) { to.source->adapter = v.text; }},
      {.table = "source.NAME",
       .name = "secrets",
       .type = OptionType::kSecrets,
       .otherwise = "required unless there is a path_secret, or verify is \"none\"",
       .example = R"([{ credential = "jira" }])",
       .in_sample = true,
       .sentence = "What the sender signs with; any one may match, so that a secret can be changed "
                   "without a gap.",
       .set =
           [](To to, V& v) {
             to.source->secrets = std::move(v.secrets);
             to.source->secret_file = std::move(v.secret_file);
           }},
      {.table = "source.NAME",
       .name = "verify",
       .choices = {"none"},
       .otherwise = "every webhook is verified",
       .example = R"("none")",
       .sentence =
           "\"none\" accepts what anybody sends; to be written out where there are no secrets.",
       .set = [](To to, V&) { to.source->verify = false; }},
      {.table = "source.NAME",
       .name = "api_token",
       .type = OptionType::kSecret,
       .otherwise = "nothing is asked of the tool",
       .example = R"({ credential = "slack-bot" })",
       .sentence =
           "For what a webhook's body leaves out: sent as a bearer token to the tool's API, "
           "at the hosts that the adapter names.",
       .set = [](To to, V& v) { to.source->api_token = std::move(v.secrets.front()); }},
      {.table = "source.NAME",
       .name = "path",
       .form = &kHookPathForm,
       .otherwise = "/hooks/NAME",
       .example = R"("/hooks/jira")",
       .sentence = "The path that the sender posts to.",
       .set = [](To to, V& v) { to.source->path = v.text; }},
      {.table = "source.NAME",
       .name = "path_secret",
       .type = OptionType::kSecret,
       .otherwise = "none",
       .example = R"({ credential = "jira-path" })",
       .sentence =
           "For senders that can't sign: their path is then `path`, a slash and this, which "
           "is letters, digits, '-', '.', '_' and '~'.",
       .set = [](To to, V& v) { to.source->path_secret = std::move(v.secrets.front()); }},
      {.table = "source.NAME",
       .name = "body_limit",
       .type = OptionType::kSize,
       .otherwise = "listen.body_limit; for the adapters github and jira at least \"8MiB\"",
       .least = "1KiB",
       .most = "64MiB",
       .example = R"("8MiB")",
       .sentence = "The largest body that is taken.",
       .set = [](To to, V& v) { to.source->body_limit = static_cast<std::size_t>(v.integer); }},
      {.table = "source.NAME",
       .name = "projects",
       .type = OptionType::kTexts,
       .form = &kProjectKeyForm,
       .otherwise = "launchdarkly.projects",
       .example = R"(["default"])",
       .sentence =
           "The projects that this source may link to; a URL that names another is not linked.",
       .set = [](To to, V& v) { to.source->projects = std::move(v.texts); }},
      {.table = "source.NAME",
       .name = "unlink",
       .choices = {"never", "deleted", "unmentioned"},
       .standard = R"("deleted")",
       .sentence = "When a link is removed: never, once its resource is deleted, or once nothing "
                   "mentions the flag.",
       .set =
           [](To to, V& v) {
             to.source->unlink =
                 Choose(v, {UnlinkRule::kNever, UnlinkRule::kDeleted, UnlinkRule::kUnmentioned});
           }},
      {.table = "source.NAME",
       .name = "private",
       .choices = {"skip", "link"},
       .standard = R"("skip")",
       .sentence = "What becomes of what the tool marks as private or restricted.",
       .set =
           [](To to, V& v) {
             to.source->link_private = Choose(v, {false, true});
           }},
      {.table = "source.NAME",
       .name = "bots",
       .type = OptionType::kTexts,
       .standard = "[]",
       .example = R"(["Release Bot"])",
       .sentence = "Bots and apps whose texts count; those of others are ignored.",
       .set = [](To to, V& v) { to.source->bots = std::move(v.texts); }},
      {.table = "source.NAME",
       .name = "launchdarkly_app",
       .type = OptionType::kBool,
       .standard = "false",
       .sentence = "true: LaunchDarkly's own app links this tool too, so a flag's links are listed "
                   "before one is made, and no twin is.",
       .set = [](To to, V& v) { to.source->launchdarkly_app = v.flag; }},
      {.table = "source.NAME",
       .name = "namespace",
       .form = &kNameForm,
       .otherwise = "the source's name",
       .example = R"("jira")",
       .sentence =
           "Two sources that see the same things set the same one, so that they share their links.",
       .set = [](To to, V& v) { to.source->name_space = v.text; }},
      {.table = "source.NAME",
       .name = "only",
       .type = OptionType::kFilters,
       .form = &kPointerForm,
       .otherwise = "everything counts",
       .example = R"({ "/issue/fields/project/key" = ["SHOP"] })",
       .sentence = "Webhooks count only where every value, found in the body by its JSON Pointer, "
                   "is one of the list.",
       .set = [](To to, V& v) { to.source->only = std::move(v.filters); }},
      {.table = "source.NAME",
       .name = "except",
       .type = OptionType::kFilters,
       .form = &kPointerForm,
       .otherwise = "nothing is left out",
       .example = R"({ "/issue/fields/issuetype/name" = ["Epic"] })",
       .sentence = "Webhooks do not count where any value, found likewise, is one of the list.",
       .set = [](To to, V& v) { to.source->except = std::move(v.filters); }},
      {.table = "source.NAME",
       .name = "tolerance",
       .type = OptionType::kDuration,
       .otherwise = "as the sender's scheme has it",
       .least = "1s",
       .most = "30d",
       .example = R"("5m")",
       .sentence = "How old a signed time may be.",
       .set = [](To to, V& v) { to.source->tolerance = v.duration; }},
      {.table = "source.NAME",
       .name = "allow_from",
       .type = OptionType::kTexts,
       .form = &kNetworkForm,
       .standard = "[]",
       .example = R"(["185.166.140.0/22"])",
       .sentence = "Networks that may send; an empty list is everybody.",
       .set = [](To to, V& v) { to.source->allow_from = Networks(v); }},
      {.table = "source.NAME",
       .name = "rate_limit",
       .type = OptionType::kInteger,
       .otherwise = "none",
       .least = "1",
       .most = "1000000",
       .example = "50",
       .sentence = "Webhooks per second; more get 429.",
       .set = [](To to, V& v) { to.source->rate_limit = static_cast<int>(v.integer); }},
      {.table = "source.NAME",
       .name = "options",
       .type = OptionType::kFree,
       .may_hold_lists = true,
       .otherwise = "none",
       .example = R"({ site = "https://acme.atlassian.net" })",
       .sentence = "The adapter's own options; its README says which. Usually written as a table, "
                   "[source.NAME.options].",
       .set = [](To to, V& v) { to.source->options = std::move(v.pairs); }},

      {.table = "source.NAME.match",
       .name = "urls",
       .type = OptionType::kBool,
       .standard = "true",
       .sentence = "LaunchDarkly's flag URLs in any text.",
       .set = [](To to, V& v) { to.source->match.urls = v.flag; }},
      {.table = "source.NAME.match",
       .name = "catalog",
       .choices = {"off", "quoted", "distinctive", "words"},
       .standard = R"("distinctive")",
       .sentence = "When a key that LaunchDarkly knows counts in free text: never, between quotes, "
                   "also as a bare word that holds - _ . a digit or an inner capital, as any word.",
       .set =
           [](To to, V& v) {
             to.source->match.catalog =
                 Choose(v, {CatalogMatch::kOff, CatalogMatch::kQuoted, CatalogMatch::kDistinctive,
                            CatalogMatch::kWords});
           }},
      {.table = "source.NAME.match",
       .name = "patterns",
       .type = OptionType::kTexts,
       .form = &kPatternForm,
       .standard = R"(['flag:(?P<key>[A-Za-z0-9][A-Za-z0-9_.-]*)'])",
       .sentence = "RE2 patterns with a group `key` or a single one, and a group `project` if need "
                   "be; setting "
                   "any replaces the default.",
       .set = [](To to, V& v) { to.source->match.patterns = std::move(v.texts); }},
      {.table = "source.NAME.match",
       .name = "labels",
       .type = OptionType::kTexts,
       .standard = R"(["flag-", "ld:"])",
       .sentence = "What follows one of these prefixes in a label is a flag's key.",
       .set = [](To to, V& v) { to.source->match.labels = std::move(v.texts); }},
      {.table = "source.NAME.match",
       .name = "fields",
       .type = OptionType::kTexts,
       .form = &kPointerForm,
       .standard = "[]",
       .example = R"(["/issue/fields/customfield_10042"])",
       .sentence = "JSON Pointers into the body, whose value is a flag's key or a list of them.",
       .set = [](To to, V& v) { to.source->match.fields = std::move(v.texts); }},
  };
}

}  // namespace flaglinkd
