// Notion's webhooks (developers.notion.com/reference/webhooks-events-delivery) say what happened to
// which page, database or comment, but hold no text. The texts are fetched from Notion's API;
// README.md says what becomes a link and why.
#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/sdk/adapter.hpp"
#include "adapters/sdk/reading.hpp"

namespace flaglink::notion {
namespace {

using Kind = Change::Kind;

constexpr const char* kHost = "api.notion.com";
// developers.notion.com/reference/versioning: the shapes below are those of this version.
constexpr const char* kApiVersion = "2022-06-28";

// Names of the documents.
constexpr std::string_view kPage = "page", kBlocks = "blocks", kDatabase = "database",
                           kComment = "comment";

constexpr std::string_view kNoPage = "a comment without a usable \"page_id\" in its \"data\"";

struct Event {
  Json body;
  std::string id;  // of what it speaks of
  std::optional<TimeUs> time;
  bool is_new = false;  // so that who set it off is who wrote it
  const Request& request;
  const Sink& sink;
};

std::string Undashed(std::string id) {
  id.erase(std::remove(id.begin(), id.end(), '-'), id.end());
  return id;
}

bool IsId(const std::string& id) {
  return HasOnly(id, "-") && HasOnly(Undashed(id), "");
}

std::string ResourceOf(const std::string& id) {
  return "notion.so/" + Undashed(id);
}

// The text of Notion's "rich text", a list of runs. A link's address follows its words, and code
// stands between backticks, as in all texts of adapters.
std::string RichText(Json runs) {
  std::string text;
  for (const Json run : runs) {
    const std::string words = TextOf(run["plain_text"]);
    const bool is_code = run["annotations"]["code"].IsTrue();
    text += is_code ? '`' + words + '`' : words;
    const std::string href = TextOf(run["href"]);
    if (!href.empty() && href != words) text += ' ' + href + ' ';
  }
  return text;
}

// Asks for what is not fetched yet.
void Ask(const Event& event, std::string_view name, const std::string& path,
         const std::string& query = "") {
  if (event.request.fetched(name)) return;
  event.sink.Ask({.name = std::string(name),
                  .host = kHost,
                  .path = "/v1/" + path,
                  .query = query,
                  .headers = {{"notion-version", kApiVersion}},
                  .is_subject = true});
}

JsonDocument Fetched(const Event& event, std::string_view name) {
  return JsonDocument(event.request.fetched(name).value_or(""));
}

// Where the document is not there: it is asked for, or is none.
Outcome WithoutDocument(const Event& event, std::string_view name) {
  if (!event.request.fetched(name)) return Outcome::kExtracted;
  return Refuse(event.sink, "Notion's API did not answer with a " + std::string(name));
}

void SetAuthor(Change& change, const Event& event, Json object) {
  change.author =
      FirstText(object, {"/display_name/resolved_name", "/created_by/name", "/created_by/id"});
  // Who set the event off need not have written the object.
  const Json first = event.body["authors"].At("/0");
  const std::string type = TextOf(first["type"]), id = Undashed(TextOf(first["id"]));
  const bool is_own =
      event.is_new || (!id.empty() && id == Undashed(TextOf(object["created_by"]["id"])));
  change.author_is_bot = is_own && !type.empty() && type != "person";
}

// The words of a page's properties but for its title, each under its name; and what is chosen in
// them, as labels.
void AddProperty(Change& change, std::string_view name, Json property) {
  const std::string type = TextOf(property["type"]);
  const Json value = property[type];
  if (type == "title") change.texts->insert(change.texts->begin(), {"title", RichText(value)});
  if (type == "rich_text") change.texts->push_back({std::string(name), RichText(value)});
  if (type == "url") change.texts->push_back({std::string(name), TextOf(value)});
  if (type == "select" || type == "status") {
    const std::string chosen = TextOf(value["name"]);
    if (!chosen.empty()) change.labels->push_back(chosen);
  }
  if (type == "multi_select") {
    for (const Json each : value) {
      const std::string chosen = TextOf(each["name"]);
      if (!chosen.empty()) change.labels->push_back(chosen);
    }
  }
}

// What a link to a page or database shows. It is at least as new as the event that it was fetched
// for.
Change ReadObject(const Event& event, const std::string& id, Json object) {
  Change change;
  change.resource = ResourceOf(id);
  change.part_time = change.content_time =
      std::max(event.time, FirstTime(object, {"/last_edited_time"}));
  change.created = FirstTime(object, {"/created_time"});
  // Without the words of the title, so that the link stays the same.
  change.url = "https://www.notion.so/" + Undashed(id);
  SetAuthor(change, event, object);
  // Gone in the meantime; else a late look would bring it back.
  if (object["in_trash"].IsTrue() || object["archived"].IsTrue()) change.kind = Kind::kDeleted;
  return change;
}

void SetTitle(Change& change, std::string title, std::string_view noun) {
  if (title.empty()) title = "Untitled " + std::string(noun);
  change.name = title;
  change.title = std::move(title);
}

Change ReadPage(const Event& event, const std::string& id, Json page) {
  Change change = ReadObject(event, id, page);
  change.texts.emplace();
  change.labels.emplace();
  for (const auto& [name, property] : page["properties"].Members()) {
    AddProperty(change, name, property);
  }
  std::string title;
  for (const Named& text : *change.texts) {
    if (text.name == "title" && title.empty()) title = text.value;
  }
  SetTitle(change, title, "page");
  return change;
}

// One block's words, and the address of a bookmark or embed; a line of code stands as code.
std::string BlockText(Json block) {
  const std::string type = TextOf(block["type"]);
  const Json value = block[type];
  std::string text = RichText(value["rich_text"]);
  if (type == "code" && !text.empty()) text = '`' + text + '`';
  for (const std::string_view member : {"url", "title", "expression"}) {
    const std::string more = TextOf(value[member]);
    if (!more.empty()) text += (text.empty() ? "" : " ") + more;
  }
  return text;
}

// The words of a page's blocks, a line each; nothing: they are not fetched.
std::optional<std::string> ReadContent(const Event& event) {
  const JsonDocument document = Fetched(event, kBlocks);
  const Json blocks = document.root()["results"];
  if (!blocks.array()) return std::nullopt;
  std::string content;
  for (const Json block : blocks) {
    const std::string text = BlockText(block);
    if (!text.empty()) content += (content.empty() ? "" : "\n") + text;
  }
  return content;
}

Outcome ReadPageEvent(const Event& event) {
  Ask(event, kPage, "pages/" + event.id);
  Ask(event, kBlocks, "blocks/" + event.id + "/children", "page_size=100");
  const JsonDocument page_document = Fetched(event, kPage);
  const Json page = page_document.root();
  if (!page.object()) return WithoutDocument(event, kPage);
  Change change = ReadPage(event, event.id, page);
  if (change.kind == Kind::kDeleted) {
    change.texts.reset(), change.labels.reset();
    event.sink.Emit(change);
    return Outcome::kExtracted;
  }
  if (event.is_new) change.kind = Kind::kCreated;
  const std::optional<std::string> content = ReadContent(event);
  if (content) change.description = content->empty() ? "This page has no text." : *content;
  event.sink.Emit(change);
  if (!content) return Outcome::kExtracted;
  change.part = "content";
  change.texts = {{{"content", *content}}};
  change.labels.reset();
  event.sink.Emit(change);
  return Outcome::kExtracted;
}

Outcome ReadDatabaseEvent(const Event& event) {
  Ask(event, kDatabase, "databases/" + event.id);
  const JsonDocument document = Fetched(event, kDatabase);
  const Json database = document.root();
  if (!database.object()) return WithoutDocument(event, kDatabase);
  Change change = ReadObject(event, event.id, database);
  const std::string title = RichText(database["title"]);
  const std::string description = RichText(database["description"]);
  SetTitle(change, title, "database");
  change.description = description.empty() ? "This database has no description." : description;
  if (change.kind != Kind::kDeleted) {
    if (event.is_new) change.kind = Kind::kCreated;
    change.texts = {{{"title", title}, {"description", description}}};
  }
  event.sink.Emit(change);
  return Outcome::kExtracted;
}

// Of a page, whose name is asked for beside the comment.
Outcome ReadCommentEvent(const Event& event) {
  const std::string page_id = TextOf(event.body["data"]["page_id"]);
  if (!IsId(page_id)) return Refuse(event.sink, kNoPage);
  Ask(event, kComment, "comments/" + event.id);
  Ask(event, kPage, "pages/" + page_id);
  const JsonDocument document = Fetched(event, kComment);
  const Json comment = document.root();
  if (!comment.object()) return WithoutDocument(event, kComment);
  Change change;
  change.kind = event.is_new ? Kind::kCreated : Kind::kUpdated;
  change.resource = ResourceOf(page_id);
  change.part = "comment-" + Undashed(event.id);
  change.part_time = std::max(event.time, FirstTime(comment, {"/last_edited_time"}));
  const JsonDocument page_document = Fetched(event, kPage);
  const Json page = page_document.root();
  const Change shown = page.object() ? ReadPage(event, page_id, page) : Change();
  change.name = shown.name;
  change.title = shown.title.value_or("A page of Notion");
  change.created = shown.created;
  // Its page's own events know more.
  change.content_time = 1;
  change.url = "https://www.notion.so/" + Undashed(page_id);
  SetAuthor(change, event, comment);
  change.texts = {{{"comment", RichText(comment["rich_text"])}}};
  event.sink.Emit(change);
  return Outcome::kExtracted;
}

Outcome Delete(const Event& event, const std::string& id, std::string part) {
  Change change;
  change.kind = Kind::kDeleted;
  change.part_time = event.time;
  change.resource = ResourceOf(id);
  change.part = std::move(part);
  event.sink.Emit(change);
  return Outcome::kExtracted;
}

Outcome ReadDeletion(const Event& event) {
  return Delete(event, event.id, "");
}

Outcome ReadCommentDeletion(const Event& event) {
  const std::string page_id = TextOf(event.body["data"]["page_id"]);
  if (!IsId(page_id)) return Refuse(event.sink, kNoPage);
  return Delete(event, page_id, "comment-" + Undashed(event.id));
}

struct Route {
  std::string_view type;
  Outcome (*read)(const Event&);
  bool is_new = false;
};
constexpr Route kRoutes[] = {
    {"page.created", ReadPageEvent, true},
    {"page.content_updated", ReadPageEvent},
    {"page.properties_updated", ReadPageEvent},
    {"page.undeleted", ReadPageEvent},
    {"page.deleted", ReadDeletion},
    {"database.created", ReadDatabaseEvent, true},
    {"database.content_updated", ReadDatabaseEvent},
    {"database.schema_updated", ReadDatabaseEvent},
    {"database.undeleted", ReadDatabaseEvent},
    {"database.deleted", ReadDeletion},
    {"comment.created", ReadCommentEvent, true},
    {"comment.updated", ReadCommentEvent},
    {"comment.deleted", ReadCommentDeletion},
};

Outcome Read(const Request& request, Json body, const Sink& sink) {
  if (body["verification_token"]) {
    return Ignore(sink, "Notion's verification token: arm the source, then have it sent again");
  }
  const std::string type = TextOf(body["type"]);
  if (type.empty()) return Refuse(sink, "no \"type\", as Notion's events have one");
  const auto* const route = std::find_if(std::begin(kRoutes), std::end(kRoutes),
                                         [&](const Route& known) { return known.type == type; });
  if (route == std::end(kRoutes)) {
    return Ignore(sink, "Notion's \"" + type + "\" changes no text of a page or database");
  }
  const std::string id = TextOf(body["entity"]["id"]);
  if (!IsId(id)) return Refuse(sink, "an \"entity\" without a usable \"id\"");
  return route->read({body, id, FirstTime(body, {"/timestamp"}), route->is_new, request, sink});
}

constexpr flaglink_signature kSignatures[] = {
    Signature{.header = "x-notion-signature", .prefix = "sha256="}};
constexpr Names kHosts{kHost};
constexpr Names kBlank{"/verification_token"};

}  // namespace

extern constexpr Declaration kAdapter{.name = "notion",
                                      .signatures = kSignatures,
                                      .delivery_id = "body:/id",
                                      .blank = kBlank.names,
                                      .read = Read,
                                      .hosts = kHosts.names,
                                      .armed_secret = "body:/verification_token"};

}  // namespace flaglink::notion

FLAGLINK_ADAPTER(flaglink::notion::kAdapter)
