// Pistache's own endpoint answering 204 to everything: the yardstick for what the library costs at
// least. Prints its port.
#include <pistache/endpoint.h>
#include <signal.h>

#include <cstdio>

namespace {

class NoContent : public Pistache::Http::Handler {
 public:
  HTTP_PROTOTYPE(NoContent)
  void onRequest(const Pistache::Http::Request&, Pistache::Http::ResponseWriter response) override {
    response.headers().add<Pistache::Http::Header::Connection>(
        Pistache::Http::ConnectionControl::KeepAlive);
    response.send(Pistache::Http::Code::No_Content);
  }
};

}  // namespace

int main() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  Pistache::Http::Endpoint server(Pistache::Address("127.0.0.1", 0));
  server.init(Pistache::Http::Endpoint::options().threads(1).maxRequestSize(1 << 20).flags(
      Pistache::Tcp::Options::ReuseAddr | Pistache::Tcp::Options::NoDelay));
  server.setHandler(Pistache::Http::make_handler<NoContent>());
  server.serveThreaded();
  std::printf("%u\n", static_cast<unsigned>(server.getPort()));
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  server.shutdown();
}
