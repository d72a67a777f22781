#include "daemon/http/request_parser.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "daemon/base/check.h"

namespace flaglinkd {

std::size_t RequestParser::Feed(std::string_view bytes) {
  switch (state_) {
    case State::kIdle:
    case State::kHead: return FeedHead(bytes);
    case State::kBody: return FeedBody(bytes);
    case State::kDecide:
    case State::kRequest:
    case State::kRefused: return 0;
  }
  return 0;
}

// Every byte is looked at as it comes, so that what can't become a head (a TLS hello, lines that
// end in LF) is refused at once and not when its time is up.
std::size_t RequestParser::FeedHead(std::string_view bytes) {
  std::size_t used = 0;
  while (used < bytes.size()) {
    state_ = State::kHead;
    const char c = bytes[used++];
    const bool after_cr = !text_.empty() && text_.back() == '\r';
    if ((c == '\n') != after_cr) return Refuse({400, "line end"}), used;
    const auto code = static_cast<unsigned char>(c);
    if ((code < 0x20 && c != '\r' && c != '\n' && c != '\t') || code == 0x7f) {
      return Refuse({400, "control character"}), used;
    }
    if (text_.size() == kMaxHeadBytes) return Refuse({431, "head too large"}), used;
    text_.push_back(c);
    if (c != '\n') continue;
    const bool empty_line = text_.size() - line_start_ == 2;
    line_start_ = text_.size();
    if (!empty_line) continue;
    if (text_.size() > 2) return HeadEnded(), used;
    // One empty line before a request is forgiven (RFC 9112, 2.2).
    if (std::exchange(skipped_empty_line_, true)) return Refuse({400, "request line"}), used;
    text_.clear();
    line_start_ = 0;
  }
  return used;
}

void RequestParser::HeadEnded() {
  auto parsed = ParseRequestHead(std::string_view(text_).substr(0, text_.size() - 2));
  text_.clear();
  line_start_ = 0;
  skipped_empty_line_ = false;
  if (const Refusal* refusal = std::get_if<Refusal>(&parsed)) return Refuse(*refusal);
  head_ = std::get<RequestHead>(std::move(parsed));
  state_ = State::kDecide;
}

void RequestParser::AcceptBody(std::size_t limit) {
  FLAGLINKD_CHECK(state_ == State::kDecide);
  if (head_.content_length > limit) return Refuse({413, "body over the limit"});
  if (head_.chunked) chunked_.emplace(limit);
  state_ = has_body() ? State::kBody : State::kRequest;
}

std::size_t RequestParser::FeedBody(std::string_view bytes) {
  std::string& body = head_.request.body;
  if (chunked_) {
    const std::size_t used = chunked_->Feed(bytes, body);
    if (chunked_->refusal()) Refuse(*chunked_->refusal());
    if (chunked_->done()) state_ = State::kRequest;
    return used;
  }
  const std::size_t used =
      std::min<std::uint64_t>(bytes.size(), head_.content_length - body.size());
  body.append(bytes, 0, used);
  if (body.size() == head_.content_length) state_ = State::kRequest;
  return used;
}

HttpRequest RequestParser::TakeRequest() {
  FLAGLINKD_CHECK(state_ == State::kRequest);
  state_ = State::kIdle;
  chunked_.reset();
  return std::exchange(head_.request, {});
}

void RequestParser::Refuse(const Refusal& refusal) {
  refusal_ = refusal;
  state_ = State::kRefused;
}

}  // namespace flaglinkd
