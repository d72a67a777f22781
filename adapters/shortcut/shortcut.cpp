// Shortcut's webhooks (developer.shortcut.com/api/webhook/v1): a list of actions, in no order, each
// with an entity and what changed of it, and references that name the others. What changes by
// itself is a part of its own here; README.md lists them.
#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/sdk/adapter.hpp"
#include "adapters/sdk/markup.hpp"
#include "adapters/sdk/reading.hpp"

namespace flaglink::shortcut {
namespace {

using Kind = Change::Kind;

constexpr std::size_t kMaxChanges = 257;  // one more than the daemon takes: it says so

// What has a page of its own.
struct Thing {
  std::string_view type, name_prefix;
};
constexpr Thing kStory{"story", "sc-"};
constexpr Thing kEpic{"epic", "epic-"};

// What stands on one.
struct Remark {
  std::string_view type;
  const Thing& thing;
  std::string_view thing_id;  // member that names the thing, where it is there
  std::string_view noun;      // before the part's id, and the text's name
  std::string_view ids;       // member of the thing's changes that lists the part
  std::string_view text;      // member
};
constexpr Remark kRemarks[] = {
    {"story-comment", kStory, "story_id", "comment", "comment_ids", "text"},
    {"epic-comment", kEpic, "epic_id", "comment", "comment_ids", "text"},
    {"story-task", kStory, "story_id", "task", "task_ids", "description"},
    {"branch", kStory, "story_id", "branch", "branch_ids", "name"},
    {"pull-request", kStory, "story_id", "pull-request", "pull_request_ids", "title"},
};

// "acme" of "https://app.shortcut.com/acme/story/1"; "" of any other page.
std::string WorkspaceOf(std::string_view url) {
  const std::string host = HostOf(url);
  if (host != "app.shortcut.com" && host != "app.clubhouse.io") return "";
  url.remove_prefix(url.find("//") + 2 + host.size());
  if (!url.starts_with('/')) return "";
  url = url.substr(1, url.find('/', 1) - 1);
  return HasOnly(url, "-_") ? std::string(url) : "";
}

class Event {
 public:
  Event(const Request& request, Json body) : body_(body) {
    for (const std::string_view list : {"actions", "references"}) {
      for (const Json entity : body[list]) {
        if (workspace_.empty()) workspace_ = WorkspaceOf(TextOf(entity["app_url"]));
        names_.emplace(Key(TextOf(entity["entity_type"]), IdOf(entity["id"])), entity["name"]);
      }
    }
    if (workspace_.empty()) workspace_ = request.option("workspace").value_or("");
    for (const Json action : body["actions"]) NoteParts(action);
  }

  std::vector<Change> Read() {
    for (const Json action : body_["actions"]) {
      if (changes_.size() >= kMaxChanges) break;
      const std::string type = TextOf(action["entity_type"]);
      if (type == kStory.type) ReadThing(kStory, action);
      if (type == kEpic.type) ReadThing(kEpic, action);
      for (const Remark& remark : kRemarks) {
        if (remark.type == type) ReadRemark(remark, action);
      }
    }
    if (changes_.size() > kMaxChanges) changes_.resize(kMaxChanges);
    return std::move(changes_);
  }

 private:
  static Kind KindOf(Json action) {
    const auto verb = action["action"].String();
    return verb == "create" ? Kind::kCreated : verb == "delete" ? Kind::kDeleted : Kind::kUpdated;
  }

  // A comment, task, branch or pull request came or went; the story or epic rides along with the
  // title that it had.
  static bool IsSnapshot(const Thing& thing, Json changes) {
    return !changes["name"] &&
           std::any_of(std::begin(kRemarks), std::end(kRemarks), [&](const Remark& remark) {
             return remark.thing.type == thing.type && changes[remark.ids];
           });
  }

  // What every change of a thing repeats. Without a workspace, as in a deletion, the thing goes by
  // its name.
  Change ContentOf(const Thing& thing, const std::string& id, const std::string& title) const {
    Change change;
    const std::string path =
        "app.shortcut.com/" + workspace_ + '/' + std::string(thing.type) + '/' + id;
    if (!workspace_.empty()) {
      change.resource = path;
      change.url = "https://" + path;
    }
    change.name = std::string(thing.name_prefix) + id;
    change.part_time = change.content_time = FirstTime(body_, {"/changed_at"});
    if (!title.empty()) change.title = change.name + ": " + title;
    return change;
  }

  using EntityKey = std::pair<std::string, std::string>;
  static EntityKey Key(std::string_view type, const std::string& id) {
    return {std::string(type), id};
  }

  // The name of an entity, from whichever action or reference has it.
  std::string NameOf(std::string_view type, const std::string& id) const {
    const auto found = names_.find(Key(type, id));
    return found == names_.end() ? "" : TextOf(found->second);
  }

  // What a story's or epic's action says of the parts that come and go with it.
  void NoteParts(Json action) {
    const auto type = action["entity_type"].String();
    for (const Remark& remark : kRemarks) {
      if (type != remark.thing.type) continue;
      const Json changed = action["changes"][remark.ids];
      for (const Json list : {action[remark.ids], changed["adds"], changed["removes"]}) {
        for (const Json id : list) {
          things_.emplace(Key(remark.type, IdOf(id)), IdOf(action["id"]));
        }
      }
    }
  }

  void ReadThing(const Thing& thing, Json action) {
    const std::string id = IdOf(action["id"]);
    if (!HasOnly(id, "")) return;
    const Kind kind = KindOf(action);
    const auto title = action["name"].String();
    Change content = ContentOf(thing, id, TextOf(action["name"]));
    const auto description = kind == Kind::kCreated
                                 ? action["description"].String()
                                 : action["changes"]["description"]["new"].String();
    if (description) {
      content.description = StripMarkdown(*description);
      if (content.description->empty()) {
        content.description = "This " + std::string(thing.type) + " has no description.";
      }
    }
    content.author = TextOf(body_["member_id"]);
    Change change = content;
    change.kind = kind;
    if (kind == Kind::kCreated) change.created = change.part_time;
    if (kind == Kind::kUpdated && IsSnapshot(thing, action["changes"])) {
      change.kind = Kind::kCreated;
    }
    if (kind != Kind::kDeleted && title) change.texts = {{{"title", std::string(*title)}}};
    changes_.push_back(std::move(change));
    if (kind == Kind::kDeleted) return;
    if (description) {
      Change part = content;
      part.part = "description";
      part.texts = {{{"description", StripMarkdown(*description)}}};
      changes_.push_back(std::move(part));
    }
    ReadLabelParts(action, content);
  }

  // A label comes and goes by itself, so it is a part: emptied when it goes, since it may come
  // back.
  void ReadLabelParts(Json action, const Change& content) {
    const Json changed = action["changes"]["label_ids"];
    for (const Json list : {action["label_ids"], changed["adds"]}) {
      for (const Json label : list) {
        const std::string name = NameOf("label", IdOf(label));
        if (!name.empty()) AddLabelPart(content, IdOf(label), {name});
      }
    }
    for (const Json label : changed["removes"]) AddLabelPart(content, IdOf(label), {});
  }

  void AddLabelPart(const Change& content, const std::string& id, std::vector<std::string> labels) {
    if (id.empty() || changes_.size() >= kMaxChanges) return;
    Change part = content;
    part.part = "label-" + id;
    part.labels = std::move(labels);
    changes_.push_back(std::move(part));
  }

  void ReadRemark(const Remark& remark, Json action) {
    const std::string id = IdOf(action["id"]);
    std::string thing_id = IdOf(action[remark.thing_id]);
    const auto listed = things_.find(Key(remark.type, id));
    if (thing_id.empty() && listed != things_.end()) thing_id = listed->second;
    if (!HasOnly(id, "") || !HasOnly(thing_id, "")) return;
    Change change = ContentOf(remark.thing, thing_id, NameOf(remark.thing.type, thing_id));
    change.kind = KindOf(action);
    change.part = std::string(remark.noun) + '-' + id;
    change.author = FirstText(action, {"/author_id"});
    if (change.author.empty()) change.author = TextOf(body_["member_id"]);
    const auto text = action[remark.text].String();
    if (text && change.kind != Kind::kDeleted) {
      change.texts = {{{std::string(remark.noun), StripMarkdown(*text)}}};
    }
    changes_.push_back(std::move(change));
  }

  Json body_;
  std::string workspace_;
  std::map<EntityKey, Json> names_;
  std::map<EntityKey, std::string> things_;  // of a part, the id of what it stands on
  std::vector<Change> changes_;
};

Outcome Read(const Request& request, Json body, const Sink& sink) {
  if (!body["actions"].array()) return Refuse(sink, "no \"actions\", as Shortcut sends them");
  const std::vector<Change> changes = Event(request, body).Read();
  if (changes.empty()) {
    return Ignore(sink, "no action on a story, an epic, or what stands on one");
  }
  for (const Change& change : changes) sink.Emit(change);
  return Outcome::kExtracted;
}

const char* CheckOptions(const Pairs& options) {
  const auto workspace = options["workspace"];
  if (!workspace || HasOnly(*workspace, "-_")) return nullptr;
  return "workspace must be what stands in the address of every page: \"acme\" of "
         "https://app.shortcut.com/acme/";
}

constexpr flaglink_signature kSignatures[] = {Signature{.header = "payload-signature"}};
constexpr Names kOptions{"workspace"};

}  // namespace

extern constexpr Declaration kAdapter{.name = "shortcut",
                                      .signatures = kSignatures,
                                      .delivery_id = "body:/id",
                                      .options = kOptions.names,
                                      .read = Read,
                                      .check_options = CheckOptions};

}  // namespace flaglink::shortcut

FLAGLINK_ADAPTER(flaglink::shortcut::kAdapter)
