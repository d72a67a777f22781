// Microsoft Teams: outgoing webhooks, which send a channel's message when somebody mentions the
// webhook by name, and post the answer under it.
// https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors, add-outgoing-webhook
// The message is an activity of the Bot Framework.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sdk/adapter.hpp"
#include "adapters/sdk/markup.hpp"
#include "adapters/sdk/reading.hpp"

namespace flaglink::msteams {
namespace {

// The body holds no picture of whoever wrote; the card needs one.
constexpr std::string_view kNoAvatar = "https://teams.microsoft.com/favicon.ico";

constexpr std::string_view kLinked =
    R"({"type":"message","text":"Flags that this message names get a link to it."})";
constexpr std::string_view kUsage =
    R"({"type":"message","text":"Mention me together with a flag's key or its LaunchDarkly URL, )"
    R"(and the flag gets a link to your message."})";

// Teams writes a mention as <at>name</at> in the text and as a span of this type in the HTML.
bool OpensMention(std::string_view html, std::size_t at, const markup::Tag& tag) {
  if (tag.closing) return false;
  return tag.name == "at" ||
         (tag.name == "span" &&
          html.substr(at, tag.end - at).find("schema.skype.com/Mention") != std::string_view::npos);
}

std::string WithoutMentions(std::string_view html) {
  std::string rest;
  std::size_t at = 0;
  while (at < html.size()) {
    const auto tag = html[at] == '<' ? markup::ReadTag(html, at) : std::nullopt;
    if (!tag) {
      rest += html[at++];
      continue;
    }
    const std::size_t begin = at;
    at = tag->end;
    if (!OpensMention(html, begin, *tag)) {
      rest += html.substr(begin, at - begin);
      continue;
    }
    const std::size_t end = html.find("</" + tag->name, at);
    if (end == std::string_view::npos) break;  // a mention that never ends is cut off
    at = html.find('>', end) == std::string_view::npos ? html.size() : html.find('>', end) + 1;
    rest += ' ';
  }
  return rest;
}

// The HTML is the richer of the two: the text has lost the addresses behind links.
std::string TextOfMessage(Json message) {
  for (const Json attachment : message["attachments"]) {
    if (attachment["contentType"].String() != "text/html") continue;
    std::string text = StripHtml(WithoutMentions(attachment["content"].String().value_or("")));
    if (!text.empty()) return text;
  }
  return StripHtml(WithoutMentions(message["text"].String().value_or("")));
}

// Where a message stands.
struct Place {
  std::string tenant, channel, channel_name;
  std::string thread;  // the message that it replies to, or ""
};

// The channel's id stands before ";messageid=" of a conversation, and the thread's first message
// behind it.
Place ReadPlace(const Request& request, Json message) {
  const std::string conversation = TextOf(message.At("/conversation/id"));
  const std::string_view mark = ";messageid=";
  const std::size_t at = conversation.find(mark);
  Place place;
  place.tenant = FirstText(message, {"/channelData/tenant/id", "/conversation/tenantId"});
  place.channel = FirstText(message, {"/channelData/teamsChannelId", "/channelData/channel/id"});
  if (place.channel.empty()) place.channel = conversation.substr(0, at);
  place.channel_name = request.option("channels." + place.channel).value_or("");
  if (place.channel_name.empty()) {
    place.channel_name = FirstText(message, {"/channelData/channel/name", "/conversation/name"});
  }
  if (at != std::string::npos) place.thread = conversation.substr(at + mark.size());
  return place;
}

bool IsUsable(const Place& place) {
  return HasOnly(place.channel, ":@._-") && (place.tenant.empty() || HasOnly(place.tenant, "-")) &&
         (place.thread.empty() || HasOnly(place.thread, ""));
}

std::string UrlOf(const Place& place, const std::string& id) {
  std::string url = "https://teams.microsoft.com/l/message/";
  for (const char c : place.channel) {
    url += c == ':' ? "%3A" : c == '@' ? "%40" : std::string(1, c);
  }
  url += "/" + id;
  char before = '?';
  if (!place.tenant.empty()) url += before + ("tenantId=" + place.tenant), before = '&';
  if (!place.thread.empty() && place.thread != id) {
    url += before + ("parentMessageId=" + place.thread);
  }
  return url;
}

// Every field that LaunchDarkly's Teams card declares.
std::vector<Named> Card(const Place& place, const Change& change) {
  const bool named = !place.channel_name.empty();
  return {{"avatarUrl?", std::string(kNoAvatar)},
          change.author.empty() ? Named{"displayName?", "Microsoft Teams"}
                                : Named{"displayName", change.author},
          named ? Named{"channelName", place.channel_name} : Named{"channelName?", "Teams"},
          {"message", *change.description}};
}

Outcome Read(const Request& request, Json message, const Sink& sink) {
  const std::string type = TextOf(message["type"]);
  if (type.empty()) return Refuse(sink, "no \"type\", as every activity of Teams has one");
  if (type != "message") return Ignore(sink, "an activity of Teams that is no message: " + type);
  const std::string id = IdOf(message["id"]);
  const Place place = ReadPlace(request, message);
  if (!HasOnly(id, "") || !IsUsable(place)) {
    return Refuse(sink, "a message whose id, channel or tenant is not as Teams writes them");
  }
  const std::string text = TextOfMessage(message);
  if (text.empty()) {
    sink.Reply(200, "application/json", kUsage);
    return Outcome::kHandshake;
  }

  Change change;
  change.kind = Change::Kind::kCreated;
  change.resource = (place.tenant.empty() ? "" : place.tenant + '/') + place.channel + '/' + id;
  change.name = "Teams message " + id;
  change.part_time = change.content_time = change.created = FirstTime(message, {"/timestamp"});
  change.title =
      "Message in " + (place.channel_name.empty() ? "Microsoft Teams" : '#' + place.channel_name);
  change.url = UrlOf(place, id);
  change.description = text;
  change.integration_key = "msteams-app";
  change.author = TextOf(message.At("/from/name"));
  // People have ids that start with "29:", bots with "28:".
  change.author_is_bot = TextOf(message.At("/from/id")).starts_with("28:");
  const std::string conversation = TextOf(message.At("/conversation/conversationType"));
  change.is_private = conversation == "personal" || conversation == "groupChat";
  change.texts = {{{"message", text}}};
  change.metadata = Card(place, change);
  sink.Emit(change);
  sink.Reply(200, "application/json", kLinked);
  return Outcome::kExtracted;
}

// The security token that Teams shows once is a key in base64.
constexpr flaglink_signature kSignatures[] = {Signature{
    .header = "authorization", .prefix = "HMAC ", .encoding = "base64", .key_encoding = "base64"}};
constexpr Names kOptions{"channels.*"};

}  // namespace

extern constexpr Declaration kAdapter{
    .name = "msteams", .signatures = kSignatures, .options = kOptions.names, .read = Read};

}  // namespace flaglink::msteams

FLAGLINK_ADAPTER(flaglink::msteams::kAdapter)
