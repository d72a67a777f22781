// What other threads have for the fetch thread to do, in the order in which they came. May outlive
// it: the store and the workers may answer late. Safe for several threads.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "daemon/base/guarded.h"
#include "daemon/http/http_client.h"

namespace flaglinkd {

class Errands {
 public:
  using Errand = std::function<void()>;

  // `client` is woken for each errand; it outlives the time until Close.
  explicit Errands(HttpClient& client) : state_(State{{}, &client}) {}

  // After Close nothing is taken.
  void Post(Errand errand) {
    const auto state = state_.Lock();
    if (state->client == nullptr) return;
    state->errands.push_back(std::move(errand));
    // Under the lock, so that after Close nobody touches the client; it only writes one byte.
    state->client->Wake();
  }
  void Wake() {
    const auto state = state_.Lock();
    if (state->client != nullptr) state->client->Wake();
  }
  std::vector<Errand> TakeAll() { return std::exchange(state_.Lock()->errands, {}); }
  void Close() {
    std::vector<Errand> dropped;  // after the lock is gone
    const auto state = state_.Lock();
    state->client = nullptr;
    dropped.swap(state->errands);
  }

 private:
  struct State {
    std::vector<Errand> errands;
    HttpClient* client = nullptr;
  };
  Guarded<State> state_;
};

}  // namespace flaglinkd
