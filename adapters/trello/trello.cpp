// Trello's webhooks: one action each, told with what it changed of a card and no more
// (developer.atlassian.com/cloud/trello/guides/rest-api/webhooks and …/action-types). So each text
// of a card that changes by itself is a part of its own here; README.md lists them.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sdk/adapter.hpp"
#include "adapters/sdk/markup.hpp"
#include "adapters/sdk/reading.hpp"

namespace flaglink::trello {
namespace {

using Kind = Change::Kind;

// What an action tells beside the card that it happened to: a comment, an attachment, a line of a
// checklist. The pointers go from the action.
struct PartKind {
  std::string_view prefix;   // of the part's id
  std::string_view id;       // pointer
  std::string_view name;     // of the text, for the reason
  std::string_view text[2];  // pointers; "": none
};

constexpr PartKind kComment{"comment-", "/id", "comment", {"/data/text", ""}};
constexpr PartKind kOldComment{"comment-", "/data/action/id", "comment", {"/data/action/text", ""}};
constexpr PartKind kAttachment{"attachment-",
                               "/data/attachment/id",
                               "attachment",
                               {"/data/attachment/name", "/data/attachment/url"}};
constexpr PartKind kCheckItem{
    "check-item-", "/data/checkItem/id", "checklist", {"/data/checkItem/name", ""}};

struct Route {
  std::string_view action;
  Kind card;  // kCreated also where the card only rides along
  const PartKind* part = nullptr;
  Kind part_kind = Kind::kUpdated;
};

constexpr Route kRoutes[] = {
    {"updateCard", Kind::kUpdated},
    {"moveCardToBoard", Kind::kUpdated},
    {"deleteCard", Kind::kDeleted},
    {"commentCard", Kind::kCreated, &kComment, Kind::kCreated},
    {"updateComment", Kind::kCreated, &kOldComment, Kind::kUpdated},
    {"deleteComment", Kind::kCreated, &kOldComment, Kind::kDeleted},
    {"addAttachmentToCard", Kind::kCreated, &kAttachment, Kind::kCreated},
    {"deleteAttachmentFromCard", Kind::kCreated, &kAttachment, Kind::kDeleted},
    {"createCheckItem", Kind::kCreated, &kCheckItem, Kind::kCreated},
    {"updateCheckItem", Kind::kCreated, &kCheckItem, Kind::kUpdated},
    {"deleteCheckItem", Kind::kCreated, &kCheckItem, Kind::kDeleted},
};
// createCard and its kin, and whatever else happens to a card: it tells at least the card's name.
constexpr Route kOtherAction{"", Kind::kCreated};

const Route& FindRoute(std::string_view action) {
  const auto* const found =
      std::find_if(std::begin(kRoutes), std::end(kRoutes),
                   [&](const Route& route) { return route.action == action; });
  return found == std::end(kRoutes) ? kOtherAction : *found;
}

// Whether who acts is who made the card.
bool MakesCard(std::string_view action) {
  return action == "createCard" || action == "copyCard" || action == "emailCard" ||
         action == "convertToCardFromCheckItem";
}

// An id of Trello begins with its time, as eight hexadecimal digits of seconds
// (support.atlassian.com/trello/docs/getting-the-time-a-card-or-board-was-created).
std::optional<TimeUs> CreationOf(std::string_view id) {
  std::uint32_t seconds = 0;
  if (id.size() != 24) return std::nullopt;
  const auto [end, error] = std::from_chars(id.data(), id.data() + 8, seconds, 16);
  if (error != std::errc() || end != id.data() + 8) return std::nullopt;
  return FromSeconds(seconds);
}

// Every field that LaunchDarkly's Trello card declares: it says "Linked by <creator>". Only the
// action that makes a card tells by whom it is; until one comes, who acted first stands in.
std::vector<Named> CardMetadata(Json action, const std::string& title) {
  const Json member = action["memberCreator"];
  const std::string known = MakesCard(TextOf(action["type"])) ? "" : "?";
  const std::string name = FirstText(member, {"/fullName", "/username"});
  const std::string avatar = TextOf(member["avatarUrl"]);
  return {
      title.empty() ? Named{"cardTitle?", "Trello card"} : Named{"cardTitle", title},
      name.empty() ? Named{"creator?", "A Trello member"} : Named{"creator" + known, name},
      // The address of a picture takes a size to be one.
      IsPage(avatar) ? Named{"avatar" + known, avatar + "/50.png"}
                     : Named{"avatar?", "https://trello.com/favicon.ico"},
  };
}

// What every change of an action repeats: which card, and how a link to it looks.
std::optional<Change> ReadCard(Json action, const Route& route) {
  const Json card = action["data"]["card"];
  const std::string id = TextOf(card["id"]);
  const std::string link = TextOf(card["shortLink"]);
  if (!HasOnly(id, "") || !HasOnly(link, "")) return std::nullopt;
  const std::string title = TextOf(card["name"]);

  Change change;
  change.kind = route.card;
  change.resource = "trello.com/" + id;
  change.name = link;
  change.part_time = change.content_time = FirstTime(action, {"/date"});
  change.created = CreationOf(id);
  change.url = "https://trello.com/c/" + link;
  change.integration_key = "trello";
  change.metadata = CardMetadata(action, title);
  if (!title.empty()) {
    const std::string board = TextOf(action["data"]["board"]["name"]);
    change.title = board.empty() ? title : "[" + board + "] " + title;
  }
  if (const auto markdown = card["desc"].String()) {
    change.description = StripMarkdown(*markdown);
    if (change.description->empty()) change.description = "This card has no description.";
  }
  return change;
}

// The card itself: its name, and its description where the action brings that.
void EmitCard(const Sink& sink, Json action, const Route& route, const Change& content) {
  const Json card = action["data"]["card"];
  Change change = content;
  if (route.card != Kind::kDeleted) {
    const auto title = card["name"].String();
    if (title) change.texts = {{"title", std::string(*title)}};
    const bool writes = MakesCard(TextOf(action["type"])) || action["data"]["old"]["name"];
    if (writes) change.author = TextOf(action["memberCreator"]["username"]);
  }
  sink.Emit(change);
  const auto description = card["desc"].String();
  if (route.card == Kind::kDeleted || !description) return;
  change.part = "description";
  change.author = TextOf(action["memberCreator"]["username"]);
  change.texts = {{"description", StripMarkdown(*description)}};
  sink.Emit(change);
}

void EmitPart(const Sink& sink, Json action, const Route& route, const Change& content) {
  const PartKind& kind = *route.part;
  const std::string id = IdOf(action.At(kind.id));
  if (id.empty()) return sink.Explain("without an id of what it happened to, but for the card");
  Change change = content;
  change.kind = route.part_kind;
  change.part = std::string(kind.prefix) + id;
  change.author = TextOf(action["memberCreator"]["username"]);
  const std::string first = StripMarkdown(TextOf(action.At(kind.text[0])));
  const std::string second = kind.text[1].empty() ? "" : TextOf(action.At(kind.text[1]));
  const bool is_there = action.At(kind.text[0]).String().has_value() || !second.empty();
  if (change.kind != Kind::kDeleted && is_there) {
    change.texts = {{std::string(kind.name), second.empty() ? first : first + ' ' + second}};
  }
  sink.Emit(change);
}

// A label comes and goes by itself, so it is a part: emptied when it goes, since it may come back.
void EmitLabel(const Sink& sink, Json action, const Change& content) {
  const Json label = action["data"]["label"];
  const std::string type = TextOf(action["type"]);
  if (type != "addLabelToCard" && type != "removeLabelFromCard") return;
  const std::string id = TextOf(label["id"]);
  if (id.empty()) return;
  Change change = content;
  change.kind = Kind::kUpdated;
  change.part = "label-" + id;
  change.labels.emplace();
  const std::string name = TextOf(label["name"]);
  if (type == "addLabelToCard" && !name.empty()) change.labels->push_back(name);
  sink.Emit(change);
}

Outcome Read(const Request&, Json body, const Sink& sink) {
  const Json action = body["action"];
  const std::string type = TextOf(action["type"]);
  if (type.empty()) return Refuse(sink, "no \"action\" with a \"type\", as Trello sends one");
  if (!action["data"]["card"].object()) {
    return Ignore(sink, "Trello's action \"" + type + "\" is about no card");
  }
  const Route& route = FindRoute(type);
  const auto content = ReadCard(action, route);
  if (!content) return Refuse(sink, "a card without a usable \"id\" or \"shortLink\"");
  EmitCard(sink, action, route, *content);
  if (route.part != nullptr) EmitPart(sink, action, route, *content);
  EmitLabel(sink, action, *content);
  return Outcome::kExtracted;
}

const char* CheckOptions(const Pairs& options) {
  const auto url = options["callback_url"];
  if (url && IsPage(*url)) return nullptr;
  return "callback_url must be the URL that the webhook was made with, to the letter: it is part "
         "of "
         "what Trello signs";
}

// The key is the secret of the app whose token made the webhook.
constexpr flaglink_signature kSignatures[] = {
    Signature{.algorithm = "hmac-sha1",
              .header = "x-trello-webhook",
              .encoding = "base64",
              .signed_content = "{body}{option:callback_url}"}};
constexpr Names kOptions{"callback_url"};

}  // namespace

extern constexpr Declaration kAdapter{.name = "trello",
                                      .signatures = kSignatures,
                                      .delivery_id = "body:/action/id",
                                      .options = kOptions.names,
                                      .methods = "POST,HEAD",
                                      .read = Read,
                                      .check_options = CheckOptions};

}  // namespace flaglink::trello

FLAGLINK_ADAPTER(flaglink::trello::kAdapter)
