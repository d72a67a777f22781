// Certificates made for a test, in a directory of its own, and a client that speaks TLS.
#pragma once

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "tests/http/listener_fixture.h"

namespace flaglinkd {

template <auto free>
struct OpensslFree {
  template <typename T>
  void operator()(T* object) const {
    free(object);
  }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, OpensslFree<X509_free>>;
using ContextPtr = std::unique_ptr<SSL_CTX, OpensslFree<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, OpensslFree<SSL_free>>;

// A key and a certificate for `name`, signed by itself or by another.
struct Identity {
  KeyPtr key;
  CertificatePtr certificate;

  static Identity Make(const std::string& name, const Identity* issuer = nullptr) {
    Identity made{KeyPtr(EVP_EC_gen("P-256")), CertificatePtr(X509_new())};
    X509* certificate = made.certificate.get();
    X509_set_version(certificate, X509_VERSION_3);
    static long serial = 1;
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, made.key.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    const Identity& signer = issuer == nullptr ? made : *issuer;
    X509_set_issuer_name(certificate, X509_get_subject_name(signer.certificate.get()));
    if (issuer == nullptr) {
      X509_EXTENSION* ca =
          X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE");
      X509_add_ext(certificate, ca, -1);
      X509_EXTENSION_free(ca);
    }
    X509_sign(certificate, signer.key.get(), EVP_sha256());
    return made;
  }

  void Write(const std::string& certificate_file, const std::string& key_file) const {
    FILE* file = std::fopen(certificate_file.c_str(), "w");
    PEM_write_X509(file, certificate.get());
    std::fclose(file);
    file = std::fopen(key_file.c_str(), "w");
    PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
  }
};

// Blocking, but for ten seconds at most.
class TlsClient {
 public:
  TlsClient(TestClient client, const Identity* identity, int max_version = TLS1_3_VERSION)
      : client_(std::move(client)), context_(SSL_CTX_new(TLS_client_method())) {
    const timeval patience{10, 0};
    (void)::setsockopt(client_.fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    SSL_CTX_set_max_proto_version(context_.get(), max_version);
    if (identity != nullptr) {
      SSL_CTX_use_certificate(context_.get(), identity->certificate.get());
      SSL_CTX_use_PrivateKey(context_.get(), identity->key.get());
    }
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), client_.fd());
    connected_ = SSL_connect(ssl_.get()) == 1;
  }

  bool connected() const { return connected_; }
  std::string server_name() const {
    const CertificatePtr certificate(SSL_get1_peer_certificate(ssl_.get()));
    char name[64] = "";
    if (certificate) {
      X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name,
                                sizeof name);
    }
    return name;
  }
  void Send(std::string_view bytes) {
    SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
  }
  // Until the listener says that it has finished, or drops us.
  std::string ReadToEnd() {
    std::string read;
    char buffer[16384];
    for (int got; (got = SSL_read(ssl_.get(), buffer, sizeof buffer)) > 0;) {
      read.append(buffer, static_cast<std::size_t>(got));
    }
    ended_in_order_ = SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN;
    ERR_clear_error();
    return read;
  }
  // Whether the end came with a close_notify, so that nothing was cut off.
  bool ended_in_order() const { return ended_in_order_; }

 private:
  TestClient client_;
  ContextPtr context_;
  SslPtr ssl_;
  bool connected_ = false;
  bool ended_in_order_ = false;
};

class TlsListenerTest : public ListenerTest {
 protected:
  TlsListenerTest() : directory_(std::filesystem::temp_directory_path() / "flaglinkd-tls-XXXXXX") {
    EXPECT_NE(::mkdtemp(directory_.data()), nullptr);
    Identity::Make("server one").Write(File("cert.pem"), File("key.pem"));
    options_.tls = ListenerOptions::Tls{File("cert.pem"), File("key.pem"), ""};
  }
  ~TlsListenerTest() override { std::filesystem::remove_all(directory_); }

  std::string File(const std::string& name) const { return directory_ + "/" + name; }
  TlsClient ConnectTls(const Identity* identity = nullptr) {
    return TlsClient(Connect(), identity);
  }

 private:
  std::string directory_;
};

}  // namespace flaglinkd
