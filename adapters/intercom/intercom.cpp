// Intercom's webhooks. Of its topics those about conversations are linked.
// https://developers.intercom.com/docs/webhooks/webhook-notifications
#include <optional>
#include <string>
#include <string_view>

#include "adapters/sdk/adapter.hpp"
#include "adapters/sdk/markup.hpp"
#include "adapters/sdk/reading.hpp"

namespace flaglink::intercom {
namespace {

constexpr std::string_view kSite = "https://app.intercom.com";

// Seconds since 1970.
std::optional<TimeUs> Time(Json seconds) {
  const auto number = seconds.Int64();
  return number ? FromSeconds(*number) : std::nullopt;
}

std::string Html(Json value) {
  return StripHtml(value.String().value_or(""));
}

// Of people, teammates and bots; a lead may be known by nothing but an id.
void SetAuthor(Change& change, Json author) {
  change.author = FirstText(author, {"/name", "/email"});
  if (change.author.empty()) change.author = IdOf(author["id"]);
  change.author_is_bot = author["type"].String() == "bot";
}

// What opened the conversation: API versions before 2.0 call it "conversation_message", and name
// its author under "user".
struct Opening {
  Json message, author;
};

Opening OpeningOf(Json conversation) {
  if (conversation["source"].object()) {
    return {conversation["source"], conversation["source"]["author"]};
  }
  const Json message = conversation["conversation_message"];
  const bool by_user = message["author"]["id"].Text() == conversation["user"]["id"].Text();
  return {message, by_user ? conversation["user"] : message["author"]};
}

std::string UrlOf(const Request& request, const std::string& app, Json conversation) {
  const std::string given = TextOf(conversation.At("/links/conversation_web"));
  if (IsPage(given)) return given;
  return std::string(request.option("site").value_or(kSite)) + "/a/apps/" + app +
         "/conversations/" + IdOf(conversation["id"]);
}

// nullopt: not as Intercom documents it.
std::optional<Change> ReadConversation(const Request& request, Json body) {
  const Json conversation = body.At("/data/item");
  const std::string app = TextOf(body["app_id"]);
  const std::string id = IdOf(conversation["id"]);
  if (!HasOnly(app, "_-") || !HasOnly(id, "")) return std::nullopt;
  const auto [message, author] = OpeningOf(conversation);

  Change change;
  change.resource = app + "/" + id;
  change.name = "Intercom conversation " + id;
  change.part_time = change.content_time = Time(conversation["updated_at"]);
  if (!change.part_time) change.part_time = change.content_time = Time(body["created_at"]);
  change.created = Time(conversation["created_at"]);
  change.url = UrlOf(request, app, conversation);
  change.labels = ReadLabels(conversation.At("/tags/tags"), "name");
  if (!message.object()) return change;
  SetAuthor(change, author);
  const std::string subject = Html(message["subject"]);
  const std::string text = Html(message["body"]);
  change.title = !subject.empty()         ? subject
                 : !change.author.empty() ? "Conversation with " + change.author
                                          : "Conversation " + id;
  change.description = text.empty() ? "This conversation began without a text." : text;
  change.texts = {{{"subject", subject}, {"message", text}}};
  return change;
}

// What was written or noted since: replies, notes of teammates, and what comes with an assignment.
// One that was redacted is gone.
void EmitPart(const Sink& sink, const Change& conversation, Json part) {
  const std::string id = IdOf(part["id"]);
  const bool redacted = part["redacted"].IsTrue();
  const std::string text = Html(part["body"]);
  if (!HasOnly(id, "") || (text.empty() && !redacted)) return;
  Change change = conversation;
  change.kind = redacted ? Change::Kind::kDeleted : Change::Kind::kCreated;
  change.part = "part-" + id;
  const auto time = Time(part["updated_at"]);
  change.part_time = time ? time : Time(part["created_at"]);
  SetAuthor(change, part["author"]);
  change.is_private = part["part_type"].String() == "note";
  change.labels.reset();
  change.texts.reset();
  if (!redacted) change.texts = {{{"reply", text}}};
  sink.Emit(change);
}

// Of the topics, those in which nothing of the conversation itself can have been edited.
Change::Kind KindOf(std::string_view topic) {
  if (topic == "conversation.deleted") return Change::Kind::kDeleted;
  for (const std::string_view end : {".created", ".replied", ".noted"}) {
    if (topic.ends_with(end) && topic.find(".tag.") == std::string_view::npos) {
      return Change::Kind::kCreated;
    }
  }
  return Change::Kind::kUpdated;
}

Outcome Read(const Request& request, Json body, const Sink& sink) {
  const std::string topic = TextOf(body["topic"]);
  if (topic.empty()) return Refuse(sink, "no \"topic\", as every notification of Intercom has one");
  if (topic == "ping") {
    sink.Reply(200, "application/json", "{}");
    return Outcome::kHandshake;
  }
  const Json item = body.At("/data/item");
  if (!topic.starts_with("conversation") || item["type"].String() != "conversation") {
    return Ignore(sink, "Intercom's topic \"" + topic + "\" is not about a conversation");
  }
  auto conversation = ReadConversation(request, body);
  if (!conversation) return Refuse(sink, "a conversation without app_id and id");
  conversation->kind = KindOf(topic);
  if (conversation->kind == Change::Kind::kDeleted) {
    conversation->part_time = conversation->content_time = Time(body["created_at"]);
    conversation->texts.reset(), conversation->labels.reset();
    sink.Emit(*conversation);
    return Outcome::kExtracted;
  }
  sink.Emit(*conversation);
  for (const Json part : item.At("/conversation_parts/conversation_parts")) {
    EmitPart(sink, *conversation, part);
  }
  return Outcome::kExtracted;
}

const char* CheckOptions(const Pairs& options) {
  const auto site = options["site"];
  return site && (!IsPage(*site) || site->ends_with('/'))
             ? "site is where teammates sign in, without a slash at its end: "
               "\"https://app.eu.intercom.com\""
             : nullptr;
}

constexpr flaglink_signature kSignatures[] = {
    Signature{.algorithm = "hmac-sha1", .header = "x-hub-signature", .prefix = "sha1="}};
constexpr Names kOptions{"site"};

}  // namespace

extern constexpr Declaration kAdapter{.name = "intercom",
                                      .signatures = kSignatures,
                                      .delivery_id = "body:/id",
                                      .options = kOptions.names,
                                      .methods = "POST,HEAD",
                                      .read = Read,
                                      .check_options = CheckOptions};

}  // namespace flaglink::intercom

FLAGLINK_ADAPTER(flaglink::intercom::kAdapter)
