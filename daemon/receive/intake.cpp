#include "daemon/receive/intake.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <variant>

#include "daemon/observe/log.h"
#include "daemon/receive/answers.h"
#include "daemon/receive/client_address.h"
#include "daemon/receive/interpret.h"
#include "daemon/receive/secret_file.h"
#include "daemon/verify/verify.h"

namespace flaglinkd {
namespace {

constexpr char kNoSource[] = "none";
constexpr std::size_t kLargestHandshake = 64u << 10;  // it is looked into before it is verified
// Apart from the adapters, which a slow disk must not bring into discredit.
constexpr char kSecretFiles[] = "secret files";

std::string_view FindHeader(const HttpRequest& request, std::string_view name) {
  for (const Header& header : request.headers) {
    if (header.name == name) return header.value;
  }
  return "";
}

bool Allows(const std::vector<Network>& networks, const std::string& address) {
  return networks.empty() ||
         std::any_of(networks.begin(), networks.end(),
                     [&](const Network& network) { return Contains(network, address); });
}

HttpResponse MethodAnswer(const std::vector<std::string>& methods) {
  HttpResponse response = ErrorAnswer(405, "method");
  std::string allowed;
  for (const std::string& method : methods) allowed += (allowed.empty() ? "" : ", ") + method;
  response.headers.push_back({"allow", allowed});
  return response;
}

WebhookOutcome OutcomeOf(CommitResult::Kind kind) {
  switch (kind) {
    case CommitResult::Kind::kStored: return WebhookOutcome::kStored;
    case CommitResult::Kind::kIgnored: return WebhookOutcome::kIgnored;
    case CommitResult::Kind::kDuplicate: return WebhookOutcome::kDuplicate;
    case CommitResult::Kind::kFailed: return WebhookOutcome::kFailed;
    case CommitResult::Kind::kUnavailable: return WebhookOutcome::kUnavailable;
  }
  return WebhookOutcome::kUnavailable;
}

void LogCommit(const std::string& source, const CommitResult& result) {
  switch (result.kind) {
    case CommitResult::Kind::kStored:
      Log(result.links > 0 ? LogLevel::kInfo : LogLevel::kDebug, "event stored",
          {{"source", source}, {"event", result.event}, {"links", result.links}});
      return;
    case CommitResult::Kind::kFailed:
      Log(LogLevel::kWarning, "event failed",
          {{"source", source}, {"event", result.event}, {"reason", result.reason}});
      return;
    case CommitResult::Kind::kDuplicate:
      Log(LogLevel::kDebug, "event is a duplicate", {{"source", source}, {"event", result.event}});
      return;
    case CommitResult::Kind::kIgnored:
      Log(LogLevel::kDebug, "event ignored", {{"source", source}, {"reason", result.reason}});
      return;
    case CommitResult::Kind::kUnavailable: return;  // the writer says once why, not per event
  }
}

// What the sender of a handshake waits for: where its secret came in a header, that header.
HttpResponse HandshakeAnswer(const ValueLocation& where, const Secret& secret) {
  HttpResponse response = IgnoredAnswer("handshake");
  if (where.kind == ValueLocation::Kind::kHeader) {
    response.headers.push_back({where.name, std::string(secret.Bytes())});
  }
  return response;
}

}  // namespace

// One request on its way. The set keeps the source alive through a reload.
struct Intake::Visit {
  std::shared_ptr<const SourceSet> sources;
  const Source* source;
  Webhook webhook;
  Responder responder;
  Metrics& metrics;
  const Clock& clock;

  void Answer(HttpResponse response, WebhookOutcome outcome) const {
    const std::string& name = source->options.name;
    metrics.CountWebhook(name, outcome);
    metrics.ObserveWebhook(name, clock.Now() - webhook.received);
    responder.Send(std::move(response));
  }
};

Intake::Intake(std::shared_ptr<const SourceSet> sources, std::vector<Network> trusted_proxies,
               WorkerPool& workers, Writer& writer, const Clock& clock, Metrics& metrics)
    : known_(std::make_shared<const KnownFlags>()),
      workers_(workers),
      writer_(writer),
      clock_(clock),
      metrics_(metrics) {
  Swap(std::move(sources), std::move(trusted_proxies));
}

void Intake::Swap(std::shared_ptr<const SourceSet> sources, std::vector<Network> trusted_proxies) {
  *snapshot_.Lock() =
      std::make_shared<const Snapshot>(Snapshot{sources, std::move(trusted_proxies)});
  armed_.Reconcile(*sources);
}

void Intake::SetKnownFlags(std::shared_ptr<const KnownFlags> known) {
  *known_.Lock() = std::move(known);
}

std::variant<HttpHandler::Accept, HttpResponse> Intake::OnHead(const HttpRequest& head) {
  const std::shared_ptr<const Snapshot> now = Now();
  const Source* source = now->sources->FindByPath(head.path);
  if (source == nullptr) {
    metrics_.CountWebhook(kNoSource, WebhookOutcome::kRejectedPath);
    return ErrorAnswer(404, "no such path");
  }
  const std::vector<std::string>& methods = source->adapter->methods();
  if (std::find(methods.begin(), methods.end(), head.method) == methods.end()) {
    metrics_.CountWebhook(source->options.name, WebhookOutcome::kRejectedPath);
    return MethodAnswer(methods);
  }
  const std::string address =
      ClientAddress(head.peer, FindHeader(head, "x-forwarded-for"), now->trusted_proxies);
  if (!Allows(source->options.allow_from, address)) {
    metrics_.CountWebhook(source->options.name, WebhookOutcome::kRejectedAddress);
    return ErrorAnswer(403, "address");
  }
  if (head.method == "HEAD") return AnswerHead(*source, address);
  // What was signed are the bytes as they came; no sender that we know compresses.
  const std::string_view encoding = FindHeader(head, "content-encoding");
  if (!encoding.empty() && encoding != "identity") {
    metrics_.CountWebhook(source->options.name, WebhookOutcome::kRejectedHttp);
    HttpResponse response = ErrorAnswer(400, "content encoding");
    response.close = true;
    return response;
  }
  return Accept{source->options.body_limit};
}

// Trello looks whether anybody is there before it makes a webhook; nothing of it is signed.
HttpResponse Intake::AnswerHead(const Source& source, const std::string& address) {
  const std::string& name = source.options.name;
  const bool within_limit = WithinLimit(by_address_, name + " " + address, source);
  metrics_.CountWebhook(name,
                        within_limit ? WebhookOutcome::kHandshake : WebhookOutcome::kRejectedLimit);
  if (!within_limit) return ErrorAnswer(429, "rate limit");
  return HttpResponse();
}

void Intake::OnRequest(HttpRequest request, Responder responder) {
  const std::shared_ptr<const Snapshot> now = Now();
  const Source* source = now->sources->FindByPath(request.path);
  if (source == nullptr) {  // a reload took it away since the head was read
    metrics_.CountWebhook(kNoSource, WebhookOutcome::kRejectedPath);
    responder.Send(ErrorAnswer(404, "no such path"));
    return;
  }
  const std::string address =
      ClientAddress(request.peer, FindHeader(request, "x-forwarded-for"), now->trusted_proxies);
  if (!Allows(source->options.allow_from, address)) {  // the reload may have tightened it
    metrics_.CountWebhook(source->options.name, WebhookOutcome::kRejectedAddress);
    responder.Send(ErrorAnswer(403, "address"));
    return;
  }
  Webhook webhook{std::move(request.method), std::move(request.headers), std::move(request.body),
                  NextReceipt()};
  auto visit = std::make_shared<Visit>(
      Visit{now->sources, source, std::move(webhook), std::move(responder), metrics_, clock_});
  if (!Verified(visit, address)) return;
  metrics_.SourceEvent(source->options.name, visit->webhook.received);
  const bool posted = workers_.Post(
      {source->options.adapter,
       [this, visit](JobTicket& ticket) {
         const std::shared_ptr<const KnownFlags> known = Known();
         Interpretation reading = Interpret(*visit->source, *known, visit->webhook);
         if (!ticket.Claim()) return;
         const std::string& name = visit->source->options.name;
         switch (reading.outcome) {
           case Interpretation::Outcome::kIgnored:
             Log(LogLevel::kDebug, "event ignored", {{"source", name}, {"reason", reading.reason}});
             visit->Answer(
                 reading.reply ? ReplyAnswer(*reading.reply) : IgnoredAnswer(reading.reason),
                 WebhookOutcome::kIgnored);
             return;
           case Interpretation::Outcome::kHandshake:
             Log(LogLevel::kInfo, "handshake answered", {{"source", name}});
             visit->Answer(reading.reply ? ReplyAnswer(*reading.reply) : IgnoredAnswer("handshake"),
                           WebhookOutcome::kHandshake);
             return;
           case Interpretation::Outcome::kEvent:
             Store(visit, std::move(reading.event), std::move(reading.reply));
             return;
         }
       },
       [this, visit](const std::string& reason) {
         Store(visit, FailedEvent(*visit->source, visit->webhook, reason), std::nullopt);
       }});
  if (!posted) visit->Answer(UnavailableAnswer(), WebhookOutcome::kUnavailable);
}

// True: authentic and within its limit. Else it was answered, or a worker will do so.
bool Intake::Verified(const std::shared_ptr<Visit>& visit, const std::string& address) {
  const Source& source = *visit->source;
  const std::string& name = source.options.name;
  if (source.options.verify) {
    const auto learned = armed_.SecretsOf(source);
    const Verification verification =
        // Not the receipt, which never goes back: after a step of the clock it may lie ahead.
        Verify(source.schemes, learned ? *learned : source.options.secrets, visit->webhook,
               clock_.Now());
    if (verification.verdict != Verdict::kAuthentic) {
      if (!TakeHandshake(visit)) Refuse(*visit, address, verification);
      return false;
    }
    metrics_.CountSecretUsed(name, verification.secret_index);
  }
  if (!WithinLimit(by_source_, name, source)) {
    visit->Answer(ErrorAnswer(429, "rate limit"), WebhookOutcome::kRejectedLimit);
    return false;
  }
  return true;
}

// The body is looked into before it is verified only while an operator waits for this.
bool Intake::TakeHandshake(const std::shared_ptr<Visit>& visit) {
  const Source& source = *visit->source;
  if (visit->webhook.body.size() > kLargestHandshake) return false;
  if (!armed_.IsArmed(source, clock_.Now())) return false;
  const std::optional<Secret> secret = HandshakeSecret(source, visit->webhook);
  if (!secret) return false;
  const std::optional<ArmedSources::Arming> arming = armed_.Take(source, clock_.Now());
  if (!arming) return false;
  KeepSecret(visit, *secret, *arming);
  return true;
}

void Intake::KeepSecret(const std::shared_ptr<Visit>& visit, const Secret& secret,
                        ArmedSources::Arming arming) {
  const auto give_up = [this, visit, arming](const std::string& reason) {
    Log(LogLevel::kError, "handshake's secret not kept",
        {{"source", visit->source->options.name}, {"reason", reason}});
    armed_.PutBack(*visit->source, arming);
    visit->Answer(UnavailableAnswer(), WebhookOutcome::kUnavailable);
  };
  const auto keep = [this, visit, arming, give_up,
                     kept = std::make_shared<const Secret>(secret.Clone())](JobTicket& ticket) {
    // At once: what the disk takes is not to be given up halfway.
    if (!ticket.Claim()) return;
    // As of now: a reload may have come since the handshake.
    const std::shared_ptr<const SourceSet> sources = Sources();
    const Source* now = sources->FindByName(visit->source->options.name);
    if (now == nullptr || !now->options.secret_file ||
        now->options.secret_file->file != arming.file) {
      return give_up("a reload took its file away");
    }
    const Source& source = *now;
    const std::filesystem::path& file = arming.file;
    const Status written = WriteSecretFile(file, *kept, arming.overwrite);
    if (!written) return give_up(written.error().message);
    armed_.Learn(source, *kept);
    Log(LogLevel::kInfo, "handshake taken: its secret is in force",
        {{"source", source.options.name}, {"file", file.string()}});
    visit->Answer(HandshakeAnswer(*visit->source->adapter->armed_secret(), *kept),
                  WebhookOutcome::kHandshake);
  };
  if (!workers_.Post({kSecretFiles, keep, give_up})) give_up("too much work waits");
}

void Intake::Arm(const std::string& name, Overwrite overwrite,
                 std::function<void(Result<TimePoint>)> done) {
  const std::shared_ptr<const SourceSet> sources = Sources();
  const Source* source = sources->FindByName(name);
  if (source == nullptr) {
    return done(Error{Error::Code::kNotFound, "no source is named " + name});
  }
  const auto unavailable = [done](const std::string& reason) {
    done(Error{Error::Code::kUnavailable, reason});
  };
  const auto arm = [this, sources, source, overwrite, done](JobTicket& ticket) {
    if (!ticket.Claim()) return;
    const Result<TimePoint> until = armed_.Arm(*source, overwrite, clock_.Now());
    if (until) {
      Log(LogLevel::kInfo, "armed for a handshake", {{"source", source->options.name}});
    }
    done(until);
  };
  if (!workers_.Post({kSecretFiles, arm, unavailable})) unavailable("too much work waits");
}

// Unverified requests count against their address and not against the source, so that a forger
// can't lock a sender out.
void Intake::Refuse(const Visit& visit, const std::string& address,
                    const Verification& verification) {
  const std::string& name = visit.source->options.name;
  const auto held_back = refusals_.Lock()->Next(name, verification.verdict, clock_.Now());
  if (held_back) {
    Log(LogLevel::kWarning, "signature refused",
        {{"source", name},
         {"reason", verification.reason},
         {"address", address},
         {"held_back", *held_back}});
  }
  if (!WithinLimit(by_address_, name + " " + address, *visit.source)) {
    visit.Answer(ErrorAnswer(429, "rate limit"), WebhookOutcome::kRejectedLimit);
    return;
  }
  visit.Answer(ErrorAnswer(401, "signature"), WebhookOutcome::kRejectedSignature);
}

bool Intake::WithinLimit(Guarded<RateLimiter>& limiter, const std::string& key,
                         const Source& source) {
  if (!source.options.rate_limit) return true;
  return limiter.Lock()->Take(key, *source.options.rate_limit, clock_.Now());
}

void Intake::Store(const std::shared_ptr<Visit>& visit, IncomingEvent event,
                   std::optional<AdapterReply> reply) {
  writer_.Commit(std::move(event), [visit, reply = std::move(reply)](const CommitResult& result) {
    LogCommit(visit->source->options.name, result);
    const bool answered_by_adapter = reply && result.kind != CommitResult::Kind::kUnavailable;
    visit->Answer(answered_by_adapter ? ReplyAnswer(*reply) : CommitAnswer(result),
                  OutcomeOf(result.kind));
  });
}

void Intake::OnRefused(int status, const char* reason) {
  Log(LogLevel::kDebug, "request refused", {{"status", status}, {"reason", reason}});
  const bool too_large = status == 413 || status == 431;
  metrics_.CountWebhook(kNoSource, status == 503 ? WebhookOutcome::kUnavailable
                                   : too_large   ? WebhookOutcome::kRejectedSize
                                                 : WebhookOutcome::kRejectedHttp);
}

TimePoint Intake::NextReceipt() {
  const std::int64_t now = clock_.Now().time_since_epoch().count();
  std::int64_t last = last_receipt_.load();
  std::int64_t next;
  do {
    next = std::max(now, last + 1);
  } while (!last_receipt_.compare_exchange_weak(last, next));
  return TimePoint(Duration(next));
}

}  // namespace flaglinkd
