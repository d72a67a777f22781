// One HTTP/1 request after another out of a stream of bytes that is cut anywhere. Pure: no I/O, no
// time. Not safe for several threads.
//
//   head → (the caller decides on the body) → body → request → head → …
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/http/chunked_body.h"
#include "daemon/http/http_message.h"
#include "daemon/http/request_head.h"

namespace flaglinkd {

class RequestParser {
 public:
  enum class State {
    kIdle,     // no byte of the next request yet
    kHead,     // in the midst of it
    kDecide,   // the head is there; it waits for AcceptBody
    kBody,     // in the midst of it
    kRequest,  // the request is whole; it waits for TakeRequest
    kRefused,  // for ever
  };

  // Takes bytes and says how many were used: all of them, unless it comes to kDecide, kRequest or
  // kRefused, where it uses none.
  std::size_t Feed(std::string_view bytes);

  // In kDecide: a body of more than `limit` bytes is refused.
  void AcceptBody(std::size_t limit);
  // In kRequest: hands it over and starts anew.
  HttpRequest TakeRequest();

  State state() const { return state_; }
  const Refusal& refusal() const { return refusal_; }  // in kRefused
  HttpRequest& request() { return head_.request; }     // from kDecide to TakeRequest
  std::size_t body_bytes() const { return head_.request.body.size(); }
  // From kDecide on, until the next head is there:
  bool has_body() const { return head_.chunked || head_.content_length > 0; }
  bool expects_continue() const { return head_.expects_continue; }
  bool close() const { return head_.close; }

 private:
  std::size_t FeedHead(std::string_view bytes);
  std::size_t FeedBody(std::string_view bytes);
  void HeadEnded();
  void Refuse(const Refusal& refusal);

  State state_ = State::kIdle;
  std::string text_;            // of the head so far
  std::size_t line_start_ = 0;  // in text_
  bool skipped_empty_line_ = false;
  RequestHead head_;
  std::optional<ChunkedBody> chunked_;
  Refusal refusal_;
};

}  // namespace flaglinkd
