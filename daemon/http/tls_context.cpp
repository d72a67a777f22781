#include "daemon/http/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cstring>
#include <string>
#include <string_view>

namespace flaglinkd {
namespace {

Error TlsError(std::string_view what, const std::string& file) {
  const unsigned long code =
      ERR_peek_error();  // the first is the cause, the others are its consequences
  const char* reason = "unusable";
  if (ERR_SYSTEM_ERROR(code)) {
    reason = std::strerror(ERR_GET_REASON(code));
  } else if (code != 0 && ERR_reason_error_string(code) != nullptr) {
    reason = ERR_reason_error_string(code);
  }
  std::string message(what);
  if (!file.empty()) message.append(" ").append(file);
  message.append(": ").append(reason);
  ERR_clear_error();
  return Error{Error::Code::kUnavailable, message};
}

// A key under a passphrase is an error; OpenSSL would ask for it on the terminal.
int NoPassphrase(char*, int, int, void*) {
  return -1;
}

Status AskForClientCertificate(SSL_CTX* context, const std::string& client_ca) {
  if (SSL_CTX_load_verify_locations(context, client_ca.c_str(), nullptr) != 1) {
    return TlsError("read client CA", client_ca);
  }
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(client_ca.c_str());
  if (names == nullptr) return TlsError("read client CA", client_ca);
  SSL_CTX_set_client_CA_list(context, names);  // takes the list over
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  // Without it, resumed sessions of verified clients are refused.
  constexpr unsigned char kSessionContext[] = "flaglinkd";
  SSL_CTX_set_session_id_context(context, kSessionContext, sizeof kSessionContext - 1);
  return {};
}

}  // namespace

Result<std::shared_ptr<SSL_CTX>> LoadTlsContext(const ListenerOptions::Tls& files) {
  ERR_clear_error();
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  if (context == nullptr) return TlsError("set up TLS", "");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // What a partial write leaves may have moved in our buffer by the time that it is tried again.
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_default_passwd_cb(context.get(), &NoPassphrase);
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1) {
    return TlsError("read certificate", files.certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return TlsError("read key", files.key);
  }
  if (SSL_CTX_check_private_key(context.get()) != 1) {
    return TlsError("match certificate and key", files.key);
  }
  if (!files.client_ca.empty()) {
    if (Status asked = AskForClientCertificate(context.get(), files.client_ca); !asked.ok()) {
      return asked.error();
    }
  }
  return context;
}

}  // namespace flaglinkd
