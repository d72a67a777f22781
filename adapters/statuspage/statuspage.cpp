// Webhook notifications that Atlassian Statuspage sends to subscribers of a page: incidents with
// their updates, and components. They are not signed.
// https://support.atlassian.com/statuspage/docs/enable-webhook-notifications/
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "adapters/sdk/adapter.hpp"
#include "adapters/sdk/markup.hpp"
#include "adapters/sdk/reading.hpp"

namespace flaglink::statuspage {
namespace {

// "major_outage" as people read it.
std::string Words(Json value) {
  std::string words = TextOf(value);
  for (char& c : words) c = c == '_' ? ' ' : c;
  return words;
}

std::string Html(Json value) {
  return StripHtml(value.String().value_or(""));
}

// What Statuspage's page shows on top: the newest update, which stands first.
std::string DescriptionOf(Json incident) {
  const std::string status = Words(incident["status"]);
  const std::string update = Html(incident.At("/incident_updates/0/body"));
  if (update.empty()) return status.empty() ? "This incident has no updates." : status;
  return status.empty() ? update : status + ": " + update;
}

// Nothing in a body says what of it was edited, so that all of it counts as of now.
Outcome ReadIncident(const Request& request, const std::string& page, Json incident,
                     const Sink& sink) {
  const std::string id = IdOf(incident["id"]);
  const std::string name = TextOf(incident["name"]);
  std::string url = TextOf(incident["shortlink"]);
  if (const auto site = request.option("page")) url = std::string(*site) + "/incidents/" + id;
  if (!HasOnly(id, "") || name.empty() || !IsPage(url)) {
    return Refuse(sink, "an incident without id, name or shortlink");
  }
  Change change;
  change.resource = page + "/incident/" + id;
  change.name = "incident " + id;
  change.part_time = change.content_time = FirstTime(incident, {"/updated_at", "/created_at"});
  change.created = FirstTime(incident, {"/created_at"});
  change.title = name;
  change.url = url;
  change.description = DescriptionOf(incident);
  change.texts = {
      {{"name", name}, {"postmortem", StripMarkdown(TextOf(incident["postmortem_body"]))}}};
  sink.Emit(change);

  for (const Json update : incident["incident_updates"]) {
    const std::string update_id = IdOf(update["id"]);
    if (!HasOnly(update_id, "")) continue;
    change.part = "update-" + update_id;
    change.part_time = FirstTime(update, {"/updated_at", "/created_at"});
    change.texts = {{{"update", Html(update["body"])}}};
    sink.Emit(change);
  }
  return Outcome::kExtracted;
}

Outcome ReadComponent(const Request& request, const std::string& page, Json body,
                      const Sink& sink) {
  const auto site = request.option("page");
  if (!site) return Ignore(sink, "a component without a page to link to: set the option page");
  const Json component = body["component"];
  const std::string id =
      IdOf(component["id"] ? component["id"] : body.At("/component_update/component_id"));
  const std::string name = TextOf(component["name"]);
  const std::string description = Html(component["description"]);
  const std::string status =
      Words(component["status"] ? component["status"] : body.At("/component_update/new_status"));
  if (!HasOnly(id, "") || name.empty()) return Refuse(sink, "a component without id or name");

  Change change;
  change.resource = page + "/component/" + id;
  change.name = "component " + id;
  change.part_time = change.content_time = FirstTime(body, {"/component_update/created_at"});
  change.created = FirstTime(component, {"/created_at"});
  change.title = name;
  change.url = *site;
  change.description = status.empty() ? "A component of a status page." : "Now: " + status;
  change.texts = {{{"name", name}, {"description", description}}};
  sink.Emit(change);
  return Outcome::kExtracted;
}

Outcome Read(const Request& request, Json body, const Sink& sink) {
  const std::string page = IdOf(body.At("/page/id"));
  if (!HasOnly(page, ""))
    return Refuse(sink, "no \"page\", as Statuspage's notifications have one");
  if (body["incident"].object()) return ReadIncident(request, page, body["incident"], sink);
  if (body["component_update"].object()) return ReadComponent(request, page, body, sink);
  return Ignore(sink, "a notification of neither an incident nor a component");
}

const char* CheckOptions(const Pairs& options) {
  const auto page = options["page"];
  return page && (!IsPage(*page) || page->ends_with('/'))
             ? "page is the status page's address, without a slash at its end: "
               "\"https://status.acme.example\""
             : nullptr;
}

// Who has it can end the subscription.
constexpr Names kBlank{"/meta/unsubscribe"};
constexpr Names kOptions{"page"};

}  // namespace

extern constexpr Declaration kAdapter{.name = "statuspage",
                                      .blank = kBlank.names,
                                      .options = kOptions.names,
                                      .read = Read,
                                      .check_options = CheckOptions};

}  // namespace flaglink::statuspage

FLAGLINK_ADAPTER(flaglink::statuspage::kAdapter)
