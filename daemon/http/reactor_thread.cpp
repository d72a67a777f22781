#include "daemon/http/reactor_thread.h"

#include <openssl/ssl.h>
#include <pistache/peer.h>
#include <pistache/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <system_error>
#include <utility>

#include "daemon/http/listen_socket.h"

namespace flaglinkd {
namespace {

using Pistache::Polling::NotifyOn;
using Pistache::Polling::Tag;

// Tags of epoll events: our own descriptors, then the connections' serial numbers. What is below is
// Pistache's.
constexpr std::uint64_t kMailboxTag = std::uint64_t{1} << 32;
constexpr std::uint64_t kTimerTag = kMailboxTag + 1;
constexpr std::uint64_t kListenTag = kMailboxTag + 2;
constexpr std::uint64_t kFirstSerial = kMailboxTag + 3;

constexpr std::size_t kReadBytes = 64u << 10;  // a TLS record is 16 KiB at most
constexpr int kAcceptsPerRound = 64;           // then the connections have their turn

// The transport insists on a handler for the bytes that it reads; this one's reads are its own.
class NoHandler final : public Pistache::Tcp::Handler {
  PROTOTYPE_OF(Pistache::Tcp::Handler, NoHandler)
  void onInput(const char*, std::size_t, const std::shared_ptr<Pistache::Tcp::Peer>&) override {}
};

// Often enough that a deadline is met within a quarter of its length.
std::chrono::nanoseconds TickLength(const ListenerOptions& options) {
  const Duration shortest =
      std::min({options.head_timeout, options.body_timeout, options.idle_timeout});
  return std::clamp<Duration>(shortest / 4, std::chrono::milliseconds(5),
                              std::chrono::milliseconds(250));
}

UniqueFd StartTimer(std::chrono::nanoseconds tick) {
  UniqueFd timer(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  itimerspec spec{};
  spec.it_interval.tv_nsec = static_cast<long>(tick.count());
  spec.it_value = spec.it_interval;
  if (!timer.valid() || ::timerfd_settime(timer.get(), 0, &spec, nullptr) != 0) {
    throw std::system_error(errno, std::generic_category(), "timerfd");
  }
  return timer;
}

NotifyOn Notifications(Connection::Interest interest) {
  return (interest.read ? NotifyOn::Read : NotifyOn::None) |
         (interest.write ? NotifyOn::Write : NotifyOn::None);
}

}  // namespace

ListenerState::ListenerState(const ListenerOptions& listener_options, HttpHandler& http_handler,
                             UniqueFd socket)
    : options(listener_options),
      handler(http_handler),
      listen_socket(std::move(socket)),
      timeouts(listener_options),
      body_memory(std::make_shared<BodyMemory>(listener_options.max_body_memory)) {}

ReactorThread::Seat::Seat(std::shared_ptr<Pistache::Tcp::Peer> tcp_peer, std::uint64_t serial,
                          std::string peer_address, const Connection::Surroundings& surroundings,
                          SteadyTime now)
    : peer(std::move(tcp_peer)),
      connection(serial, PeerStream(peer->fd(), static_cast<SSL*>(peer->ssl())),
                 std::move(peer_address), surroundings, now) {}

ReactorThread::ReactorThread(std::shared_ptr<ListenerState> state)
    : Transport(std::make_shared<NoHandler>()),
      state_(std::move(state)),
      mailbox_(std::make_shared<AnswerMailbox>()),
      read_buffer_(std::make_unique<char[]>(kReadBytes)),
      surroundings_{state_->timeouts, state_->handler, state_->body_memory, mailbox_,
                    std::span(read_buffer_.get(), kReadBytes)},
      timer_(StartTimer(TickLength(state_->options))),
      now_(std::chrono::steady_clock::now()),
      last_alive_(now_) {}

ReactorThread::~ReactorThread() {
  for (const auto& [serial, seat] : seats_) ::close(seat.peer->fd());
}

std::shared_ptr<Pistache::Aio::Handler> ReactorThread::clone() const {
  return std::make_shared<ReactorThread>(state_);
}

// The base's queues are not registered: nothing is ever put into them.
void ReactorThread::registerPoller(Pistache::Polling::Epoll& poller) {
  const Pistache::Flags<NotifyOn> read(NotifyOn::Read);
  poller.addFd(mailbox_->fd(), read, Tag(kMailboxTag));
  poller.addFd(timer_.get(), read, Tag(kTimerTag));
  poller.addFd(state_->listen_socket.get(), read, Tag(kListenTag));
  accepting_ = true;
  ++state_->occupancy.Lock()->accepting;
}

// Connections first, then what takes their places: an event of this round never meets a newcomer.
void ReactorThread::onReady(const Pistache::Aio::FdSet& events) {
  now_ = std::chrono::steady_clock::now();
  last_alive_.store(now_);
  bool tick = false, listen = false;
  for (const auto& event : events) {
    const std::uint64_t tag = event.getTag().value();
    if (tag == kTimerTag) tick = true;
    if (tag == kListenTag) listen = true;
    if (tag < kFirstSerial) continue;
    Connection::Readiness ready{event.isReadable(), event.isWritable(), event.isHangup()};
    // An error has no flag of its own.
    ready.hung_up = ready.hung_up || (!ready.readable && !ready.writable);
    Guard(tag, [&] { OnEvent(tag, ready); });
  }
  // Answers that the handler gave at once are sent here too, and not while reading: one fast client
  // would have the thread for itself.
  DeliverAnswers();
  if (state_->draining && !drained_) Guard(0, [&] { Drain(); });
  if (tick) Guard(0, [&] { OnTick(); });
  if (listen) Guard(0, [&] { Accept(); });
}

// What an action throws (out of memory, an epoll call that failed) ends its connection, and nothing
// else.
template <typename Action>
void ReactorThread::Guard(std::uint64_t serial, Action action) {
  try {
    action();
  } catch (...) {
    Remove(serial);
  }
}

void ReactorThread::OnEvent(std::uint64_t serial, Connection::Readiness ready) {
  const auto seat = seats_.find(serial);
  if (seat == seats_.end()) return;
  seat->second.connection.OnReady(ready, now_);
  Settle(serial);
}

void ReactorThread::DeliverAnswers() {
  for (AnswerMailbox::Answer& answer : mailbox_->Take()) {
    Guard(answer.connection, [&] {
      const auto seat = seats_.find(answer.connection);
      if (seat == seats_.end()) return;  // the client is gone, and nobody else gets it
      seat->second.connection.OnAnswer(std::move(answer.response), now_);
      Settle(answer.connection);
    });
  }
}

template <typename Action>
void ReactorThread::ForEachConnection(Action action) {
  for (auto next = seats_.begin(); next != seats_.end();) {
    const auto seat = next++;  // which may be gone afterwards
    const std::uint64_t serial = seat->first;
    Guard(serial, [&] {
      action(seat->second.connection);
      Settle(serial);
    });
  }
}

void ReactorThread::OnTick() {
  std::uint64_t ticks = 0;
  (void)!::read(timer_.get(), &ticks, sizeof ticks);  // or epoll reports it for ever
  if (!accepting_ && !drained_) StartAccepting();
  ForEachConnection([this](Connection& connection) { connection.OnTick(now_); });
}

void ReactorThread::Drain() {
  drained_ = true;
  StopAccepting();
  ForEachConnection([](Connection& connection) { connection.Finish(); });
  --state_->occupancy.Lock()->accepting;
  state_->occupancy.Notify();
}

void ReactorThread::StartAccepting() {
  reactor()->registerFd(key(), state_->listen_socket.get(), NotifyOn::Read, Tag(kListenTag));
  accepting_ = true;
}

void ReactorThread::StopAccepting() {
  if (!std::exchange(accepting_, false)) return;
  reactor()->removeFd(key(), state_->listen_socket.get());
}

void ReactorThread::Accept() {
  for (int i = 0; accepting_ && i < kAcceptsPerRound; ++i) {
    if (!AcceptOne()) return;
  }
}

// False when nobody waits, or there is no place for a newcomer. In the second case accepting rests
// until the next tick: they wait in the kernel's queue meanwhile, and a socket that stays readable
// does not keep the thread spinning.
bool ReactorThread::AcceptOne() {
  if (!HasPlace()) {
    pollfd waiting{state_->listen_socket.get(), POLLIN, 0};
    if (::poll(&waiting, 1, 0) <= 0) return false;
    if (!CloseLongestKeptAlive()) return StopAccepting(), false;
  }
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  UniqueFd fd(::accept4(state_->listen_socket.get(), reinterpret_cast<sockaddr*>(&address), &size,
                        SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (fd.valid()) return AddPeer(std::move(fd), address), true;
  const bool out_of_descriptors =
      errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
  if (out_of_descriptors) StopAccepting();
  // Every other error is that of one client which went away while it waited (accept(2), "Error
  // handling").
  return !out_of_descriptors && errno != EAGAIN && errno != EWOULDBLOCK;
}

bool ReactorThread::HasPlace() {
  return state_->occupancy.Lock()->connections < state_->options.max_connections;
}

// A client that keeps a connection for later must live with its being closed; one that is waiting
// to be served gets its place.
bool ReactorThread::CloseLongestKeptAlive() {
  auto longest = seats_.end();
  for (auto seat = seats_.begin(); seat != seats_.end(); ++seat) {
    const Connection& connection = seat->second.connection;
    if (!connection.kept_alive()) continue;
    if (longest == seats_.end() || connection.changed() < longest->second.connection.changed()) {
      longest = seat;
    }
  }
  if (longest == seats_.end()) return false;
  longest->second.connection.Finish();
  Settle(longest->first);
  return true;
}

void ReactorThread::AddPeer(UniqueFd fd, const sockaddr_storage& address) {
  using Pistache::Tcp::Peer;
  const std::shared_ptr<SSL_CTX> context = *state_->tls.Lock();
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl(context ? SSL_new(context.get()) : nullptr,
                                                &SSL_free);
  if (context != nullptr) {
    if (ssl == nullptr || SSL_set_fd(ssl.get(), fd.get()) != 1) return;
    SSL_set_accept_state(
        ssl.get());  // no SSL_accept: the first reads do the handshake, and never wait
  }
  const std::shared_ptr<Peer> peer =
      ssl ? Peer::CreateSSL(fd.get(), {}, ssl.get()) : Peer::Create(fd.get(), {});
  ssl.release();  // the peer's now
  const std::uint64_t serial = kFirstSerial + peer->getID();
  seats_.try_emplace(serial, peer, serial, PeerAddress(address), surroundings_, now_);
  fd.Release();  // the seat's now
  ++state_->occupancy.Lock()->connections;
  Guard(serial, [&] {
    handleNewPeer(peer);
    reactor()->modifyFd(key(), peer->fd(), NotifyOn::Read, Tag(serial));
  });
}

// Does what the connection came to want while it was served.
void ReactorThread::Settle(std::uint64_t serial) {
  Seat& seat = seats_.at(serial);
  if (seat.connection.closed()) return Remove(serial);
  const Connection::Interest interest = seat.connection.interest();
  if (interest == seat.registered) return;
  reactor()->modifyFd(key(), seat.peer->fd(), Notifications(interest), Tag(serial));
  seat.registered = interest;
}

void ReactorThread::Remove(std::uint64_t serial) {
  const auto seat = seats_.find(serial);
  if (seat == seats_.end()) return;
  const std::shared_ptr<Pistache::Tcp::Peer> peer = seat->second.peer;
  seats_.erase(seat);
  try {
    removePeer(peer);
  } catch (...) {
    ::close(peer->fd());  // which is the last that it does, and what it throws comes before
  }
  --state_->occupancy.Lock()->connections;
  state_->occupancy.Notify();
}

}  // namespace flaglinkd
