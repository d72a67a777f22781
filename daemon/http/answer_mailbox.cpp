#include "daemon/http/answer_mailbox.h"

#include <sys/eventfd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace flaglinkd {

AnswerMailbox::AnswerMailbox() : event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (!event_.valid()) throw std::system_error(errno, std::generic_category(), "eventfd");
}

void AnswerMailbox::Post(Answer answer) {
  bool first = false;
  {
    auto answers = answers_.Lock();
    first = answers->empty();
    answers->push_back(std::move(answer));
  }
  // Whoever finds the box empty wakes the reactor; the others' answers are taken along.
  if (first) Wake();
}

void AnswerMailbox::Wake() const {
  (void)::eventfd_write(event_.get(), 1);
}

std::vector<AnswerMailbox::Answer> AnswerMailbox::Take() {
  // First the event, then the answers: the other way round, an answer posted between the two would
  // lose its wake-up.
  eventfd_t count = 0;
  (void)::eventfd_read(event_.get(), &count);
  return std::exchange(*answers_.Lock(), {});
}

Responder::Slot::~Slot() {
  if (answered_.exchange(true)) return;
  try {
    mailbox_->Post({connection_, std::nullopt});
  } catch (...) {
    // Out of memory: the client waits until it gives up.
  }
}

void Responder::Slot::Send(HttpResponse response) {
  if (answered_.exchange(true)) return;
  body_.Release();
  mailbox_->Post({connection_, std::move(response)});
}

void Responder::Send(HttpResponse response) const {
  slot_->Send(std::move(response));
}

}  // namespace flaglinkd
