// Jira, Cloud and Data Center: admin webhooks with a secret, and the bodies of JSM and Automation
// rules, which name no event. https://developer.atlassian.com/cloud/jira/platform/webhooks/
// https://developer.atlassian.com/server/jira/platform/webhooks/
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/jira/jira_text.h"
#include "adapters/sdk/adapter.hpp"

namespace flaglink::jira {
namespace {

struct Event {
  enum class Subject { kIssue, kComment };
  std::string_view name;
  Subject subject;
  Change::Kind kind;
};

constexpr Event kEvents[] = {
    {"", Event::Subject::kIssue, Change::Kind::kUpdated},  // JSM and Automation
    {"jira:issue_created", Event::Subject::kIssue, Change::Kind::kCreated},
    {"jira:issue_updated", Event::Subject::kIssue, Change::Kind::kUpdated},
    {"jira:issue_deleted", Event::Subject::kIssue, Change::Kind::kDeleted},
    {"comment_created", Event::Subject::kComment, Change::Kind::kCreated},
    {"comment_updated", Event::Subject::kComment, Change::Kind::kUpdated},
    {"comment_deleted", Event::Subject::kComment, Change::Kind::kDeleted},
};

bool HasOnly(std::string_view text, std::string_view punctuation) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           punctuation.find(c) != std::string_view::npos;
  });
}

bool IsHttp(std::string_view url) {
  return url.starts_with("https://") || url.starts_with("http://");
}

// Where a Jira stands: "https://jira.acme.example/context".
struct Site {
  std::string url;
  std::string id;  // the URL without its scheme
};

// From any URL of the site's REST API, or from the site's own.
std::optional<Site> ParseSite(std::string_view url) {
  if (!IsHttp(url)) return std::nullopt;
  const std::size_t scheme = url.find("//") + 2;
  url = url.substr(0, url.find("/rest/", scheme));
  while (url.ends_with('/')) url.remove_suffix(1);
  if (url.size() <= scheme || url[scheme] == '/' || !HasOnly(url, ".:/-_~[]")) return std::nullopt;
  std::string lower(url);
  const std::size_t path = std::min(url.find('/', scheme), url.size());
  std::transform(lower.begin(), lower.begin() + static_cast<std::ptrdiff_t>(path), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return Site{lower, lower.substr(scheme)};
}

std::optional<Site> SiteOf(const Request& request, Json body) {
  if (const auto option = request.option("site")) return ParseSite(*option);
  for (const std::string_view pointer : {"/issue/self", "/comment/self", "/user/self"}) {
    const auto site = ParseSite(body.At(pointer).String().value_or(""));
    // The gateway of OAuth apps is no place that people can open.
    if (site && !site->id.starts_with("api.atlassian.com")) return site;
  }
  return std::nullopt;
}

// "" where a markup field is null.
std::string TextOf(Json markup) {
  if (const auto wiki = markup.String()) return WikiToText(*wiki);
  return AdfToText(markup);
}

std::string NameOf(Json user) {
  for (const std::string_view member : {"displayName", "name", "accountId"}) {
    const std::string_view name = user[member].String().value_or("");
    if (!name.empty()) return std::string(name);
  }
  return "";
}

Json CreatorOf(Json fields) {
  return fields["creator"] ? fields["creator"] : fields["reporter"];
}

void SetAuthor(Change& change, Json user) {
  change.author = NameOf(user);
  change.author_is_bot = user["accountType"].String() == "app";
}

std::optional<TimeUs> TimeOf(Json object, Json body) {
  for (const std::string_view member : {"updated", "created"}) {
    if (const auto time = ParseIso8601(object[member].String().value_or(""))) return time;
  }
  if (const auto timestamp = body["timestamp"].Int64()) return FromMilliseconds(*timestamp);
  return std::nullopt;
}

std::vector<Named> MetadataOf(Json fields, const Site& site, const std::string& key) {
  const std::string creator = NameOf(CreatorOf(fields));
  const std::string_view icon = fields.At("/issuetype/iconUrl").String().value_or("");
  const auto summary = fields["summary"].String();
  return {
      creator.empty() ? Named{"creator?", "Anonymous"} : Named{"creator", creator},
      IsHttp(icon) ? Named{"iconUrl", std::string(icon)}
                   : Named{"iconUrl?", site.url + "/images/icons/issuetypes/story.png"},
      {"issueKey", key},
      summary ? Named{"issueTitle", std::string(*summary)} : Named{"issueTitle?", key},
  };
}

// What every change of an event repeats: which issue, and how a link to it looks.
Change ContentOf(Json issue, Json body, const Site& site, const std::string& key) {
  const Json fields = issue["fields"];
  Change change;
  if (const auto id = issue["id"].Text(); id && !id->empty()) change.resource = site.id + '/' + *id;
  change.name = key;
  change.content_time = TimeOf(fields, body);
  change.created = ParseIso8601(fields["created"].String().value_or(""));
  if (const auto summary = fields["summary"].String()) {
    change.title = key + ": " + std::string(*summary);
  }
  change.url = site.url + "/browse/" + key;
  if (!fields["description"].absent()) {
    change.description = TextOf(fields["description"]);
    if (change.description->empty()) change.description = "Jira issue " + key;
  }
  change.integration_key = "jira";
  change.metadata = MetadataOf(fields, site, key);
  change.is_private = static_cast<bool>(fields["security"]);
  return change;
}

void AppendNames(std::vector<std::string>& labels, Json list) {
  for (const Json element : list) {
    const auto name = element.object() ? element["name"].String() : element.String();
    if (name) labels.emplace_back(*name);
  }
}

// The texts are whole where the description is there, be it null: the issue in a comment event has
// a summary, but no description. A created issue has no more than it shows.
bool HasWholeTexts(Json fields, Change::Kind kind) {
  return !fields["description"].absent() || kind == Change::Kind::kCreated;
}

Change IssueChange(const Change& content, Json body, Change::Kind kind) {
  const Json fields = body.At("/issue/fields");
  Change change = content;
  change.kind = kind;
  change.part_time = content.content_time;
  SetAuthor(change, CreatorOf(fields));
  if (kind == Change::Kind::kDeleted) return change;
  if (HasWholeTexts(fields, kind)) {
    change.texts = {{"summary", std::string(fields["summary"].String().value_or(""))},
                    {"description", TextOf(fields["description"])},
                    {"environment", TextOf(fields["environment"])}};
  }
  if (!fields["labels"].absent()) {
    change.labels.emplace();
    for (const std::string_view list : {"labels", "components", "fixVersions"}) {
      AppendNames(*change.labels, fields[list]);
    }
  }
  return change;
}

// Restricted to a group or role, or a service desk's internal note.
// https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-comments/
// (visibility, jsdPublic, properties)
bool IsRestricted(Json comment) {
  if (comment["visibility"] || comment["jsdPublic"].Bool() == false) return true;
  for (const Json property : comment["properties"]) {
    if (property["key"].String() != "sd.public.comment") continue;
    const Json internal = property.At("/value/internal");
    if (internal.IsTrue() || internal.String() == "true") return true;
  }
  return false;
}

Change CommentChange(const Change& content, Json body, const std::string& id, Change::Kind kind) {
  const Json comment = body["comment"];
  Change change = content;
  change.kind = kind;
  change.part = id;
  change.part_time = TimeOf(comment, body);
  SetAuthor(change, comment["author"]);
  change.is_private = content.is_private || IsRestricted(comment);
  if (kind != Change::Kind::kDeleted && !comment["body"].absent()) {
    change.texts = {{"comment", TextOf(comment["body"])}};
  }
  return change;
}

// jira:issue_updated tells of a comment too, and old bodies do not say whether it is new.
Change::Kind CommentKind(Json body) {
  const Json comment = body["comment"];
  const bool edited = body["issue_event_type_name"].String() == "issue_comment_edited" ||
                      comment["updated"].String() != comment["created"].String();
  return edited ? Change::Kind::kUpdated : Change::Kind::kCreated;
}

Outcome ExtractIssueEvent(const Event& event, const Change& content, Json body, const Sink& sink) {
  sink.Emit(IssueChange(content, body, event.kind));
  const auto comment = body.At("/comment/id").Text();
  if (comment && !comment->empty() && event.kind != Change::Kind::kDeleted) {
    sink.Emit(CommentChange(content, body, *comment, CommentKind(body)));
  }
  return Outcome::kExtracted;
}

// The issue that rides along moves its own clock, so it is only given where it is whole.
Outcome ExtractCommentEvent(const Event& event, const Change& content, Json body,
                            const Sink& sink) {
  const auto id = body.At("/comment/id").Text();
  if (!id || id->empty()) return Refuse(sink, std::string(event.name) + " without a comment id");
  if (!body.At("/issue/fields/description").absent()) {
    sink.Emit(IssueChange(content, body, Change::Kind::kCreated));
  }
  sink.Emit(CommentChange(content, body, *id, event.kind));
  return Outcome::kExtracted;
}

bool IsKey(std::string_view key) {
  return !key.empty() && HasOnly(key, "-_");
}

// The issue's id in "…/rest/api/2/issue/10013/comment/10082"; "" where there is none.
std::string IssueIdIn(std::string_view self) {
  const std::size_t start = self.find("/issue/");
  if (start == std::string_view::npos) return "";
  self = self.substr(start + 7, self.find('/', start + 7) - start - 7);
  constexpr std::size_t kLongest = 20;
  const bool numeric = self.find_first_not_of("0123456789") == std::string_view::npos;
  return numeric && self.size() <= kLongest ? std::string(self) : "";
}

// The API is asked where people open Jira, so the token must be safe on the way there.
bool CanBeAsked(std::string_view site) {
  if (site.starts_with("https://")) return true;
  if (!site.starts_with("http://")) return false;
  const std::string_view host = site.substr(7, site.find_first_of(":/", 7) - 7);
  return host == "127.0.0.1" || host == "localhost";
}

// https://developer.atlassian.com/server/jira/platform/rest/ (GET /issue/{issueIdOrKey})
void AskForIssue(const std::string& id, std::string_view site, const Sink& sink) {
  sink.Ask({.name = "issue",
            .host = std::string(site),
            .path = "/rest/api/2/issue/" + id,
            .query = "fields=summary,creator,reporter,issuetype,security,created,updated",
            .is_subject = true});
}

// The comment, with the issue that Jira's API has told.
Outcome ReadFetchedIssue(const Event& event, std::string_view text, Json body, const Site& site,
                         const Sink& sink) {
  const JsonDocument document(text);
  const Json issue = document.root();
  const std::string key(issue["key"].String().value_or(""));
  if (!IsKey(key)) return Ignore(sink, "Jira's API gives the comment's issue without a usable key");
  const std::string comment = body.At("/comment/id").Text().value_or("");
  sink.Emit(CommentChange(ContentOf(issue, body, site, key), body, comment, event.kind));
  return Outcome::kExtracted;
}

// Data Center's comment events hold no issue, but its id. That is enough to take a comment away,
// and to ask for the rest.
Outcome ExtractWithoutIssue(const Event& event, Json body, const std::optional<Site>& site,
                            const Request& request, const Sink& sink) {
  if (event.name.empty()) return Refuse(sink, "neither webhookEvent nor issue: not sent by Jira");
  if (event.subject == Event::Subject::kIssue) {
    return Refuse(sink, std::string(event.name) + " without an issue");
  }
  const std::string issue = IssueIdIn(body.At("/comment/self").String().value_or(""));
  const auto comment = body.At("/comment/id").Text();
  const std::string without = std::string(event.name) +
                              " without an issue, as Data Center sends it: the jira:issue_updated "
                              "of the same comment holds both";
  if (issue.empty() || !comment || comment->empty() || !site) return Ignore(sink, without);
  if (event.kind != Change::Kind::kDeleted) {
    const auto address = request.option("site");
    if (!address || !CanBeAsked(*address)) return Ignore(sink, without);
    if (const auto fetched = request.fetched("issue"))
      return ReadFetchedIssue(event, *fetched, body, *site, sink);
    sink.Explain(without);
    AskForIssue(issue, *address, sink);
    return Outcome::kExtracted;
  }
  Change change;
  change.kind = event.kind;
  change.resource = site->id + '/' + issue;
  change.part = *comment;
  change.part_time = TimeOf(body["comment"], body);
  change.integration_key = "jira";
  sink.Emit(change);
  return Outcome::kExtracted;
}

Outcome Extract(const Request& request, const Sink& sink) {
  if (request.body().empty()) {
    return Refuse(sink, "an empty body: \"Exclude body\" is ticked in the webhook's settings");
  }
  const JsonDocument document(request.body());
  if (!document.error().empty()) return Refuse(sink, document.error());
  const Json body = document.root();

  const std::string_view name = body["webhookEvent"].String().value_or("");
  const auto* const event = std::find_if(std::begin(kEvents), std::end(kEvents),
                                         [&](const Event& known) { return known.name == name; });
  if (event == std::end(kEvents))
    return Ignore(sink, "events of this kind are not linked: " + std::string(name));
  const auto site = SiteOf(request, body);
  if (!body["issue"].object()) return ExtractWithoutIssue(*event, body, site, request, sink);

  const std::string key(body.At("/issue/key").String().value_or(""));
  if (!IsKey(key)) return Refuse(sink, "an issue without a usable key");
  if (!site) return Refuse(sink, "the body does not say where this Jira stands: set options.site");
  const Change content = ContentOf(body["issue"], body, *site, key);
  return event->subject == Event::Subject::kIssue
             ? ExtractIssueEvent(*event, content, body, sink)
             : ExtractCommentEvent(*event, content, body, sink);
}

const char* CheckOptions(const Pairs& options) {
  const auto site = options["site"];
  if (!site || ParseSite(*site)) return nullptr;
  return "site must be the address that people open, such as \"https://acme.atlassian.net\"";
}

// The time is that of the event, and honest retries come hours later.
constexpr flaglink_signature kSignatures[] = {Signature{.header = "x-hub-signature",
                                                        .prefix = "sha256=",
                                                        .timestamp = "body:/timestamp",
                                                        .timestamp_unit = "ms",
                                                        .past_seconds = 24 * 3600,
                                                        .future_seconds = 300}};
constexpr Names kOptions{"site"};
constexpr Names kHosts{"option:site"};
constexpr Declaration kJira{.name = "jira",
                            .signatures = kSignatures,
                            .delivery_id = "header:x-atlassian-webhook-identifier",
                            .options = kOptions.names,
                            .extract = Extract,
                            .check_options = CheckOptions,
                            .hosts = kHosts.names};

}  // namespace
}  // namespace flaglink::jira

FLAGLINK_ADAPTER(flaglink::jira::kJira)
