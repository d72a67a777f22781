// One client: its requests one after the other, its deadlines, and the bytes that wait to be sent.
// Lives on the reactor thread that accepted it, and nothing here waits.
//
//   kReceiving → kAnswering (the handler has it) → kSending → kReceiving, or kLingering → kClosed
//
// A request that the handler has is never cut by a deadline: it may be stored already. Until it is
// answered and the answer sent, no further request is looked at, so that one answer at a time waits
// here.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "daemon/http/answer_mailbox.h"
#include "daemon/http/body_memory.h"
#include "daemon/http/http_listener.h"
#include "daemon/http/peer_stream.h"
#include "daemon/http/request_parser.h"
#include "daemon/http/response_text.h"

namespace flaglinkd {

using SteadyTime = std::chrono::steady_clock::time_point;

class Connection {
 public:
  // As in ListenerOptions. Set from any thread; a wait that runs already keeps its deadline.
  struct Timeouts {
    explicit Timeouts(const ListenerOptions& options) { Set(options); }
    void Set(const ListenerOptions& options) {
      head = options.head_timeout;
      body = options.body_timeout;
      idle = options.idle_timeout;
    }
    std::atomic<Duration> head, body, idle;
  };
  // What it shares with the other connections of its thread; outlives them.
  struct Surroundings {
    const Timeouts& timeouts;
    HttpHandler& handler;
    std::shared_ptr<BodyMemory> body_memory;
    std::shared_ptr<AnswerMailbox> mailbox;
    std::span<char> read_buffer;
  };
  struct Readiness {
    bool readable = false, writable = false, hung_up = false;
  };
  struct Interest {
    bool read = false, write = false;
    bool operator==(const Interest&) const = default;
  };

  // `serial`: never given to another connection of the process.
  Connection(std::uint64_t serial, PeerStream stream, std::string peer_address,
             const Surroundings& surroundings, SteadyTime now);

  void OnReady(Readiness ready, SteadyTime now);
  // The handler's answer to the request that it has; none: it dropped the Responder.
  void OnAnswer(std::optional<HttpResponse> response, SteadyTime now);
  void OnTick(SteadyTime now);
  // Closes now if kept alive for nothing, else after the request that is under way or on its way.
  void Finish();

  // The owner closes the socket.
  bool closed() const { return state_ == State::kClosed; }
  // Between two requests: may be closed at any time (RFC 9112, 9.5). One that has not asked yet is
  // not: its request is on its way.
  bool kept_alive() const { return served_ && idle(); }
  // When it last began to wait for something.
  SteadyTime changed() const { return changed_; }
  // What epoll should report; hang-ups always count.
  Interest interest() const;

 private:
  enum class State { kReceiving, kAnswering, kSending, kLingering, kClosed };

  bool idle() const {
    return state_ == State::kReceiving && parser_.state() == RequestParser::State::kIdle;
  }

  void Receive(SteadyTime now);
  void Parse(std::string_view bytes, SteadyTime now);
  void OnProgress(RequestParser::State before, SteadyTime now);
  void OnHead(SteadyTime now);
  void OnRequest();
  void CountBody(SteadyTime now);
  void BeginAnswering();
  void Refuse(Refusal refusal, SteadyTime now);
  void Answer(const HttpResponse& response, SteadyTime now);
  void Send(SteadyTime now);
  void OnSent(SteadyTime now);
  void Await(Duration patience, SteadyTime now);
  void CloseIdle();
  void Close() { state_ = State::kClosed; }

  const std::uint64_t serial_;
  PeerStream stream_;
  const std::string peer_address_;
  const Surroundings& surroundings_;

  State state_ = State::kReceiving;
  SteadyTime changed_, deadline_;
  RequestParser parser_;
  BodyMemory::Share body_;
  std::string held_;     // read already, but of a later request
  std::string output_;   // not sent yet
  bool paused_ = false;  // the client goes on sending while nothing is received
  AnswerBody answer_body_ = AnswerBody::kSent;
  bool served_ = false;  // a request at least
  bool last_request_ = false;
};

}  // namespace flaglinkd
