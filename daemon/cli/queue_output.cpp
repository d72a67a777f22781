#include "daemon/cli/queue_output.h"

#include <rapidjson/document.h>

#include <string_view>
#include <utility>
#include <vector>

#include "daemon/cli/text_table.h"
#include "daemon/domain/text.h"

namespace flaglinkd {
namespace {

using Json = rapidjson::Value;

constexpr std::size_t kLineCharacters = 2000;
constexpr std::size_t kBodyLineCharacters = 1u << 20;

const Json& Member(const Json& object, const char* name) {
  static const Json kNone;
  if (!object.IsObject()) return kNone;
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() ? kNone : found->value;
}

// Of what is absent or no array: nothing.
std::vector<const Json*> Items(const Json& array) {
  std::vector<const Json*> items;
  if (!array.IsArray()) return items;
  for (const Json& item : array.GetArray()) items.push_back(&item);
  return items;
}

std::string Text(const Json& object, const char* name) {
  const Json& value = Member(object, name);
  if (value.IsString()) return std::string(value.GetString(), value.GetStringLength());
  if (value.IsInt64()) return std::to_string(value.GetInt64());
  if (value.IsBool()) return value.GetBool() ? "yes" : "no";
  return "";
}

int Number(const Json& object, const char* name) {
  const Json& value = Member(object, name);
  return value.IsInt() ? value.GetInt() : 0;
}

std::string Counted(int count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string Flag(const Json& link) {
  return Text(link, "project") + "/" + Text(link, "flag");
}

std::string Shown(const Json& resource) {
  const std::string name = Text(resource, "name");
  return name.empty() ? Text(resource, "resource") : name;
}

void AddField(std::string& text, const std::string& name, const std::string& value) {
  if (value.empty()) return;
  text += name + std::string(name.size() < 10 ? 10 - name.size() : 1, ' ') +
          EscapeForLine(value, kLineCharacters) + "\n";
}

// What a list has below it: whether it ends where it was told to.
std::string Ending(const Json& answer, const char* name) {
  const Json& list = Member(answer, name);
  if (list.IsArray() && list.Empty()) return std::string("no ") + name + "\n";
  if (!list.IsArray() || static_cast<int>(list.Size()) < Number(answer, "limit")) return "";
  return "there may be more: --limit takes up to 1000, and conditions leave some out\n";
}

std::string LinksAsText(const Json& answer) {
  std::vector<std::vector<std::string>> rows = {
      {"ID", "STATUS", "CHANGED", "FLAG", "SOURCE", "RESOURCE", "REASON"}};
  for (const Json* link : Items(Member(answer, "links"))) {
    rows.push_back({Text(*link, "id"), Text(*link, "status"), Text(*link, "changed"), Flag(*link),
                    Text(*link, "namespace"), Shown(*link), Text(*link, "reason")});
  }
  return (rows.size() > 1 ? TextTable(rows) : "") + Ending(answer, "links");
}

std::string LinkAsText(const Json& link) {
  std::string text;
  AddField(text, "id", Text(link, "id"));
  AddField(text, "status", Text(link, "status"));
  AddField(text, "reason", Text(link, "reason"));
  AddField(text, "flag", Flag(link));
  AddField(text, "wanted", Text(link, "wanted"));
  AddField(text, "attempts", Text(link, "attempts"));
  AddField(text, "due", Text(link, "due"));
  AddField(text, "changed", Text(link, "changed"));
  AddField(text, "source", Text(link, "namespace"));
  AddField(text, "resource", Text(link, "resource"));
  AddField(text, "name", Text(link, "name"));
  AddField(text, "title", Text(link, "title"));
  AddField(text, "url", Text(link, "url"));
  AddField(text, "key", Text(link, "key"));
  for (const Json* mention : Items(Member(link, "mentions"))) {
    if (mention->IsString()) {
      AddField(text, "mention", std::string(mention->GetString(), mention->GetStringLength()));
    }
  }
  return text;
}

std::string EventsAsText(const Json& answer) {
  std::vector<std::vector<std::string>> rows = {
      {"ID", "OUTCOME", "RECEIVED", "SOURCE", "LINKS", "KEPT", "REASON"}};
  for (const Json* event : Items(Member(answer, "events"))) {
    rows.push_back({Text(*event, "id"), Text(*event, "outcome"), Text(*event, "received"),
                    Text(*event, "source"), Text(*event, "links"), Text(*event, "kept"),
                    Text(*event, "reason")});
  }
  return (rows.size() > 1 ? TextTable(rows) : "") + Ending(answer, "events");
}

std::string ReadingAsText(const Json& reading) {
  std::string text = "\nwith the present rules:\n";
  AddField(text, "outcome", Text(reading, "outcome"));
  AddField(text, "reason", Text(reading, "reason"));
  for (const Json* change : Items(Member(reading, "changes"))) {
    std::string line = Text(*change, "kind") + "  " + Text(*change, "resource");
    for (const char* name : {"name", "part", "title", "url"}) {
      if (const std::string value = Text(*change, name); !value.empty()) line += "  " + value;
    }
    AddField(text, "change", line);
    for (const Json* flag : Items(Member(*change, "flags"))) {
      AddField(
          text, "flag",
          Text(*flag, "project") + "/" + Text(*flag, "key") + "  (" + Text(*flag, "because") + ")");
    }
  }
  return text;
}

// The body line by line, so that what is pretty stays so.
std::string PayloadAsText(const Json& payload) {
  std::string text = "\nas it was kept:\n";
  const Json& headers = Member(payload, "headers");
  if (headers.IsObject()) {
    for (const auto& header : headers.GetObject()) {
      const std::string name(header.name.GetString(), header.name.GetStringLength());
      AddField(text, "header", name + ": " + Text(headers, name.c_str()));
    }
  }
  AddField(text, "type", Text(payload, "content_type"));
  const std::string body = Text(payload, "body");
  for (std::size_t start = 0; start < body.size();) {
    const std::size_t end = std::min(body.find('\n', start), body.size());
    text += EscapeForLine(body.substr(start, end - start), kBodyLineCharacters) + "\n";
    start = end + 1;
  }
  return text;
}

std::string EventAsText(const Json& event) {
  std::string text;
  for (const char* name : {"id", "outcome", "reason", "source", "received", "links"}) {
    AddField(text, name, Text(event, name));
  }
  const Json &payload = Member(event, "payload"), &reading = Member(event, "reading");
  if (reading.IsObject()) text += ReadingAsText(reading);
  return text + (payload.IsObject() ? PayloadAsText(payload) : "\nits payload was not kept\n");
}

std::string ReplayAsText(const Json& answer) {
  const std::string outcome = Text(answer, "outcome");
  if (outcome.empty()) {  // of many
    std::string text = "replayed: " + Counted(Number(answer, "stored"), "event") + " stored (" +
                       Counted(Number(answer, "links"), "link") + " changed), " +
                       std::to_string(Number(answer, "ignored")) + " ignored, " +
                       std::to_string(Number(answer, "failed")) + " failed";
    if (const int not_kept = Number(answer, "not_kept"); not_kept > 0) {
      text += "; of " + Counted(not_kept, "more event") + " nothing was kept";
    }
    const std::string more = Text(answer, "more_before");
    return text + (more.empty() ? "\n" : "\nthere may be more: --before " + more + " goes on\n");
  }
  const std::string reason = Text(answer, "reason");
  std::string text = "replayed: " + outcome;
  if (const std::string event = Text(answer, "event"); !event.empty()) text += " as event " + event;
  text += ", " + Counted(Number(answer, "links"), "link") + " changed";
  return EscapeForLine(text + (reason.empty() ? "" : " (" + reason + ")"), kLineCharacters) + "\n";
}

}  // namespace

Result<std::string> QueueAnswerAsText(QueueVerb verb, const std::string& json) {
  rapidjson::Document answer;
  answer.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
  if (answer.HasParseError() || !answer.IsObject()) {
    return Error{Error::Code::kInternal, "the service's answer is not understood"};
  }
  switch (verb) {
    case QueueVerb::kListLinks: return LinksAsText(answer);
    case QueueVerb::kShowLink: return LinkAsText(answer);
    case QueueVerb::kRetryLinks:
      return Counted(Number(answer, "retried"), "link") + " tried again\n";
    case QueueVerb::kForgetLinks:
      return Counted(Number(answer, "forgotten"), "link") + " forgotten\n";
    case QueueVerb::kListEvents: return EventsAsText(answer);
    case QueueVerb::kShowEvent: return EventAsText(answer);
    case QueueVerb::kReplayEvents: return ReplayAsText(answer);
  }
  return std::string();
}

}  // namespace flaglinkd
