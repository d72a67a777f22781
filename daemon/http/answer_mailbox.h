// The way of an answer from any thread to the reactor thread that owns its connection. Only that
// thread touches connections.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "daemon/base/guarded.h"
#include "daemon/http/body_memory.h"
#include "daemon/http/http_listener.h"
#include "daemon/http/unique_fd.h"

namespace flaglinkd {

// One per reactor thread, shared with the Responders that post to it, which may outlive the
// listener.
class AnswerMailbox {
 public:
  struct Answer {
    std::uint64_t connection = 0;          // its serial number, which is never used again
    std::optional<HttpResponse> response;  // none: the Responder was dropped
  };

  // Throws std::system_error if the system has no eventfd left.
  AnswerMailbox();

  // From any thread.
  void Post(Answer answer);
  // From any thread: the reactor goes round once.
  void Wake() const;

  // For the reactor thread. Readable when there is something to Take.
  int fd() const { return event_.get(); }
  std::vector<Answer> Take();

 private:
  UniqueFd event_;
  Guarded<std::vector<Answer>> answers_;
};

// The one answer that a request gets. Its body counts as held until then.
class Responder::Slot {
 public:
  Slot(std::shared_ptr<AnswerMailbox> mailbox, std::uint64_t connection, BodyMemory::Share body)
      : mailbox_(std::move(mailbox)), connection_(connection), body_(std::move(body)) {}
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  ~Slot();

  void Send(HttpResponse response);

 private:
  std::shared_ptr<AnswerMailbox> mailbox_;
  std::uint64_t connection_;
  BodyMemory::Share body_;
  std::atomic<bool> answered_{false};
};

}  // namespace flaglinkd
