// The product's HTTP client in a world where one server ("https://slack.com") stands elsewhere
// ("http://127.0.0.1:1234") and there is no other.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "daemon/http/http_client.h"

namespace flaglinkd {

class RedirectedClient final : public HttpClient {
 public:
  RedirectedClient(std::string from, std::string to)
      : from_(std::move(from) + '/'), to_(std::move(to) + '/') {}

  void Start(HttpCall call, const Secret& authorization,
             std::function<void(HttpAnswer)> done) override {
    // An empty URL is refused by the client.
    call.url = call.url.starts_with(from_) ? to_ + call.url.substr(from_.size()) : "";
    client_->Start(std::move(call), authorization, std::move(done));
  }
  void Poll(Duration patience) override { client_->Poll(patience); }
  void Wake() override { client_->Wake(); }
  std::size_t in_flight() const override { return client_->in_flight(); }

 private:
  const std::string from_, to_;
  const std::unique_ptr<HttpClient> client_ = HttpClient::Create({});
};

}  // namespace flaglinkd
