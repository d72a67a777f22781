// The product's HTTP client, one request at a time and waited for.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "daemon/http/http_client.h"

namespace flaglinkd {

class BlockingClient {
 public:
  HttpAnswer Send(HttpCall call) {
    std::optional<HttpAnswer> answer;
    client_->Start(std::move(call), no_authorization_,
                   [&](HttpAnswer result) { answer = std::move(result); });
    while (!answer) client_->Poll(std::chrono::seconds(1));
    return *std::move(answer);
  }

  HttpAnswer Post(const std::string& url, std::vector<Header> headers, std::string body) {
    HttpCall call;
    call.method = "POST";
    call.url = url;
    call.headers = std::move(headers);
    call.body = std::move(body);
    return Send(std::move(call));
  }

  HttpAnswer Get(const std::string& url) {
    HttpCall call;
    call.method = "GET";
    call.url = url;
    return Send(std::move(call));
  }

 private:
  Secret no_authorization_;
  std::unique_ptr<HttpClient> client_ = HttpClient::Create(HttpClient::Options{});
};

}  // namespace flaglinkd
