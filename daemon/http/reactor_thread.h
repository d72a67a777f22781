// The listener's half that runs on a reactor thread: accepts, reads, writes, keeps deadlines.
//
// Built on Pistache's reactor (threads, epoll, dispatch) and on Tcp::Transport's keeping of peers
// (registration, TLS object, removal). The rest of Pistache's way is not used, because it does not
// hold (0.0.5):
//
//   - Its transport queues an answer by file descriptor. When a client goes away and the number is
//     given to the next one, that one reads the answer. Here a connection is known by its serial
//     number, never used twice: it tags the epoll events and addresses the answers, and an answer
//     whose connection is gone is dropped.
//   - Answers that are written from several threads race with the disconnect, and its queues can
//     lose a wake-up. Here only the reactor thread touches a connection; answers come through a
//     mailbox of our own (AnswerMailbox).
//   - Its reads go on while a client sends, hold nobody back, take half a close for a whole one, and
//     finish TLS handshakes while everybody waits. Here: one read per event, none while an answer is
//     due, the handshake in the reads.
//   - Its parser lets requests through that another reader takes for two, and a chunked body can
//     make it spin for ever. Here RequestParser decides.
//   - Its time-outs also cut requests that wait for their answer, which may be stored by then. Here
//     Connection decides.
//   - What is thrown on a reactor thread ends the process. Here every event is guarded, and costs
//     its connection at most.
#pragma once

#include <pistache/transport.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "daemon/base/guarded.h"
#include "daemon/http/answer_mailbox.h"
#include "daemon/http/body_memory.h"
#include "daemon/http/connection.h"
#include "daemon/http/http_listener.h"
#include "daemon/http/unique_fd.h"

typedef struct ssl_ctx_st SSL_CTX;

namespace flaglinkd {

// What all reactor threads of one listener share. Safe for several threads.
struct ListenerState {
  ListenerState(const ListenerOptions& listener_options, HttpHandler& http_handler,
                UniqueFd socket);

  struct Occupancy {
    std::size_t connections = 0;
    int accepting = 0;  // threads that have the listening socket in their epoll set
  };

  const ListenerOptions options;  // of the start: for what never changes
  HttpHandler& handler;
  UniqueFd listen_socket;                 // closed when no thread accepts any more
  Guarded<std::shared_ptr<SSL_CTX>> tls;  // null: plain
  Connection::Timeouts timeouts;
  std::shared_ptr<BodyMemory> body_memory;
  Guarded<Occupancy> occupancy;  // notified when it falls
  std::atomic<bool> draining{false};
};

class ReactorThread final : public Pistache::Tcp::Transport {
 public:
  explicit ReactorThread(std::shared_ptr<ListenerState> state);
  // Closes what is still open; the thread has ended.
  ~ReactorThread() override;

  // From any thread: looks at ListenerState::draining.
  void Wake() const { mailbox_->Wake(); }
  // From any thread: when it last went round. It does so four times a second at least.
  SteadyTime last_alive() const { return last_alive_.load(); }

 private:
  struct Seat {
    Seat(std::shared_ptr<Pistache::Tcp::Peer> tcp_peer, std::uint64_t serial,
         std::string peer_address, const Connection::Surroundings& surroundings, SteadyTime now);
    std::shared_ptr<Pistache::Tcp::Peer> peer;
    Connection connection;
    Connection::Interest registered{.read = true};
  };

  // Pistache makes one of these per thread out of a prototype, registers it before its thread runs,
  // and calls onReady on it.
  std::shared_ptr<Pistache::Aio::Handler> clone() const override;
  void registerPoller(Pistache::Polling::Epoll& poller) override;
  void onReady(const Pistache::Aio::FdSet& events) override;

  void OnEvent(std::uint64_t serial, Connection::Readiness ready);
  void DeliverAnswers();
  void OnTick();
  void Drain();
  void Accept();
  bool AcceptOne();
  bool HasPlace();
  bool CloseLongestKeptAlive();
  void StartAccepting();
  void StopAccepting();
  void AddPeer(UniqueFd fd, const sockaddr_storage& address);
  void Settle(std::uint64_t serial);
  void Remove(std::uint64_t serial);
  template <typename Action>
  void ForEachConnection(Action action);
  template <typename Action>
  void Guard(std::uint64_t serial, Action action);

  const std::shared_ptr<ListenerState> state_;
  const std::shared_ptr<AnswerMailbox> mailbox_;
  const std::unique_ptr<char[]> read_buffer_;
  const Connection::Surroundings surroundings_;
  UniqueFd timer_;
  std::unordered_map<std::uint64_t, Seat> seats_;  // by serial number
  bool accepting_ = false;
  bool drained_ = false;
  SteadyTime now_;
  std::atomic<SteadyTime> last_alive_;
};

}  // namespace flaglinkd
