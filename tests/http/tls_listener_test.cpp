#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <fstream>

#include "tests/http/tls_fixture.h"

namespace flaglinkd {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kLastGet = "GET /ok HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

TEST_F(TlsListenerTest, AnswersOverTlsAndEndsInOrder) {
  Start();
  TlsClient client = ConnectTls();
  ASSERT_TRUE(client.connected());
  client.Send("POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  client.Send(kLastGet);
  const std::string answers = client.ReadToEnd();
  EXPECT_THAT(answers, HasSubstr("\r\n\r\nPOST /1 abcHTTP/1.1 200"));
  EXPECT_EQ(BodyOf(answers.substr(answers.rfind("HTTP/1.1"))), "GET /ok ");
  EXPECT_TRUE(client.ended_in_order());
}

TEST_F(TlsListenerTest, CarriesBodiesOfManyRecordsBothWays) {
  const std::string body(1'000'000, 'b');
  Start();
  TlsClient client = ConnectTls();
  client.Send("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1000000\r\n\r\n");
  client.Send(body);
  EXPECT_EQ(BodyOf(client.ReadToEnd()), "POST / " + body);
}

TEST_F(TlsListenerTest, TakesTls12AndNothingOlder) {
  Start();
  EXPECT_TRUE(TlsClient(Connect(), nullptr, TLS1_2_VERSION).connected());
  EXPECT_FALSE(TlsClient(Connect(), nullptr, TLS1_1_VERSION).connected());
}

TEST_F(TlsListenerTest, SilentClientsDelayNobody) {
  Start();
  std::deque<TestClient> silent;
  for (int i = 0; i < 100; ++i) silent.push_back(Connect());
  TlsClient client = ConnectTls();
  client.Send(kLastGet);
  EXPECT_EQ(StatusOf(client.ReadToEnd()), 200);
  EXPECT_EQ(silent.front().BytesThere(), 0u);
}

TEST_F(TlsListenerTest, AHandshakeThatStopsHalfWayIsTimedOut) {
  options_.head_timeout = std::chrono::milliseconds(40);
  Start();
  TestClient client = Connect();
  client.Send("\x16\x03\x01\x02");
  EXPECT_EQ(client.ReadToEnd(), "");
}

TEST_F(TlsListenerTest, ClosesOnAClientThatSpeaksNoTls) {
  Start();
  TestClient client = Connect();
  client.Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  client.ReadToEnd();
  TlsClient next = ConnectTls();
  EXPECT_TRUE(next.connected());
}

class ClientCertificateTest : public TlsListenerTest {
 protected:
  ClientCertificateTest() {
    authority_.Write(File("ca.pem"), File("ca-key.pem"));
    options_.tls->client_ca = File("ca.pem");
  }
  std::string Ask(const Identity* identity) {
    TlsClient client = ConnectTls(identity);
    client.Send(kLastGet);
    return client.ReadToEnd();
  }

  const Identity authority_ = Identity::Make("authority");
};

TEST_F(ClientCertificateTest, OnlyClientsOfTheAuthorityAreServed) {
  Start();
  const Identity known = Identity::Make("known", &authority_);
  const Identity stranger = Identity::Make("stranger");
  EXPECT_EQ(Ask(nullptr), "");
  EXPECT_EQ(Ask(&stranger), "");
  EXPECT_EQ(StatusOf(Ask(&known)), 200);
}

TEST_F(TlsListenerTest, ReloadsCertificatesForNewClients) {
  Start();
  TlsClient old = ConnectTls();
  EXPECT_EQ(old.server_name(), "server one");
  Identity::Make("server two").Write(File("cert.pem"), File("key.pem"));
  ASSERT_TRUE(listener_->Reload(options_).ok());
  EXPECT_EQ(ConnectTls().server_name(), "server two");
  old.Send(kLastGet);
  EXPECT_EQ(StatusOf(old.ReadToEnd()), 200);
}

TEST_F(TlsListenerTest, AFailedReloadLeavesTheOldCertificate) {
  Start();
  std::ofstream(File("cert.pem")) << "not a certificate";
  const Status reloaded = listener_->Reload(options_);
  ASSERT_FALSE(reloaded.ok());
  EXPECT_THAT(reloaded.error().message, StartsWith("read certificate " + File("cert.pem") + ": "));
  EXPECT_EQ(ConnectTls().server_name(), "server one");
}

TEST_F(TlsListenerTest, SaysWhichFileCannotBeUsed) {
  const auto failure = [&] {
    auto started = HttpListener::Start(options_, handler_);
    return started.ok() ? "started" : started.error().message;
  };
  const ListenerOptions::Tls good = *options_.tls;
  Identity::Make("other").Write(File("other.pem"), File("other-key.pem"));
  options_.tls->certificate = File("none.pem");
  EXPECT_EQ(failure(), "read certificate " + File("none.pem") + ": No such file or directory");
  options_.tls = good;
  options_.tls->key = File("other-key.pem");
  EXPECT_THAT(failure(), HasSubstr(File("other-key.pem") + ": key values mismatch"));
  options_.tls = good;
  options_.tls->client_ca = File("key.pem");
  EXPECT_THAT(failure(), StartsWith("read client CA " + File("key.pem") + ": "));
}

}  // namespace
}  // namespace flaglinkd
