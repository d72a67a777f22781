#include "daemon/receive/replay.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace flaglinkd {
namespace {

struct Visit {
  std::shared_ptr<const SourceSet> sources;
  const Source* source;
  std::shared_ptr<const KnownFlags> known;
  Webhook webhook;
  std::vector<FetchedDocument> fetched;
};

// As it came, but for what was not kept.
Webhook WebhookOf(const Payload& payload, TimePoint received) {
  Webhook webhook{"POST", payload.headers, payload.body, received};
  webhook.headers.push_back({"content-type", payload.content_type});
  return webhook;
}

CommitResult NotStored(CommitResult::Kind kind, std::string reason) {
  return {kind, 0, 0, std::move(reason)};
}

CommitResult NotStored(const Error& error) {
  return NotStored(error.code == Error::Code::kUnavailable ? CommitResult::Kind::kUnavailable
                                                           : CommitResult::Kind::kFailed,
                   error.message);
}

Reading ReadingOf(Result<Interpretation> read) {
  if (!read) return {"failed", read.error().message, {}};
  switch (read->outcome) {
    case Interpretation::Outcome::kIgnored: return {"ignored", read->reason, {}};
    case Interpretation::Outcome::kHandshake: return {"handshake", read->reason, {}};
    case Interpretation::Outcome::kEvent: break;
  }
  IncomingEvent& event = read->event;
  return event.failure.empty() ? Reading{"stored", read->reason, std::move(event.changes)}
                               : Reading{"failed", event.failure, std::move(event.changes)};
}

}  // namespace

std::optional<std::string> Replay::NameSpaceOf(const std::string& source) {
  const std::shared_ptr<const SourceSet> sources = intake_.Sources();
  const Source* found = sources->FindByName(source);
  return found == nullptr ? std::nullopt : std::optional(found->options.name_space);
}

void Replay::Explain(const EventReport& event, const Payload& payload,
                     std::function<void(const Reading&)> done) {
  Read(event.source, WebhookOf(payload, event.received), {},
       [done = std::move(done)](Result<Interpretation> read, const auto&) {
         done(ReadingOf(std::move(read)));
       });
}

void Replay::Again(const EventReport& event, const Payload& payload, Done done) {
  Commit(event.source, WebhookOf(payload, event.received), Origin::kStore, std::move(done));
}

void Replay::Reread(const WaitingFetch& waiting, std::vector<FetchedDocument> fetched, Then done) {
  if (!waiting.payload) return done(Error{Error::Code::kInvalid, "its payload is damaged"}, {});
  Read(waiting.source, WebhookOf(*waiting.payload, waiting.received), std::move(fetched), done);
}

void Replay::Import(const std::string& source, Webhook webhook, Done done) {
  webhook.received = intake_.NextReceipt();
  Receive(source, std::move(webhook), Origin::kFile, std::move(done));
}

void Replay::CatchUp(const std::string& source, Webhook webhook, Done done) {
  webhook.received = std::min(webhook.received, intake_.NextReceipt());
  Receive(source, std::move(webhook), Origin::kSender, std::move(done));
}

void Replay::Receive(const std::string& source, Webhook webhook, Origin origin, Done done) {
  const std::shared_ptr<const SourceSet> sources = intake_.Sources();
  const Source* found = sources->FindByName(source);
  if (found != nullptr && webhook.body.size() > found->options.body_limit) {
    return done(NotStored(CommitResult::Kind::kFailed,
                          "larger than the source's body_limit, which is " +
                              std::to_string(found->options.body_limit) + " bytes"));
  }
  Commit(source, std::move(webhook), origin, std::move(done));
}

void Replay::Commit(const std::string& source, Webhook webhook, Origin origin, Done done) {
  Read(source, std::move(webhook), {},
       [&writer = writer_, origin, done = std::move(done)](Result<Interpretation> read,
                                                           const auto&) {
         if (!read) return done(NotStored(read.error()));
         IncomingEvent event = std::move(read->event);
         if (read->outcome != Interpretation::Outcome::kEvent) {
           return done(NotStored(CommitResult::Kind::kIgnored, read->reason));
         }
         event.trusted = origin != Origin::kSender;
         event.late = origin == Origin::kSender;
         // It is stored already, or in somebody's file; once is enough.
         const bool empty =
             event.changes.empty() && event.flag_news.empty() && !event.wants_documents;
         if (event.trusted && empty) {
           return done(NotStored(CommitResult::Kind::kFailed, event.failure));
         }
         // What waits for documents is read again from a payload of its own.
         if (origin == Origin::kStore && !event.wants_documents) event.payload = {};
         writer.Commit(std::move(event), done);
       });
}

void Replay::Read(const std::string& source, Webhook webhook, std::vector<FetchedDocument> fetched,
                  const Then& then) {
  if (const auto refusal = Post(source, std::move(webhook), std::move(fetched), then))
    then(*refusal, {});
}

// To a worker, as every webhook: an adapter may hang on this one. Why not, if so. Under the lock,
// since after Stop the intake and the workers may be gone.
std::optional<Error> Replay::Post(const std::string& source, Webhook webhook,
                                  std::vector<FetchedDocument> fetched, const Then& then) {
  const auto open = open_.Lock();
  if (!*open) return Error{Error::Code::kUnavailable, "the service is ending"};
  std::shared_ptr<const SourceSet> sources = intake_.Sources();
  const Source* found = sources->FindByName(source);
  if (found == nullptr) return Error{Error::Code::kNotFound, "no source is named " + source};
  const auto visit = std::make_shared<const Visit>(
      Visit{std::move(sources), found, intake_.Known(), std::move(webhook), std::move(fetched)});
  const bool posted =
      workers_.Post({found->options.adapter,
                     [visit, then](JobTicket& ticket) {
                       Interpretation read =
                           Interpret(*visit->source, *visit->known, visit->webhook, visit->fetched);
                       if (!ticket.Claim()) return;
                       then(std::move(read), {visit->sources, &visit->source->options.api_token});
                     },
                     [then](const std::string& reason) {
                       then(Error{Error::Code::kInternal, reason}, {});
                     }});
  if (posted) return std::nullopt;
  return Error{Error::Code::kUnavailable, "too much waits to be read: try again"};
}

}  // namespace flaglinkd
