// Confluence Data Center's webhooks: pages, blog posts and the comments on them.
// https://confluence.atlassian.com/doc/managing-webhooks-1021225606.html
// Bodies hold titles and no texts; with the option `site` those are fetched.
// https://developer.atlassian.com/server/confluence/confluence-rest-api-examples/
#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sdk/adapter.hpp"
#include "adapters/sdk/markup.hpp"
#include "adapters/sdk/reading.hpp"

namespace flaglink::confluence {
namespace {

constexpr std::string_view kFetched = "content";

struct Event {
  std::string_view name;
  std::string_view member;  // of the body, that holds what it is about
  Change::Kind kind;
};
constexpr Event kEvents[] = {
    {"page_created", "page", Change::Kind::kCreated},
    {"page_updated", "page", Change::Kind::kUpdated},
    {"page_moved", "page", Change::Kind::kUpdated},
    {"page_restored", "page", Change::Kind::kUpdated},
    {"page_trashed", "page", Change::Kind::kDeleted},
    {"page_removed", "page", Change::Kind::kDeleted},
    {"blog_created", "blog", Change::Kind::kCreated},
    {"blog_updated", "blog", Change::Kind::kUpdated},
    {"blog_moved", "blog", Change::Kind::kUpdated},
    {"blog_restored", "blog", Change::Kind::kUpdated},
    {"blog_trashed", "blog", Change::Kind::kDeleted},
    {"blog_removed", "blog", Change::Kind::kDeleted},
    {"comment_created", "comment", Change::Kind::kCreated},
    {"comment_updated", "comment", Change::Kind::kUpdated},
    {"comment_removed", "comment", Change::Kind::kDeleted},
};

// Where a Confluence stands, with its context path: "https://wiki.acme.example/confluence". From
// any address of a page; "" if it is none.
std::string SiteOf(std::string_view page) {
  if (!IsPage(page)) return "";
  for (const std::string_view path : {"/pages/", "/display/", "/spaces/", "/rest/", "/x/"}) {
    if (const auto at = page.find(path, page.find("//") + 2); at != std::string_view::npos) {
      return std::string(page.substr(0, at));
    }
  }
  return "";
}

std::optional<TimeUs> Time(Json milliseconds) {
  const auto number = milliseconds.Int64();
  return number ? FromMilliseconds(*number) : std::nullopt;
}

std::string AuthorOf(Json content) {
  return FirstText(content, {"/creatorName", "/creatorKey", "/creatorAccountId"});
}

// What the webhook is about, and where.
struct Reader {
  const Event& event;
  std::string site;
  std::optional<TimeUs> time;  // of the event: the trash and the way out of it leave no other
  std::string noun;            // "page"

  // Only a page or blog post whose title is there can be shown.
  Change Read(Json content, const std::string& id) const {
    const std::string title = TextOf(content["title"]);
    const std::string space = FirstText(content, {"/spaceKey", "/space/key"});
    Change change;
    change.kind = event.kind;
    change.resource = site.substr(site.find("//") + 2) + "/" + id;
    change.part_time = change.content_time = time;
    change.created = Time(content["creationDate"]);
    change.url = site + "/pages/viewpage.action?pageId=" + id;
    change.author = AuthorOf(content);
    change.name = noun + " " + id;
    if (title.empty()) return change;
    if (!space.empty()) change.name = space + "/" + title;
    change.title = (space.empty() ? "" : "[" + space + "] ") + title;
    change.description =
        "A " + noun +
        (space.empty() ? " in Confluence." : " in the Confluence space " + space + ".");
    if (change.kind != Change::Kind::kDeleted) change.texts = {{{"title", title}}};
    return change;
  }
};

// The text and labels of a page, blog post or comment, as Confluence's REST API gives them.
struct Fetched {
  Json content;
  std::optional<std::string_view> html() const { return content.At("/body/view/value").String(); }
};

// Whether the content is asked for. Once, and only where the options say of whom.
bool Ask(const Request& request, const std::string& id, const Sink& sink) {
  const auto site = request.option("site");
  if (!site || request.fetched(kFetched)) return false;
  sink.Ask({.name = std::string(kFetched),
            .host = std::string(*site),
            .path = "/rest/api/content/" + id,
            .query = "expand=body.view,metadata.labels,container.space",
            .is_subject = true});
  return true;
}

// A page's own text and labels are a part beside its title, since they come by another way.
Outcome ReadContent(const Request& request, const Reader& reader, Json content,
                    const Fetched& fetched, const Sink& sink) {
  const std::string id = IdOf(content["id"]);
  if (!HasOnly(id, "")) return Refuse(sink, "no id of a " + reader.noun);
  Change change = reader.Read(content, id);
  sink.Emit(change);
  if (change.kind == Change::Kind::kDeleted || Ask(request, id, sink) || !fetched.html()) {
    return Outcome::kExtracted;
  }
  change.part = "text";
  change.texts = {{{"text", StripHtml(*fetched.html())}}};
  change.labels = ReadLabels(fetched.content.At("/metadata/labels/results"), "name");
  sink.Emit(change);
  return Outcome::kExtracted;
}

// The page or blog post that a comment stands on, also below other comments.
Json ParentOf(Json comment) {
  Json parent = comment["parent"];
  while (parent["contentType"].String() == "comment" && parent["parent"]) parent = parent["parent"];
  return parent;
}

Outcome ReadComment(const Request& request, const Reader& reader, Json comment,
                    const Fetched& fetched, const Sink& sink) {
  const std::string id = IdOf(comment["id"]);
  if (!HasOnly(id, "")) return Refuse(sink, "no id of a comment");
  const bool deleted = reader.event.kind == Change::Kind::kDeleted;
  const bool asked = !deleted && Ask(request, id, sink);
  const Json parent = ParentOf(comment)["id"] ? ParentOf(comment) : fetched.content["container"];
  const std::string page = IdOf(parent["id"]);
  if (!HasOnly(page, "")) {
    return asked ? Outcome::kExtracted : Ignore(sink, "a comment that does not say on what it is");
  }
  Change change = reader.Read(parent, page);
  if (!deleted) {
    change.kind = Change::Kind::kCreated;
    sink.Emit(change);
    if (!fetched.html()) {
      if (!asked) sink.Explain("the comment's text is not in the body");
      return Outcome::kExtracted;
    }
    change.texts = {{{"comment", StripHtml(*fetched.html())}}};
  }
  change.kind = reader.event.kind;
  change.part = "comment-" + id;
  change.author = AuthorOf(comment);
  sink.Emit(change);
  return Outcome::kExtracted;
}

Outcome Read(const Request& request, Json body, const Sink& sink) {
  if (body["test"].IsTrue()) {
    sink.Reply(200, "application/json", "{}");
    return Outcome::kHandshake;
  }
  const std::string name = TextOf(body["event"]);
  const auto event = std::find_if(std::begin(kEvents), std::end(kEvents),
                                  [&](const Event& known) { return known.name == name; });
  if (name.empty()) return Refuse(sink, "no \"event\", as every webhook of Confluence has one");
  if (event == std::end(kEvents)) {
    return Ignore(sink, "Confluence's event \"" + name + "\" is not linked");
  }
  const Json content =
      event->member == "blog" && !body["blog"] ? body["blogpost"] : body[event->member];
  const JsonDocument document(request.fetched(kFetched).value_or("null"));

  std::string site(request.option("site").value_or(""));
  if (site.empty()) site = SiteOf(FirstText(content, {"/self", "/url", "/parent/self"}));
  if (site.empty()) return Refuse(sink, "no \"self\" that says where Confluence stands: set site");
  const auto time = Time(body["timestamp"]);
  const bool blog =
      event->member == "blog" || ParentOf(content)["contentType"].String() == "blogpost";
  const Reader reader{*event, site, time ? time : Time(content["modificationDate"]),
                      blog ? "blog post" : "page"};
  return event->member == "comment"
             ? ReadComment(request, reader, content, {document.root()}, sink)
             : ReadContent(request, reader, content, {document.root()}, sink);
}

const char* CheckOptions(const Pairs& options) {
  const auto site = options["site"];
  const bool good = !site || (site->starts_with("https://") && IsPage(*site) &&
                              !site->ends_with('/') && HasOnly(*site, ":/.-_~[]"));
  return good ? nullptr
              : "site is Confluence's base URL, https and without a slash at its end: "
                "\"https://wiki.acme.example/confluence\"";
}

constexpr flaglink_signature kSignatures[] = {
    Signature{.header = "x-hub-signature", .prefix = "sha256="}};
constexpr Names kOptions{"site"};
constexpr Names kHosts{"option:site"};

}  // namespace

extern constexpr Declaration kAdapter{.name = "confluence",
                                      .signatures = kSignatures,
                                      .options = kOptions.names,
                                      .read = Read,
                                      .check_options = CheckOptions,
                                      .hosts = kHosts.names};

}  // namespace flaglink::confluence

FLAGLINK_ADAPTER(flaglink::confluence::kAdapter)
