// A small HTTP/1.1 server on loopback around a function, which misbehaves when told to. Own
// threads, all joined; safe for several threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/http/http_message.h"

namespace flaglinkd {

class FaultServer {
 public:
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  enum class Fault {
    kNone,
    kAnswer,      // `answer` instead of the handler's work
    kLoseAnswer,  // the work is done, then the connection is closed without a word
    kCutAnswer,   // the work is done, and half of the answer is sent
    kReset,       // the connection is reset before the work
    kHang,        // nothing happens until the fault ends
    kRubbish,     // the work is done, and what comes back is no HTTP
  };
  struct Misbehaviour {
    Fault fault = Fault::kNone;
    HttpResponse answer;  // for kAnswer
    Duration delay{0};    // before anything else; ends early when the server does
  };
  struct Arrival {
    TimePoint when;
    std::string method, path;
  };

  // Listens on a free port at once.
  explicit FaultServer(Handler handler);
  ~FaultServer();
  FaultServer(const FaultServer&) = delete;
  FaultServer& operator=(const FaultServer&) = delete;

  std::string origin() const;  // "http://127.0.0.1:port"

  // For the next `times` requests, or until told otherwise.
  void Misbehave(Misbehaviour misbehaviour, std::optional<int> times = std::nullopt);
  void Behave();

  // Closes the listening socket and every connection; Accept listens on the same port again.
  void Refuse();
  void Accept();

  // In the order in which they were read.
  std::vector<Arrival> Arrivals() const;
  int Connections() const;  // accepted so far

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace flaglinkd
