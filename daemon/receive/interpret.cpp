#include "daemon/receive/interpret.h"

#include <algorithm>
#include <utility>

#include "daemon/adapt/body_reader.h"
#include "daemon/base/sha256.h"
#include "daemon/match/find_flags.h"

namespace flaglinkd {
namespace {

bool Contains(const std::vector<std::string>& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool Holds(const PointerFilter& filter, const BodyReader& body) {
  const std::optional<std::vector<std::string>> values = body.FindAll(filter.pointer);
  return values && std::any_of(values->begin(), values->end(), [&](const std::string& value) {
           return Contains(filter.values, value);
         });
}

// Why the source's `only` and `except` leave this body out; "" if they don't.
std::string FilteredBy(const SourceOptions& options, const BodyReader& body) {
  for (const PointerFilter& filter : options.only) {
    if (!Holds(filter, body)) return "not among `only` of " + filter.pointer;
  }
  for (const PointerFilter& filter : options.except) {
    if (Holds(filter, body)) return "among `except` of " + filter.pointer;
  }
  return "";
}

std::string DeliveryId(const Source& source, const Webhook& webhook, const BodyReader& body) {
  for (const std::string& pointer : source.options.delivery_id) {
    if (auto id = body.Find(pointer); id && !id->empty()) return *std::move(id);
  }
  if (!source.options.delivery_id.empty() || !source.adapter->delivery_id()) return "";
  const ValueLocation& where = *source.adapter->delivery_id();
  if (where.kind == ValueLocation::Kind::kHeader) {
    return std::string(webhook.FindHeader(where.name).value_or(""));
  }
  return body.Find(where.name).value_or("");
}

IncomingEvent EventOf(const Source& source, const Webhook& webhook, const BodyReader& body) {
  IncomingEvent event;
  event.source = source.options.name;
  event.name_space = source.options.name_space;
  event.unlink = source.options.unlink;
  event.look_first = source.options.launchdarkly_app;
  event.delivery_id = DeliveryId(source, webhook, body);
  const Sha256Digest digest = Sha256(webhook.body);
  std::copy_n(digest.begin(), event.body_hash.size(), event.body_hash.begin());
  event.received = webhook.received;
  AdapterInput input = InputOf(*source.adapter, webhook);
  event.payload.headers = std::move(input.headers);
  event.payload.content_type = std::move(input.content_type);
  event.payload.body = body.Blanked(source.adapter->blank());
  return event;
}

// Texts of bots are not read, and private objects not at all; a delete counts whoever did it. Of a
// bot's change the content stays: it keeps a link true that a person's comment made, and as a
// creation it makes nothing by itself. False: the change is dropped, `reason` says why.
bool Admit(const SourceOptions& options, Change& change, std::string& reason) {
  if (change.kind == ChangeKind::kDeleted) return true;
  if (change.is_private && !options.link_private) {
    reason = "private (private = \"skip\")";
    return false;
  }
  if (change.author_is_bot && !Contains(options.bots, change.author)) {
    reason = "written by the bot " + (change.author.empty() ? "of no name" : change.author);
    change.kind = ChangeKind::kCreated;
    change.texts.reset();
    change.labels.reset();
    change.fields.reset();
  }
  return true;
}

// [source.X.match] fields are of the body, so they belong to what the body is about: the resource
// itself.
void AddFields(const SourceOptions& options, const BodyReader& body, Change& change) {
  if (!change.part.empty() || change.kind == ChangeKind::kDeleted) return;
  for (const std::string& pointer : options.match.fields) {
    const std::optional<std::vector<std::string>> values = body.FindAll(pointer);
    if (!values) continue;
    if (!change.fields) change.fields.emplace();
    for (const std::string& value : *values) change.fields->push_back({pointer, value});
  }
}

std::size_t BytesOf(const std::optional<std::vector<NamedText>>& texts) {
  std::size_t bytes = 0;
  if (texts) {
    for (const NamedText& text : *texts) bytes += text.text.size();
  }
  return bytes;
}

// Moves what is admitted of `changes` into `event`; returns why the last one that was left out was.
std::string TakeChanges(const Source& source, const KnownFlags& known, const BodyReader& body,
                        std::vector<Change> changes, IncomingEvent& event) {
  std::string left_out;
  std::size_t searched = 0;
  for (Change& change : changes) {
    AddFields(source.options, body, change);
    if (!Admit(source.options, change, left_out)) continue;
    searched += BytesOf(change.texts) + BytesOf(change.fields);
    if (searched > kMaxTextBytesPerEvent) {
      event.failure = "more than " + std::to_string(kMaxTextBytesPerEvent) +
                      " bytes of texts in one event: the first changes were taken";
      break;
    }
    FoundFlags found = FindFlags(source.rules, known, change);
    if (found.truncated) {
      event.failure = "more than " + std::to_string(kMaxFlagsPerChange) +
                      " flags in one change: the first were taken";
    }
    event.changes.push_back({std::move(change), std::move(found.mentions)});
  }
  return left_out;
}

CatalogUpdate::State StateOf(FlagNews::State state) {
  switch (state) {
    case FlagNews::State::kGone: return CatalogUpdate::State::kGone;
    case FlagNews::State::kLive: return CatalogUpdate::State::kLive;
    case FlagNews::State::kArchived: return CatalogUpdate::State::kArchived;
  }
  return CatalogUpdate::State::kLive;
}

CatalogUpdate& UpdateOf(const std::string& project, std::vector<CatalogUpdate>& updates) {
  const auto found = std::find_if(updates.begin(), updates.end(), [&](const CatalogUpdate& each) {
    return each.project == project;
  });
  if (found != updates.end()) return *found;
  updates.push_back({project, {}, std::nullopt});
  return updates.back();
}

// Puts the news of the source's projects into `event`, one update each; returns why the last of the
// others was left out. Of a flag that is told of more than once the last stands.
std::string TakeFlagNews(const Source& source, const std::vector<FlagNews>& news,
                         IncomingEvent& event) {
  std::string left_out;
  for (const auto& [flag, state] : news) {
    if (!Contains(source.options.projects, flag.project)) {
      left_out = "project " + flag.project + " is none of the source's";
      continue;
    }
    CatalogUpdate& update = UpdateOf(flag.project, event.flag_news);
    std::erase_if(update.flags, [&key = flag.key](const auto& each) { return each.key == key; });
    update.flags.push_back({flag.key, StateOf(state), ""});
  }
  return left_out;
}

void Add(const std::string& left_out, std::string& reason) {
  if (!left_out.empty()) reason += (reason.empty() ? "" : "; ") + left_out;
}

// Takes over what is not answered yet. Returns why nothing is asked, where nothing of the event can
// be taken without.
std::string TakeNeeds(const Source& source, std::vector<DocumentNeed> needs,
                      const std::vector<FetchedDocument>& fetched, Interpretation& result) {
  std::erase_if(needs, [&](const DocumentNeed& need) {
    return std::ranges::find(fetched, need.name, &FetchedDocument::name) != fetched.end();
  });
  if (needs.empty()) return "";
  if (source.options.api_token.empty()) {
    return result.event.changes.empty() ? "it needs an api_token to be read" : "";
  }
  result.needs = std::move(needs);
  result.event.wants_documents = true;
  return "";
}

}  // namespace

Interpretation Interpret(const Source& source, const KnownFlags& known, const Webhook& webhook,
                         std::vector<FetchedDocument> fetched) {
  const BodyReader body(webhook.FindHeader("content-type").value_or(""), webhook.body);
  Interpretation result;
  AdapterInput input = InputOf(*source.adapter, webhook);
  input.fetched = std::move(fetched);
  Extraction extraction = source.adapter->Extract(input, source.options.options);
  // A handshake speaks of nothing that a filter could leave out, and of what can't be read nobody
  // knows what it speaks of.
  if (extraction.outcome != Extraction::Outcome::kHandshake &&
      extraction.outcome != Extraction::Outcome::kMalformed) {
    if (std::string filter = FilteredBy(source.options, body); !filter.empty()) {
      result.reason = std::move(filter);
      return result;
    }
  }
  result.reason = std::move(extraction.reason);
  result.reply = std::move(extraction.reply);
  switch (extraction.outcome) {
    case Extraction::Outcome::kIgnored: return result;
    case Extraction::Outcome::kHandshake:
      result.outcome = Interpretation::Outcome::kHandshake;
      return result;
    case Extraction::Outcome::kMalformed:
      result.outcome = Interpretation::Outcome::kEvent;
      result.event = EventOf(source, webhook, body);
      result.event.failure = result.reason.empty() ? "not readable by the adapter" : result.reason;
      return result;
    case Extraction::Outcome::kExtracted: break;
  }
  result.event = EventOf(source, webhook, body);
  if (extraction.truncated) {
    result.event.failure = "more than " + std::to_string(kMaxChangesPerEvent) +
                           " changes in one event: the first were taken";
  }
  const bool gave_changes = !extraction.changes.empty();
  Add(TakeChanges(source, known, body, std::move(extraction.changes), result.event), result.reason);
  Add(TakeFlagNews(source, extraction.flag_news, result.event), result.reason);
  // Of what was left out (a private conversation) nothing is asked, either.
  if (!gave_changes || !result.event.changes.empty()) {
    Add(TakeNeeds(source, std::move(extraction.needs), input.fetched, result), result.reason);
  }
  // What a bot wrote alone is still offered to the queue, which knows whether there is a link to
  // keep true.
  if (!result.event.changes.empty() || !result.event.flag_news.empty() ||
      result.event.wants_documents) {
    result.outcome = Interpretation::Outcome::kEvent;
  }
  return result;
}

IncomingEvent FailedEvent(const Source& source, const Webhook& webhook, std::string reason) {
  const BodyReader body(webhook.FindHeader("content-type").value_or(""), webhook.body);
  IncomingEvent event = EventOf(source, webhook, body);
  event.failure = std::move(reason);
  return event;
}

}  // namespace flaglinkd
