// Slack: the Events API, slash commands and the message shortcut of an app of your own.
// https://docs.slack.dev/apis/events-api/, …/interactivity/implementing-slash-commands,
// …/interactivity/implementing-shortcuts
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sdk/adapter.hpp"
#include "adapters/sdk/reading.hpp"
#include "adapters/slack/permalink.h"
#include "adapters/slack/slack_api.h"
#include "adapters/slack/slack_text.h"

namespace flaglink::slack {
namespace {

// What Slack itself shows for an app that has no icon.
constexpr std::string_view kNoAvatar =
    "https://a.slack-edge.com/80588/img/plugins/app/service_72.png";

bool IsTs(std::string_view ts) {
  return ts.find_first_not_of("0123456789.") == std::string_view::npos && ParseSeconds(ts);
}

std::string_view StringOf(Json value) {
  return value.String().value_or("");
}

std::string FirstOf(std::initializer_list<std::string_view> candidates) {
  for (const std::string_view candidate : candidates) {
    if (!candidate.empty()) return std::string(candidate);
  }
  return "";
}

// Where something was said. The domain is that of "https://acme.slack.com"; while it is not known,
// a link can only open the channel, as Slack's own web client does.
struct Place {
  std::string team, domain, channel, channel_name;
  bool is_private = false;

  std::string ChannelUrl() const {
    return domain.empty() ? "https://app.slack.com/client/" + team + '/' + channel
                          : "https://" + domain + ".slack.com/archives/" + channel;
  }
};

// "privategroup" and "directmessage" stand for the names that Slack hides in commands and
// shortcuts.
bool IsPrivate(std::string_view channel, std::string_view channel_type, std::string_view name) {
  return channel.starts_with('D') || channel.starts_with('G') || channel_type == "im" ||
         channel_type == "mpim" || channel_type == "group" || name == "privategroup" ||
         name == "directmessage" || name.starts_with("mpdm-");
}

std::string DomainOf(const Request& request, std::initializer_list<std::string_view> teams) {
  for (const std::string_view team : teams) {
    const auto domain = request.option("workspaces." + std::string(team));
    if (domain && !team.empty()) return std::string(*domain);
  }
  return std::string(request.option("workspace").value_or(""));
}

// Empty if the place is one that a link can be made to.
std::string Problem(const Place& place) {
  if (!HasOnly(place.team, "_") || !HasOnly(place.channel, "_")) return "no team or channel";
  return place.domain.empty() || HasOnly(place.domain, "-.") ? "" : "a domain that can be none";
}

// The place with what only the API tells of it.
Place Completed(Place place, const SlackApi& api) {
  if (place.domain.empty()) place.domain = api.DomainOf(place.team);
  if (!HasOnly(place.domain, "-.")) place.domain.clear();
  if (!place.channel_name.empty()) return place;
  const Channel channel = api.ChannelOf(place.channel);
  place.channel_name = channel.name;
  place.is_private |= channel.is_private;
  return place;
}

// A change of one message, without what its own body says.
Change MessageAt(const Place& place, std::string_view ts, std::string_view thread_ts) {
  Change change;
  change.resource = place.team + '/' + place.channel + '/' + std::string(ts);
  change.name = place.channel + '-' + std::string(ts);
  change.created = ParseSeconds(ts);
  change.title = "Message in #" + (place.channel_name.empty() ? place.channel : place.channel_name);
  change.integration_key = "slack-app";
  change.is_private = place.is_private;
  change.url = place.ChannelUrl();
  if (place.domain.empty()) return change;
  std::string digits(ts);
  std::erase(digits, '.');
  *change.url += "/p" + digits;
  if (IsTs(thread_ts) && thread_ts != ts) {
    *change.url += "?thread_ts=" + std::string(thread_ts) + "&cid=" + place.channel;
  }
  return change;
}

// A field of the card, or what stands for it while nothing better is known.
Named Field(const std::string& name, std::string value, std::string fallback) {
  return value.empty() ? Named{name + '?', std::move(fallback)} : Named{name, std::move(value)};
}

std::string AvatarOf(Json message) {
  for (const std::string_view pointer : {"/user_profile/image_72", "/bot_profile/icons/image_72",
                                         "/icons/image_72", "/icons/image_64", "/icons/image_48"}) {
    const std::string_view url = StringOf(message.At(pointer));
    if (url.starts_with("https://")) return std::string(url);
  }
  return "";
}

std::string DisplayNameOf(Json message) {
  return FirstOf({StringOf(message.At("/user_profile/display_name")),
                  StringOf(message.At("/user_profile/real_name")),
                  StringOf(message.At("/user_profile/name")),
                  StringOf(message.At("/bot_profile/name")), StringOf(message["username"])});
}

// Who wrote the message: as the body tells it, else as the API does, which is asked for people
// only.
Person WriterOf(Json message, std::string display_name, const SlackApi& api) {
  Person writer{std::move(display_name), AvatarOf(message)};
  if (writer.name.empty()) writer.name = DisplayNameOf(message);
  const std::string_view user = StringOf(message["user"]);
  if (user.empty() || message["bot_id"] || (!writer.name.empty() && !writer.avatar.empty()))
    return writer;
  const Person told = api.PersonOf(user);
  return {FirstOf({writer.name, told.name}), FirstOf({writer.avatar, told.avatar})};
}

// Texts, author and card of a message that the body carries whole.
void Describe(Change& change, const Place& place, Json message, const Person& writer) {
  const std::vector<Named> texts = {{"message", MrkdwnToText(StringOf(message["text"]))},
                                    {"blocks", BlocksToText(message["blocks"])},
                                    {"attachments", AttachmentsToText(message["attachments"])},
                                    {"files", FilesToText(message["files"])}};
  change.texts.emplace();
  for (const Named& text : texts) {
    if (text.value.empty()) continue;
    if (!change.description) change.description = text.value;
    change.texts->push_back(text);
  }
  if (!change.description) change.description = "A message without text";

  const std::string bot(StringOf(message["bot_id"]));
  const std::string user(StringOf(message["user"]));
  change.author_is_bot = !bot.empty() || message["bot_profile"].object() ||
                         StringOf(message["subtype"]) == "bot_message";
  change.author = bot.empty() ? user : bot;
  change.metadata = {Field("avatarUrl", writer.avatar, std::string(kNoAvatar)),
                     Field("displayName", writer.name, FirstOf({user, bot, "Slack"})),
                     Field("channelName", place.channel_name, place.channel),
                     {"message", *change.description}};
}

// The Events API: one request, one event.
class EventReader {
 public:
  EventReader(const Request& request, Json body, const Sink& sink)
      : body_(body), event_(body["event"]), sink_(sink), api_(request, sink) {
    const std::string_view team = StringOf(body["team_id"]);
    const std::string_view installed = StringOf(body.At("/authorizations/0/team_id"));
    // In a channel shared with another company, team_id may be theirs.
    const bool shared = body["is_ext_shared_channel"].IsTrue() && !installed.empty();
    place_.team = shared ? installed : team;
    place_.domain = DomainOf(request, {place_.team, team, StringOf(body["enterprise_id"])});
    place_.channel = StringOf(event_["channel"]);
    place_.is_private = IsPrivate(place_.channel, StringOf(event_["channel_type"]), "");
    // Of an event about a message that was there before, when it happened.
    event_time_ = ParseSeconds(FirstOf({StringOf(event_["event_ts"]), StringOf(event_["ts"])}));
    if (!event_time_) event_time_ = FromSeconds(body["event_time"].Int64().value_or(0));
  }

  Outcome Read() const {
    const std::string_view type = StringOf(event_["type"]);
    if (type == "message") return ReadMessage();
    if (type == "app_mention") return EmitMessage(event_, Change::Kind::kCreated);
    if (type == "link_shared") return ReadLinks();
    if (type.empty()) return Refuse(sink_, "event_callback without an event type");
    return Ignore(sink_, "events of this kind are not linked: " + std::string(type));
  }

 private:
  Outcome ReadMessage() const {
    const std::string_view subtype = StringOf(event_["subtype"]);
    if (subtype == "message_changed") {
      const Json message = event_["message"];
      const bool deleted = StringOf(message["subtype"]) == "tombstone";
      return EmitMessage(message, deleted ? Change::Kind::kDeleted : Change::Kind::kUpdated);
    }
    if (subtype == "message_deleted") return EmitDeleted(StringOf(event_["deleted_ts"]));
    if (subtype == "tombstone") return EmitDeleted(StringOf(event_["ts"]));
    constexpr std::string_view kWritten[] = {"", "thread_broadcast", "file_share", "me_message",
                                             "bot_message"};
    if (std::find(std::begin(kWritten), std::end(kWritten), subtype) != std::end(kWritten)) {
      return EmitMessage(event_, Change::Kind::kCreated);
    }
    return Ignore(sink_, "messages of this subtype are not linked: " + std::string(subtype));
  }

  Outcome EmitMessage(Json message, Change::Kind kind) const {
    const std::string_view ts = StringOf(message["ts"]);
    if (kind == Change::Kind::kDeleted) return EmitDeleted(ts);
    if (const std::string problem = ProblemWith(ts); !problem.empty())
      return Refuse(sink_, problem);
    const Place place = Completed(place_, api_);
    Change change = MessageAt(place, ts, StringOf(message["thread_ts"]));
    change.kind = kind;
    // Not edited.ts: it counts whole seconds and can lie before the message itself.
    change.part_time = kind == Change::Kind::kCreated ? change.created : event_time_;
    change.content_time = change.part_time;
    Describe(change, place, message, WriterOf(message, "", api_));
    const std::string_view app = StringOf(message["app_id"]);
    if (!app.empty() && app == StringOf(body_["api_app_id"])) change.author_is_bot = true;
    sink_.Emit(change);
    return Outcome::kExtracted;
  }

  Outcome EmitDeleted(std::string_view ts) const {
    if (const std::string problem = ProblemWith(ts); !problem.empty())
      return Refuse(sink_, problem);
    Change change = MessageAt(place_, ts, "");
    change.kind = Change::Kind::kDeleted;
    change.part_time = change.content_time = event_time_;
    sink_.Emit(change);
    return Outcome::kExtracted;
  }

  // The event holds the links of the app's domains, but not the message: they are a part of their
  // own beside its text.
  Outcome ReadLinks() const {
    if (StringOf(event_["source"]) == "composer" || place_.channel == "COMPOSER") {
      return Ignore(sink_, "links of a message that is still being written");
    }
    const std::string_view ts = StringOf(event_["message_ts"]);
    if (const std::string problem = ProblemWith(ts); !problem.empty())
      return Refuse(sink_, problem);
    const Place place = Completed(place_, api_);
    const Person writer = WriterOf(event_, "", api_);
    Change change = MessageAt(place, ts, StringOf(event_["thread_ts"]));
    change.kind = Change::Kind::kCreated;
    change.part = "links";
    change.part_time = event_time_;
    change.content_time = change.created;  // whatever else is known of the message is newer
    change.author = StringOf(event_["user"]);
    change.texts.emplace();
    for (const Json link : event_["links"]) {
      if (const auto url = link["url"].String())
        change.texts->push_back({"link", std::string(*url)});
    }
    if (change.texts->empty()) return Refuse(sink_, "link_shared without links");
    change.metadata = {Field("avatarUrl", writer.avatar, std::string(kNoAvatar)),
                       Field("displayName", writer.name, FirstOf({change.author, "Slack"})),
                       Field("channelName", place.channel_name, place.channel),
                       {"message?", change.texts->front().value}};
    sink_.Emit(change);
    return Outcome::kExtracted;
  }

  std::string ProblemWith(std::string_view ts) const {
    const std::string problem = Problem(place_);
    return problem.empty() && !IsTs(ts) ? "a message without a ts" : problem;
  }

  const Json body_, event_;
  const Sink& sink_;
  const SlackApi api_;
  Place place_;
  std::optional<TimeUs> event_time_;
};

// The message shortcut: somebody points at a message, which comes whole.
Outcome ReadShortcut(const Request& request, Json body, const Sink& sink) {
  const Json message = body["message"];
  Place place;
  place.team = FirstOf({StringOf(body.At("/team/id")), StringOf(body.At("/user/team_id")),
                        StringOf(message["team"])});
  place.domain = FirstOf({StringOf(body.At("/team/domain")),
                          DomainOf(request, {place.team, StringOf(body.At("/enterprise/id"))})});
  place.channel = StringOf(body.At("/channel/id"));
  place.channel_name = StringOf(body.At("/channel/name"));
  place.is_private = IsPrivate(place.channel, "", place.channel_name);
  const std::string ts = FirstOf({StringOf(message["ts"]), StringOf(body["message_ts"])});
  std::string problem = Problem(place);
  if (problem.empty() && !IsTs(ts)) problem = "a message without a ts";
  if (!problem.empty()) return Refuse(sink, problem);

  const SlackApi api(request, sink);
  place = Completed(place, api);
  Change change = MessageAt(place, ts, StringOf(message["thread_ts"]));
  change.kind = Change::Kind::kCreated;
  change.part_time = ParseSeconds(StringOf(body["action_ts"]));
  if (!change.part_time) change.part_time = change.created;
  change.content_time = change.part_time;
  const bool own = StringOf(body.At("/user/id")) == StringOf(message["user"]);
  const std::string name = own ? FirstOf({StringOf(body.At("/user/name"))}) : "";
  Describe(change, place, message, WriterOf(message, name, api));
  sink.Emit(change);
  return Outcome::kExtracted;
}

// What only the one who typed the command sees.
void ReplyEphemerally(const Sink& sink, const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    escaped += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
  }
  rapidjson::StringBuffer json;
  rapidjson::Writer<rapidjson::StringBuffer> writer(json);
  writer.StartObject();
  writer.Key("response_type");
  writer.String("ephemeral");
  writer.Key("text");
  writer.String(escaped);
  writer.EndObject();
  sink.Reply(200, "application/json", {json.GetString(), json.GetSize()});
}

// One part per text, so that a command given twice is one mention and another one does not replace
// it.
std::string CommandPart(std::string_view text) {
  constexpr std::size_t kLongest = 100;
  std::size_t size = std::min(text.size(), kLongest);
  while (size < text.size() && size > 0 && (text[size] & 0xC0) == 0x80) --size;
  return "command: " + std::string(text.substr(0, size));
}

Change CommandChange(const Place& place, const std::optional<Permalink>& link) {
  if (link) return MessageAt(place, link->ts, link->thread_ts);
  Change change;
  change.resource = place.team + '/' + place.channel;
  change.name = place.channel;
  change.title = "Channel #" + (place.channel_name.empty() ? place.channel : place.channel_name);
  change.url = place.ChannelUrl();
  change.integration_key = "slack-app";
  change.is_private = place.is_private;
  return change;
}

std::string Understood(const Place& place, const Change& change, const std::string& text) {
  std::string answer = "The flags named in \"" + text + "\" get a link to " +
                       (change.created ? "the message " + *change.url : "this channel") + '.';
  if (place.is_private) {
    answer +=
        " This conversation is private: that needs private = \"link\" in flaglinkd's "
        "configuration.";
  }
  return answer;
}

Outcome ReadCommand(const Request& request, const Form& form, const Sink& sink) {
  const auto field = [&](std::string_view name) { return form[name].value_or(""); };
  const std::string text = MrkdwnToText(field("text"));
  if (text.empty()) {
    ReplyEphemerally(sink, "Say which flag: " + std::string(field("command")) +
                               " <flag key or URL> [link to a message]. Without a message, the "
                               "flag is linked to this channel.");
    return Outcome::kHandshake;
  }
  Place place;
  place.team = field("team_id");
  place.domain = FirstOf({field("team_domain"), DomainOf(request, {place.team})});
  place.channel = field("channel_id");
  place.channel_name = field("channel_name");
  place.is_private = IsPrivate(place.channel, "", place.channel_name);
  const auto link = FindPermalink(text, place.domain);
  if (link && link->channel != place.channel) {
    place.channel = link->channel;
    place.channel_name.clear();
    place.is_private = IsPrivate(place.channel, "", "");
  }
  const std::string problem = Problem(place);
  if (!problem.empty()) return Refuse(sink, problem);

  const SlackApi api(request, sink);
  place = Completed(place, api);
  Change change = CommandChange(place, link);
  change.kind = Change::Kind::kCreated;
  change.part = CommandPart(text);
  change.content_time = change.created;  // of a message; whatever else is known of it is newer
  change.author = field("user_id");
  change.texts = {{"command", text}};
  const Named name = Field("displayName", std::string(field("user_name")), change.author);
  // Of a message, the one who types the command knows nothing that belongs on its card.
  const std::string mark = link ? "?" : "";
  if (!link) change.description = text;
  const std::string avatar = link ? "" : api.PersonOf(change.author).avatar;
  change.metadata = {Field("avatarUrl", avatar, std::string(kNoAvatar)),
                     {"displayName" + mark, name.value},
                     Field("channelName", place.channel_name, place.channel),
                     {"message" + mark, text}};
  sink.Emit(change);
  ReplyEphemerally(sink, Understood(place, change, text));
  return Outcome::kExtracted;
}

Outcome ReadJson(const Request& request, std::string_view text, const Sink& sink) {
  const JsonDocument document(text);
  if (!document.error().empty()) return Refuse(sink, document.error());
  const Json body = document.root();
  const std::string_view type = StringOf(body["type"]);
  if (type == "event_callback") return EventReader(request, body, sink).Read();
  if (type == "message_action") return ReadShortcut(request, body, sink);
  if (type == "url_verification") {
    const auto challenge = body["challenge"].String();
    if (!challenge) return Refuse(sink, "url_verification without a challenge");
    sink.Reply(200, "text/plain", *challenge);
    return Outcome::kHandshake;
  }
  if (type == "app_rate_limited") {
    return Ignore(sink, "Slack sends no more events for a while: over 30,000 in an hour");
  }
  if (type.empty()) return Refuse(sink, "a body without a type: not sent by Slack");
  return Ignore(sink, "requests of this kind are not linked: " + std::string(type));
}

Outcome Extract(const Request& request, const Sink& sink) {
  if (!request.IsForm()) return ReadJson(request, request.body(), sink);
  const Form form(request.body());
  if (const auto payload = form["payload"]) return ReadJson(request, *payload, sink);
  if (form["command"]) return ReadCommand(request, form, sink);
  if (form["ssl_check"]) {
    sink.Reply(200, "text/plain", "");
    return Outcome::kHandshake;
  }
  return Refuse(sink, "a form that is neither a command nor a payload");
}

const char* CheckOptions(const Pairs& options) {
  bool found = false;
  for (const flaglink_pair& option : options) {
    const std::string_view name = ToView(option.name);
    found |= name == "source:api_token";
    if (name != "workspace" && !name.starts_with("workspaces.")) continue;
    found = true;
    const std::string_view domain = ToView(option.value);
    if (!HasOnly(domain, "-.") || domain.ends_with(".slack.com")) {
      return "a workspace is what stands before \".slack.com\" in its address, such as \"acme\"";
    }
  }
  if (found) return nullptr;
  return "set workspace = \"acme\", workspaces = { T024BE7LD = \"acme\" } for several, or the "
         "source's "
         "api_token: an event does not hold the address that links need";
}

constexpr flaglink_signature kSignatures[] = {
    Signature{.header = "x-slack-signature",
              .prefix = "v0=",
              .signed_content = "v0:{timestamp}:{body}",
              .timestamp = "header:x-slack-request-timestamp",
              .timestamp_unit = "s",
              .past_seconds = 300,
              .future_seconds = 300}};
constexpr Names kBlank{"/token", "/response_url", "/payload/token", "/payload/response_url"};
constexpr Names kOptions{"workspace", "workspaces.*"};
constexpr Names kHosts{kApiHost};
constexpr Declaration kSlack{.name = "slack",
                             .signatures = kSignatures,
                             .delivery_id = "body:/event_id",
                             .blank = kBlank.names,
                             .options = kOptions.names,
                             .extract = Extract,
                             .check_options = CheckOptions,
                             .hosts = kHosts.names};

}  // namespace
}  // namespace flaglink::slack

FLAGLINK_ADAPTER(flaglink::slack::kSlack)
