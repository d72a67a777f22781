// Sentry's webhooks: those of an integration (docs.sentry.io, "Integration Platform → Webhooks"),
// whose kind is in a header, and those of the WebHooks plugin that came before.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/sdk/adapter.hpp"
#include "adapters/sdk/markup.hpp"
#include "adapters/sdk/reading.hpp"

namespace flaglink::sentry {
namespace {

// Of the flags that an event lists, the last, which were evaluated last; more than the daemon takes
// of one change would make each such event a failed one.
constexpr std::size_t kMaxEvaluatedFlags = 60;

bool IsId(std::string_view text) {
  return HasOnly(text, "");
}

// An issue's id is the same in every kind of event, unlike its organization, which some leave out.
std::string IssueId(std::string_view id) {
  return "sentry/issue/" + std::string(id);
}

// "https://acme.sentry.io/issues/" of the page of an issue or of one of its events; "" if it is no
// such page.
std::string IssuesOf(std::string_view url) {
  constexpr std::string_view kIssues = "/issues/";
  const std::size_t at = url.find(kIssues, url.find("//") + 2);
  if (at == std::string_view::npos || !IsPage(url)) return "";
  return std::string(url.substr(0, at + kIssues.size()));
}

// The issue's own page: beside `url`, else at the option `site`; "" if neither is known.
std::string IssuePage(const Request& request, std::string_view url, const std::string& id) {
  std::string issues = IssuesOf(url);
  if (std::string_view site = request.option("site").value_or("");
      issues.empty() && !site.empty()) {
    while (site.ends_with('/')) site.remove_suffix(1);
    issues = std::string(site) + "/issues/";
  }
  return issues.empty() ? "" : issues + id + "/";
}

// The slug of an event's project, which most bodies give as a number: then it stands in the event's
// address at the API, "…/api/0/projects/acme/shop/events/…". "" where that is no slug either.
std::string ProjectOf(Json occurrence) {
  constexpr std::string_view kDigits = "0123456789", kProjects = "/api/0/projects/";
  const std::string project = TextOf(occurrence["project"]);
  if (project.find_first_not_of(kDigits) != std::string::npos) return project;
  const std::string url = TextOf(occurrence["url"]);
  const std::size_t at = url.find(kProjects);
  if (at == std::string::npos) return "";
  const std::size_t organization_end = url.find('/', at + kProjects.size());
  if (organization_end == std::string::npos) return "";
  const std::string slug =
      url.substr(organization_end + 1, url.find('/', organization_end + 1) - organization_end - 1);
  return HasOnly(slug, "-_") ? slug : "";
}

// When it happened; of the plugin's events, when Sentry received it, in seconds with a fraction.
std::optional<TimeUs> TimeOf(Json occurrence) {
  if (const auto time = FirstTime(occurrence, {"/datetime"})) return time;
  const auto seconds = occurrence["received"].Number();
  constexpr double kMaxSeconds = static_cast<double>(kMaxTimeUs / 1'000'000);
  if (!seconds || *seconds < 0 || *seconds > kMaxSeconds) return std::nullopt;
  return std::llround(*seconds * 1e6);
}

// "[node-api] TypeError (NODE-API-7)"; of what is there.
std::string ShownTitle(std::string_view project, const std::string& title,
                       const std::string& name) {
  return (project.empty() ? "" : "[" + std::string(project) + "] ") + title +
         (name.empty() ? "" : " (" + name + ")");
}

void AddText(std::vector<Named>& texts, std::string name, std::string text) {
  if (!text.empty()) texts.push_back({std::move(name), std::move(text)});
}

Outcome NotAsDocumented(const Sink& sink, std::string_view member) {
  return Refuse(sink, "\"" + std::string(member) + "\" is not as Sentry documents it");
}

struct Event {
  const Request& request;
  Json root;
  const Sink& sink;
};

Outcome ReadIssue(const Event& event) {
  const Json issue = event.root["data"]["issue"];
  const std::string id = IdOf(issue["id"]);
  const std::string title = TextOf(issue["title"]);
  if (!IsId(id) || title.empty()) return NotAsDocumented(event.sink, "data/issue");
  const std::string url =
      IssuePage(event.request, FirstText(issue, {"/web_url", "/permalink"}), id);
  if (url.empty()) return Ignore(event.sink, "an issue without a page: set the option \"site\"");

  Change change;
  if (event.root["action"].String() == "created") change.kind = Change::Kind::kCreated;
  change.resource = IssueId(id);
  change.name = TextOf(issue["shortId"]);
  change.created = FirstTime(issue, {"/firstSeen"});
  change.title =
      ShownTitle(FirstText(issue, {"/project/slug", "/project/name"}), title, change.name);
  change.url = url;
  const std::string message = FirstText(issue, {"/metadata/value", "/metadata/message"});
  const std::string culprit = TextOf(issue["culprit"]);
  change.description = !message.empty()   ? message
                       : !culprit.empty() ? culprit
                                          : "This issue has no description.";
  change.texts = {{{"title", title}}};
  AddText(*change.texts, "message", message);
  AddText(*change.texts, "culprit", culprit);
  event.sink.Emit(change);
  return Outcome::kExtracted;
}

// The flags that the SDK saw evaluated before the error, as quoted words; only where the operator
// asks for them, since that is every flag of an application.
void AddEvaluatedFlags(const Request& request, Json occurrence, std::vector<Named>& texts) {
  if (request.option("evaluated_flags") != "link") return;
  std::vector<Named> flags;
  for (const Json value : occurrence.At("/contexts/flags/values")) {
    const std::string flag = TextOf(value["flag"]);
    if (!flag.empty()) flags.push_back({"evaluated flag", "`" + flag + "`"});
  }
  const std::size_t left_out = flags.size() - std::min(flags.size(), kMaxEvaluatedFlags);
  texts.insert(texts.end(), flags.begin() + static_cast<std::ptrdiff_t>(left_out), flags.end());
}

// ["flag", "checkout-v2"] as the label "flag:checkout-v2".
std::optional<std::vector<std::string>> ReadTags(Json tags) {
  if (!tags.array()) return std::nullopt;
  std::vector<std::string> labels;
  for (const Json tag : tags) {
    const std::string key = TextOf(tag.At("/0")), value = TextOf(tag.At("/1"));
    if (!key.empty()) labels.push_back(key + ":" + value);
  }
  return labels;
}

// One occurrence of an issue. All of them are one part of it, "event", which says what the latest
// one says: an issue has any number of them.
Outcome EmitOccurrence(const Event& event, Json occurrence, const std::string& id,
                       const std::string& page, const std::string& project,
                       const std::string& fallback_title) {
  std::string title = TextOf(occurrence["title"]);
  if (title.empty()) title = fallback_title;
  if (title.empty()) return Ignore(event.sink, "an event without a title");
  Change change;
  change.kind = Change::Kind::kCreated;
  change.resource = IssueId(id);
  change.part = "event";
  change.part_time = TimeOf(occurrence);
  // Of the issue itself there is little here: what its own events tell stays.
  change.content_time = 1;
  change.title = ShownTitle(project, title, "");
  change.url = page;
  const std::string message = FirstText(
      occurrence, {"/message", "/logentry/formatted", "/metadata/value", "/metadata/message"});
  const std::string culprit = TextOf(occurrence["culprit"]);
  change.description = !message.empty()   ? message
                       : !culprit.empty() ? culprit
                                          : "This issue has no description.";
  change.texts = {{{"title", title}}};
  AddText(*change.texts, "message", message);
  AddText(*change.texts, "culprit", culprit);
  AddEvaluatedFlags(event.request, occurrence, *change.texts);
  change.labels = ReadTags(occurrence["tags"]);
  event.sink.Emit(change);
  return Outcome::kExtracted;
}

// An alert on an issue, or one of its errors: the event, which says where its issue is.
Outcome ReadOccurrence(const Event& event) {
  const Json data = event.root["data"];
  const Json occurrence = data["event"].object() ? data["event"] : data["error"];
  const std::string url = TextOf(occurrence["web_url"]);
  std::string id = IdOf(occurrence["issue_id"]);
  if (id.empty()) {  // as in 2020: it is in the URL alone
    id = url.substr(IssuesOf(url).size());
    id.resize(std::min(id.find_first_of("/?#"), id.size()));
  }
  if (!IsId(id)) return NotAsDocumented(event.sink, "data/event");
  const std::string page = IssuePage(event.request, url, id);
  if (page.empty()) return Ignore(event.sink, "an event without a page: set the option \"site\"");
  return EmitOccurrence(event, occurrence, id, page, ProjectOf(occurrence), "");
}

// The plugin's: the issue's id and page at the top, the event in it.
Outcome ReadPlugin(const Event& event) {
  const std::string id = IdOf(event.root["id"]);
  const std::string page = IssuePage(event.request, TextOf(event.root["url"]), id);
  if (!IsId(id) || page.empty()) return NotAsDocumented(event.sink, "url");
  return EmitOccurrence(event, event.root["event"], id, page,
                        FirstText(event.root, {"/project_slug", "/project_name", "/project"}),
                        TextOf(event.root["message"]));
}

Outcome ReadComment(const Event& event) {
  const Json data = event.root["data"];
  const std::string issue = IdOf(data["issue_id"]), id = IdOf(data["comment_id"]);
  if (!IsId(issue) || !IsId(id)) return NotAsDocumented(event.sink, "data");
  const std::string action = TextOf(event.root["action"]);
  Change change;
  if (action == "created") change.kind = Change::Kind::kCreated;
  if (action == "deleted") change.kind = Change::Kind::kDeleted;
  change.resource = IssueId(issue);
  change.part = "comment-" + id;
  change.part_time = FirstTime(data, {"/timestamp"});
  change.content_time = 1;  // nothing of the issue itself is here
  const std::string page = IssuePage(event.request, "", issue);
  if (!page.empty()) change.url = page;
  const std::string project = TextOf(data["project_slug"]);
  change.title = ShownTitle(project, "Issue " + issue, "");
  change.description = "An issue at Sentry.";
  change.author = TextOf(event.root["actor"]["name"]);
  change.author_is_bot = event.root["actor"]["type"].String() != "user";
  if (change.kind != Change::Kind::kDeleted) {
    change.texts = {{{"comment", StripMarkdown(TextOf(data["comment"]))}}};
  }
  event.sink.Emit(change);
  return Outcome::kExtracted;
}

// The rule, not the incident that it opened: its page is beside those of its incidents.
Outcome ReadMetricAlert(const Event& event) {
  const Json data = event.root["data"];
  const Json rule = data["metric_alert"]["alert_rule"];
  const std::string id = IdOf(rule["id"]);
  const std::string name = TextOf(rule["name"]);
  const std::string url = TextOf(data["web_url"]);
  const std::size_t at = url.find("/alerts/", url.find("//") + 2);
  if (!IsId(id) || name.empty() || !IsPage(url) || at == std::string::npos) {
    return NotAsDocumented(event.sink, "data/metric_alert");
  }
  Change change;
  change.resource = "sentry/alert/" + id;
  change.created = FirstTime(rule, {"/date_created"});
  change.title = ShownTitle(FirstText(rule, {"/projects/0"}), name, "");
  change.url = url.substr(0, at) + "/alerts/rules/details/" + id + "/";
  const std::string description = TextOf(data["description_text"]);
  change.description = description.empty() ? "This alert has no description." : description;
  change.texts = {{{"title", name}}};
  AddText(*change.texts, "query", TextOf(rule["query"]));
  AddText(*change.texts, "description", description);
  event.sink.Emit(change);
  return Outcome::kExtracted;
}

// By the header; a body without it (`try`, `test`) by its members.
struct Route {
  std::string_view resource;  // Sentry-Hook-Resource
  std::string_view member;    // JSON Pointer to what only such a body has
  Outcome (*read)(const Event&);
};
constexpr Route kRoutes[] = {
    {"issue", "/data/issue", ReadIssue},
    {"activity_alert", "/data/issue", ReadIssue},
    {"event_alert", "/data/event", ReadOccurrence},
    {"error", "/data/error", ReadOccurrence},
    {"metric_alert", "/data/metric_alert", ReadMetricAlert},
    {"comment", "/data/comment_id", ReadComment},
    {"", "/event", ReadPlugin},
};

Outcome Read(const Request& request, Json root, const Sink& sink) {
  const auto resource = request.header("sentry-hook-resource");
  const auto fits = [&](const Route& route) {
    return resource ? route.resource == *resource : !root.At(route.member).absent();
  };
  const auto route = std::find_if(std::begin(kRoutes), std::end(kRoutes), fits);
  if (route == std::end(kRoutes)) {
    return Ignore(sink, resource ? "Sentry's \"" + std::string(*resource) + "\" is not linked"
                                 : "no Sentry-Hook-Resource header, and a body of no kind that is "
                                   "linked");
  }
  return route->read({request, root, sink});
}

const char* CheckOptions(const Pairs& options) {
  if (const auto site = options["site"]; site && !IsPage(*site)) {
    return "site must be the organization's address, \"https://acme.sentry.io\" or "
           "\"https://sentry.acme.example/organizations/acme\"";
  }
  const auto flags = options["evaluated_flags"];
  if (flags && *flags != "link" && *flags != "skip") {
    return "evaluated_flags must be \"link\" or \"skip\"";
  }
  return nullptr;
}

// Sentry-Hook-Timestamp, beside it, is not signed.
constexpr flaglink_signature kSignatures[] = {Signature{.header = "sentry-hook-signature"}};
constexpr Names kHeaders{"sentry-hook-resource"};
// The grant that a public integration is installed with; cookies and bodies of the requests that
// failed.
constexpr Names kBlank{"/data/installation/code", "/data/event/request", "/data/error/request",
                       "/event/request", "/event/sentry.interfaces.Http"};
constexpr Names kOptions{"site", "evaluated_flags"};

}  // namespace

extern constexpr Declaration kAdapter{.name = "sentry",
                                      .signatures = kSignatures,
                                      .headers = kHeaders.names,
                                      .blank = kBlank.names,
                                      .options = kOptions.names,
                                      .read = Read,
                                      .check_options = CheckOptions};

}  // namespace flaglink::sentry

FLAGLINK_ADAPTER(flaglink::sentry::kAdapter)
