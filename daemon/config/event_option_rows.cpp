#include <string>
#include <utility>
#include <vector>

#include "daemon/config/option_rows.h"
#include "daemon/config/placeholder.h"

namespace flaglinkd {
namespace {

using To = OptionTarget;
using V = OptionValue;

// [source.NAME.event] goes to the adapter `template` as options, in the names that its option list
// declares: "event.title"; a list's element by its number, a table's member by its name.
void Hand(To to, const std::string& name, std::string value) {
  to.source->options.push_back({"event." + name, std::move(value)});
}

void HandConditions(To to, const std::string& name, const std::vector<PointerFilter>& conditions) {
  for (const auto& [pointer, values] : conditions) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      Hand(to, name + "." + pointer + "." + std::to_string(i), values[i]);
    }
  }
}

}  // namespace

std::vector<Option> EventOptionRows() {
  return {
      {.table = "source.NAME.event",
       .name = "each",
       .form = &kPointerForm,
       .may_be_empty = true,
       .otherwise = "the body itself; of a body that is a list, its elements",
       .example = R"("/alerts")",
       .sentence = "JSON Pointer to a list in the body: one event for each of its elements. All "
                   "other pointers start at the element, and with a ^ before them at the body.",
       .set = [](To to, V& v) { Hand(to, "each", v.text); }},
      {.table = "source.NAME.event",
       .name = "when",
       .type = OptionType::kFilters,
       .form = &kScopedPointerForm,
       .otherwise = "everything counts",
       .example = R"({ "/event_type" = ["triggered", "recovered"] })",
       .sentence = "The body is read only where every pointer finds one of its values.",
       .set = [](To to, V& v) { HandConditions(to, "when", v.filters); }},
      {.table = "source.NAME.event",
       .name = "id",
       .form = &kLonePlaceholderForm,
       .otherwise = "a webhook that repeats the last body of its resource is a duplicate",
       .example = R"("{/id|/event_id}")",
       .sentence =
           "The id of the delivery, from the body, which is the same when the tool sends it "
           "again: what was stored once is a duplicate.",
       .set = [](To to, V& v) { to.source->delivery_id = PointersOf(v.text); }},
      {.table = "source.NAME.event",
       .name = "resource",
       .form = &kPlaceholdersForm,
       .otherwise = "required",
       .example = R"("{/alert_id}")",
       .sentence = "What the link is of, by an id that never changes.",
       .set = [](To to, V& v) { Hand(to, "resource", v.text); }},
      {.table = "source.NAME.event",
       .name = "part",
       .form = &kPlaceholdersForm,
       .may_be_empty = true,
       .otherwise = "the resource itself",
       .example = R"("{/comment/id}")",
       .sentence = "The comment or note of the resource that the texts are of, by its id.",
       .set = [](To to, V& v) { Hand(to, "part", v.text); }},
      {.table = "source.NAME.event",
       .name = "time",
       .form = &kPlaceholdersForm,
       .otherwise = "when it is received",
       .example = R"("{/last_updated}")",
       .sentence =
           "When it happened, in seconds, milliseconds or ISO 8601; older news than what is "
           "known changes nothing.",
       .set = [](To to, V& v) { Hand(to, "time", v.text); }},
      {.table = "source.NAME.event",
       .name = "title",
       .form = &kPlaceholdersForm,
       .otherwise = "required",
       .example = R"("{/title|/name}")",
       .sentence = "The link's title; flags are looked for in it too.",
       .set = [](To to, V& v) { Hand(to, "title", v.text); }},
      {.table = "source.NAME.event",
       .name = "url",
       .form = &kPlaceholdersForm,
       .otherwise = "required",
       .example = R"("{/link}")",
       .sentence = "Where the link leads: the page of the resource, http or https.",
       .set = [](To to, V& v) { Hand(to, "url", v.text); }},
      {.table = "source.NAME.event",
       .name = "description",
       .form = &kPlaceholdersForm,
       .otherwise = "the title",
       .example = R"("{/body}")",
       .sentence = "What the link says below its title.",
       .set = [](To to, V& v) { Hand(to, "description", v.text); }},
      {.table = "source.NAME.event",
       .name = "text",
       .type = OptionType::kTexts,
       .form = &kPlaceholdersForm,
       .otherwise = "the description",
       .example = R"(["{/body}", "{/tags}"])",
       .sentence = "Where flags are looked for, beside the title.",
       .set =
           [](To to, V& v) {
             for (std::size_t i = 0; i < v.texts.size(); ++i) {
               Hand(to, "text." + std::to_string(i), v.texts[i]);
             }
           }},
      {.table = "source.NAME.event",
       .name = "deleted",
       .type = OptionType::kFilters,
       .form = &kScopedPointerForm,
       .otherwise = "nothing is ever deleted",
       .example = R"({ "/event_type" = ["removed"] })",
       .sentence =
           "Where every pointer finds one of its values, the resource (or its part) is gone.",
       .set = [](To to, V& v) { HandConditions(to, "deleted", v.filters); }},
      {.table = "source.NAME.event",
       .name = "integration_key",
       .choices = {"jira", "trello", "slack-app", "msteams-app", "github"},
       .otherwise = "a plain link",
       .example = R"("jira")",
       .sentence = "The card of LaunchDarkly that the link is shown as; metadata must hold all of "
                   "its fields.",
       .set = [](To to, V& v) { Hand(to, "integration_key", v.text); }},
      {.table = "source.NAME.event",
       .name = "metadata",
       .type = OptionType::kFree,
       .form = &kPlaceholdersForm,
       .otherwise = "none",
       .example = R"({ issueKey = "{/key}", creator = "{/user}", "creator?" = "Somebody" })",
       .sentence = "The card's fields. A name that ends in ? is what stands in the field while "
                   "nothing else is known.",
       .set =
           [](To to, V& v) {
             for (AdapterOption& pair : v.pairs) {
               Hand(to, "metadata." + pair.name, std::move(pair.value));
             }
           }},
  };
}

}  // namespace flaglinkd
