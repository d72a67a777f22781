// Any sender of Standard Webhooks (and of Svix, whose headers have other names). The specification
// says how a webhook is signed and that its body has a type, a timestamp and data; what the data
// holds is the sender's own, so that it is looked for under the names that senders commonly use, or
// where the options say.
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/sdk/adapter.hpp"
#include "adapters/sdk/markup.hpp"
#include "adapters/sdk/reading.hpp"

namespace flaglink::standardwebhooks {
namespace {

constexpr std::string_view kTextMembers[] = {"description", "body",    "text",
                                             "message",     "content", "comment"};

// "contact" of "contact.created", "ticket.comment" of "ticket.comment.deleted": what the event is
// about. All but the verb, so that no comment's deletion is taken for its ticket's.
std::string NounOf(const std::string& type) {
  return type.substr(0, type.rfind('.'));
}

// "comment" of "ticket.comment"
std::string WordOf(const std::string& noun) {
  return noun.substr(noun.rfind('.') + 1);
}

Change::Kind KindOf(const std::string& type) {
  if (type.ends_with(".deleted") || type.ends_with(".removed")) return Change::Kind::kDeleted;
  return type.ends_with(".created") ? Change::Kind::kCreated : Change::Kind::kUpdated;
}

// The data, or the one object that it wraps: {"data": {"contact": {…}}}.
Json ObjectOf(Json data) {
  if (data["id"]) return data;
  const auto members = data.Members();
  return members.size() == 1 && members.front().second.object() ? members.front().second : data;
}

// ISO 8601 by the specification; some senders count seconds or milliseconds.
std::optional<TimeUs> Time(Json time) {
  constexpr std::int64_t kFirstInMilliseconds = 100'000'000'000;  // as seconds, the year 5138
  const auto number = time.Int64();
  if (!number) return ParseIso8601(time.String().value_or(""));
  return *number < kFirstInMilliseconds ? FromSeconds(*number) : FromMilliseconds(*number);
}

std::optional<TimeUs> FirstTimeOf(Json object, std::initializer_list<std::string_view> members) {
  for (const std::string_view member : members) {
    if (const auto time = Time(object[member])) return time;
  }
  return std::nullopt;
}

// Absent where there is none; null is an empty one.
std::optional<std::string> ReadText(Json value) {
  if (value.null()) return "";
  const auto text = value.String();
  return text ? std::optional(std::string(*text)) : std::nullopt;
}

// Of a text, or of an element of a list of them.
bool IsText(std::string_view option) {
  return option == "text" || option.starts_with("text.");
}

// The options' JSON Pointers go into the body, what is found without them into its object.
class Reader {
 public:
  Reader(const Request& request, Json body, std::string word)
      : request_(request), body_(body), object_(ObjectOf(body["data"])), word_(std::move(word)) {}

  Json object() const { return object_; }

  std::string Id() const {
    if (const auto pointer = request_.option("id")) return IdOf(body_.At(*pointer));
    for (const std::string& member : {std::string("id"), std::string("uuid"), word_ + "_id",
                                      word_ + "Id", std::string("key")}) {
      if (std::string id = IdOf(object_[member]); !id.empty()) return id;
    }
    return "";
  }

  std::optional<std::string> Title() const {
    if (const auto pointer = request_.option("title")) return ReadText(body_.At(*pointer));
    std::optional<std::string> title;
    for (const std::string_view member : {"title", "name", "subject", "summary"}) {
      if (title && !title->empty()) break;
      if (auto found = ReadText(object_[member])) title = std::move(found);
    }
    return title;
  }

  // A page below `page` where that is set, else what the body says; "" if neither gives one.
  std::string Url(const std::string& id) const {
    if (const auto page = request_.option("page")) {
      return HasOnly(id, "-._~") ? std::string(*page) + id : "";
    }
    if (const auto pointer = request_.option("url")) {
      const std::string url = TextOf(body_.At(*pointer));
      return IsPage(url) ? url : "";
    }
    for (const std::string_view member : {"html_url", "web_url", "permalink", "link", "url"}) {
      if (std::string url = TextOf(object_[member]); IsPage(url)) return url;
    }
    return "";
  }

  // Those that are there, by their pointers or members.
  std::vector<Named> Texts() const {
    std::vector<Named> texts;
    const auto add = [&](std::string_view name, Json value) {
      if (const auto text = ReadText(value))
        texts.push_back({std::string(name), StripMarkdown(*text)});
    };
    bool by_options = false;
    for (const flaglink_pair& option : request_.options()) {
      if (!IsText(ToView(option.name))) continue;
      by_options = true;
      add(ToView(option.value), body_.At(ToView(option.value)));
    }
    if (by_options) return texts;
    for (const std::string_view member : kTextMembers) add(member, object_[member]);
    return texts;
  }

  std::optional<std::vector<std::string>> Labels() const {
    const Json labels = object_[object_["labels"] ? "labels" : "tags"];
    const bool objects = labels.size() > 0 && (*labels.begin()).object();
    return ReadLabels(labels, objects ? "name" : "");
  }

  bool IsPrivate() const {
    return object_["private"].IsTrue() || object_["is_private"].IsTrue() ||
           object_["confidential"].IsTrue() || object_["visibility"].String() == "private";
  }

 private:
  const Request& request_;
  const Json body_, object_;
  const std::string word_;
};

// Each text is a part of its own: nothing tells whether an event carries all of them, and one that
// leaves a text out leaves what it named.
void Emit(Change change, const std::vector<Named>& texts, const Sink& sink) {
  if (change.title) change.texts = {{{"title", *change.title}}};
  sink.Emit(change);
  change.labels.reset();
  for (const Named& text : texts) {
    change.part = text.name;
    change.texts = {{text}};
    sink.Emit(change);
  }
}

Outcome Read(const Request& request, Json body, const Sink& sink) {
  const std::string type = FirstText(body, {"/type", "/event_type", "/eventType"});
  if (type.empty()) return Refuse(sink, "no \"type\", as Standard Webhooks has one");
  const std::string noun = NounOf(type);
  const Reader reader(request, body, WordOf(noun));
  const std::string id = reader.Id();
  if (id.empty()) return Ignore(sink, type + ": no id in its data: set the option id");

  Change change;
  change.kind = KindOf(type);
  change.resource = noun + "/" + id;
  change.name = noun + " " + id;
  change.part_time = change.content_time = Time(body["timestamp"]);
  if (change.kind == Change::Kind::kDeleted) {
    sink.Emit(change);
    return Outcome::kExtracted;
  }
  const std::string url = reader.Url(id);
  if (url.empty()) return Ignore(sink, type + ": no page's address in its data: set url or page");
  const std::vector<Named> texts = reader.Texts();
  change.created = FirstTimeOf(reader.object(), {"created_at", "createdAt", "created"});
  change.title = reader.Title();
  change.url = url;
  if (!texts.empty()) {
    change.description = texts.front().value.empty()
                             ? "This " + WordOf(noun) + " has no description."
                             : texts.front().value;
  }
  change.author = FirstText(reader.object(), {"/author/name", "/author/login", "/author",
                                              "/creator/name", "/created_by/name", "/user/name"});
  change.is_private = reader.IsPrivate();
  change.labels = reader.Labels();
  Emit(std::move(change), texts, sink);
  return Outcome::kExtracted;
}

const char* CheckOptions(const Pairs& options) {
  for (const flaglink_pair& option : options) {
    const std::string_view name = ToView(option.name), value = ToView(option.value);
    const bool pointer = name == "id" || name == "title" || name == "url" || IsText(name);
    if (pointer && !value.starts_with('/')) {
      return "id, title, url and text are JSON Pointers into the body: \"/data/contact/id\"";
    }
    if (name == "page" && !IsPage(value)) {
      return "page is the address that an id makes a page's: "
             "\"https://app.acme.example/contacts/\"";
    }
  }
  return nullptr;
}

constexpr Signature SignedWith(const char* algorithm, const char* prefix, bool svix) {
  return {.algorithm = algorithm,
          .header = svix ? "svix-signature" : "webhook-signature",
          .prefix = prefix,
          .encoding = "base64",
          .signed_content = "{id}.{timestamp}.{body}",
          .separator = " ",
          .key_encoding = "base64",
          .timestamp = svix ? "header:svix-timestamp" : "header:webhook-timestamp",
          .timestamp_unit = "s",
          .id = svix ? "header:svix-id" : "header:webhook-id"};
}
constexpr flaglink_signature kSignatures[] = {
    SignedWith("hmac-sha256", "v1,", false), SignedWith("ed25519", "v1a,", false),
    SignedWith("hmac-sha256", "v1,", true), SignedWith("ed25519", "v1a,", true)};
constexpr Names kOptions{"id", "title", "url", "page", "text", "text.*"};

}  // namespace

extern constexpr Declaration kAdapter{.name = "standardwebhooks",
                                      .signatures = kSignatures,
                                      .delivery_id = "header:webhook-id",
                                      .options = kOptions.names,
                                      .read = Read,
                                      .check_options = CheckOptions};

}  // namespace flaglink::standardwebhooks

FLAGLINK_ADAPTER(flaglink::standardwebhooks::kAdapter)
