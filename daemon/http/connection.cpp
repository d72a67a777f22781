#include "daemon/http/connection.h"

#include <utility>
#include <variant>

#include "daemon/base/check.h"

namespace flaglinkd {
namespace {

// How long the client may take to read the last answer and close, once nothing more is sent to it.
// Without this, closing with unread input resets the connection, and the answer may be lost on its
// way (RFC 9112, 9.6).
constexpr Duration kLinger = std::chrono::seconds(1);

constexpr Refusal kDropped{503, "not answered"};

}  // namespace

// Whoever connects speaks at once: the first request's head (and a TLS handshake) must be there in
// time, or silent clients would fill every place for as long as an idle one may stay.
Connection::Connection(std::uint64_t serial, PeerStream stream, std::string peer_address,
                       const Surroundings& surroundings, SteadyTime now)
    : serial_(serial),
      stream_(stream),
      peer_address_(std::move(peer_address)),
      surroundings_(surroundings),
      body_(surroundings.body_memory) {
  Await(surroundings_.timeouts.head, now);
}

Connection::Interest Connection::interest() const {
  const bool receives = state_ == State::kReceiving || state_ == State::kLingering;
  return {.read = receives || !paused_,
          .write = !output_.empty() || (receives && stream_.read_wants_write())};
}

void Connection::OnReady(Readiness ready, SteadyTime now) {
  if (ready.writable && !output_.empty()) Send(now);
  switch (state_) {
    case State::kReceiving:
    case State::kLingering: return Receive(now);
    case State::kAnswering:
    case State::kSending:
      // Half a close leaves the answer its way; a hang-up does not. Asking epoll for less only when
      // the client does send spares two system calls for every ordinary request.
      if (ready.hung_up) return Close();
      paused_ = paused_ || ready.readable;
      return;
    case State::kClosed: return;
  }
}

// One read per event: a client that sends without end gets its turn like everybody else.
void Connection::Receive(SteadyTime now) {
  const PeerStream::Outcome read = stream_.Read(surroundings_.read_buffer);
  switch (read.kind) {
    case PeerStream::Outcome::Kind::kLater: return;
    case PeerStream::Outcome::Kind::kClosed: return Close();
    case PeerStream::Outcome::Kind::kMoved:
      if (state_ == State::kLingering) return;
      return Parse({surroundings_.read_buffer.data(), read.bytes}, now);
  }
}

void Connection::Parse(std::string_view bytes, SteadyTime now) {
  while (!bytes.empty() && state_ == State::kReceiving) {
    const RequestParser::State before = parser_.state();
    bytes.remove_prefix(parser_.Feed(bytes));
    OnProgress(before, now);
  }
  if (state_ == State::kAnswering) held_.assign(bytes);
}

void Connection::OnProgress(RequestParser::State before, SteadyTime now) {
  switch (parser_.state()) {
    case RequestParser::State::kIdle: return;
    case RequestParser::State::kHead:
      if (before == RequestParser::State::kIdle) Await(surroundings_.timeouts.head, now);
      return;
    case RequestParser::State::kDecide: return OnHead(now);
    case RequestParser::State::kBody: return CountBody(now);
    case RequestParser::State::kRequest:
      CountBody(now);
      if (state_ == State::kReceiving) OnRequest();
      return;
    case RequestParser::State::kRefused: return Refuse(parser_.refusal(), now);
  }
}

void Connection::OnHead(SteadyTime now) {
  parser_.request().peer = peer_address_;
  last_request_ = last_request_ || parser_.close();
  if (parser_.request().method == "HEAD") answer_body_ = AnswerBody::kLeftOut;
  auto decision = surroundings_.handler.OnHead(parser_.request());
  if (HttpResponse* response = std::get_if<HttpResponse>(&decision)) {
    last_request_ = last_request_ || parser_.has_body();
    parser_ = RequestParser();
    BeginAnswering();
    surroundings_.mailbox->Post({serial_, std::move(*response)});
    return;
  }
  parser_.AcceptBody(std::get<HttpHandler::Accept>(decision).body_limit);
  if (parser_.state() == RequestParser::State::kRefused) return Refuse(parser_.refusal(), now);
  if (parser_.state() == RequestParser::State::kRequest) return OnRequest();
  Await(surroundings_.timeouts.body, now);
  if (parser_.expects_continue()) {
    output_.append("HTTP/1.1 100 Continue\r\n\r\n");
    Send(now);
  }
}

void Connection::OnRequest() {
  BeginAnswering();
  surroundings_.handler.OnRequest(parser_.TakeRequest(),
                                  Responder(std::make_shared<Responder::Slot>(
                                      surroundings_.mailbox, serial_, std::move(body_))));
}

void Connection::BeginAnswering() {
  state_ = State::kAnswering;
  deadline_ = SteadyTime::max();
}

void Connection::CountBody(SteadyTime now) {
  if (!body_.GrowTo(parser_.body_bytes())) Refuse({503, "too many bodies in memory"}, now);
}

void Connection::OnAnswer(std::optional<HttpResponse> response, SteadyTime now) {
  FLAGLINKD_CHECK(state_ == State::kAnswering);
  if (!response) return Refuse(kDropped, now);
  Answer(*response, now);
}

void Connection::Refuse(Refusal refusal, SteadyTime now) {
  surroundings_.handler.OnRefused(refusal.status, refusal.reason);
  parser_ = RequestParser();  // gives its memory back
  body_.Release();
  Answer(RefusalResponse(refusal), now);
}

void Connection::Answer(const HttpResponse& response, SteadyTime now) {
  last_request_ = last_request_ || response.close;
  output_.append(FormatResponse(response, answer_body_,
                                last_request_ ? AfterAnswer::kClose : AfterAnswer::kKeepOpen,
                                SystemClock().Now()));
  state_ = State::kSending;
  // It may take as long to read as a body may take to send.
  Await(surroundings_.timeouts.body, now);
  Send(now);
}

void Connection::Send(SteadyTime now) {
  std::size_t sent = 0;
  while (sent < output_.size()) {
    const PeerStream::Outcome written = stream_.Write(std::string_view(output_).substr(sent));
    if (written.kind == PeerStream::Outcome::Kind::kClosed) return Close();
    if (written.kind == PeerStream::Outcome::Kind::kLater) break;
    sent += written.bytes;
  }
  output_.erase(0, sent);
  if (output_.empty() && state_ == State::kSending) OnSent(now);
}

void Connection::OnSent(SteadyTime now) {
  if (last_request_) {
    stream_.ShutDownWrites();
    state_ = State::kLingering;
    return Await(kLinger, now);
  }
  state_ = State::kReceiving;
  served_ = true;
  paused_ = false;
  answer_body_ = AnswerBody::kSent;
  output_ = std::string();  // idle connections hold nothing
  Await(surroundings_.timeouts.idle, now);
  Parse(std::exchange(held_, {}), now);
}

void Connection::OnTick(SteadyTime now) {
  if (now < deadline_) return;
  if (idle()) return CloseIdle();
  if (state_ == State::kReceiving) return Refuse({408, "too slow"}, now);
  Close();
}

// A client that has just connected has its request on the way: it is still answered.
void Connection::Finish() {
  last_request_ = true;
  if (kept_alive()) CloseIdle();
}

void Connection::CloseIdle() {
  stream_.ShutDownWrites();
  Close();
}

void Connection::Await(Duration patience, SteadyTime now) {
  changed_ = now;
  deadline_ = now + patience;
}

}  // namespace flaglinkd
