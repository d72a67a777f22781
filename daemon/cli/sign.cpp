#include <algorithm>
#include <iostream>
#include <iterator>
#include <utility>

#include "daemon/base/sha256.h"
#include "daemon/cli/saved_webhook.h"
#include "daemon/cli/send.h"
#include "daemon/cli/verbs.h"
#include "daemon/verify/verify.h"

namespace flaglinkd {
namespace {

// For a shell, in single quotes.
std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string UrlOf(const Config& config, const Source& source) {
  const std::string& address = config.listen.address;
  const std::string port = address.substr(address.rfind(':') + 1);
  const Secret& secret = source.options.path_secret;
  return std::string(config.listen.tls ? "https" : "http") + "://127.0.0.1:" + port +
         source.options.path + (secret.empty() ? "" : "/" + std::string(secret.Bytes()));
}

void PrintCurl(const std::string& url, const std::vector<Header>& headers,
               const std::string& file) {
  std::cout << "curl -sS -X POST";
  for (const Header& header : headers)
    std::cout << " -H " << Quoted(header.name + ": " + header.value);
  std::cout << " --data-binary " << Quoted("@" + file) << " " << Quoted(url) << "\n";
}

int SendSigned(const std::string& url, std::vector<Header> headers, std::string body) {
  HttpCall call;
  call.method = "POST";
  call.url = url;
  call.headers = std::move(headers);
  call.body = std::move(body);
  const HttpAnswer answer = SendAndWait(std::move(call));
  if (answer.kind != HttpAnswer::Kind::kAnswered) {
    std::cerr << "send to " << url << ": " << answer.error << "\n";
    return kFailed;
  }
  std::cout << answer.status << " " << answer.body << "\n";
  return answer.status / 100 == 2 ? kFine : kFailed;
}

// What {id} stands for where the sender's headers name none: another for another body or moment, as
// those of a sender would be.
std::string MadeUpId(const Webhook& webhook) {
  const auto moment = std::to_string(webhook.received.time_since_epoch().count());
  return "sign_" + Hex(Sha256(moment + webhook.body), 12);
}

// The headers that the first secret makes by the first scheme that it is a key of.
Result<std::vector<Header>> SignatureOf(const Source& source, const Webhook& webhook) {
  if (!source.options.verify) return std::vector<Header>();
  if (source.options.secrets.empty()) {
    return Error{Error::Code::kNotFound, "source " + source.options.name +
                                             " has no secret to sign with yet: `flaglinkd arm`"};
  }
  for (const Secret& secret : source.options.secrets) {
    for (const SignatureScheme& scheme : source.schemes) {
      const auto id = scheme.id_header ? webhook.FindHeader(*scheme.id_header) : std::nullopt;
      std::vector<Header> headers =
          Sign(scheme, secret, webhook.body, id ? *id : MadeUpId(webhook), webhook.received);
      if (!headers.empty()) return headers;
    }
  }
  return Error{
      Error::Code::kNotFound,
      "source " + source.options.name +
          ": its sender signs with a private key (ed25519), which is not ours to sign with"};
}

// Headers that were given and those of a signature, which win.
std::vector<Header> Joined(std::vector<Header> given, std::vector<Header> signature) {
  std::erase_if(given, [&](const Header& header) {
    return std::ranges::find(signature, header.name, &Header::name) != signature.end();
  });
  std::ranges::move(signature, std::back_inserter(given));
  return given;
}

}  // namespace

int Sign(const LoadSettings& settings, const SignArguments& arguments) {
  std::optional<Config> config = LoadOrComplain(settings);
  if (!config) return kBadConfiguration;
  Result<std::shared_ptr<const SourceSet>> sources = PrepareSource(*config, arguments.source);
  if (!sources) {
    std::cerr << sources.error().message << "\n";
    return sources.error().code == Error::Code::kNotFound ? kUsage : kBadConfiguration;
  }
  Result<Webhook> webhook = ReadWebhook(arguments.file, arguments.headers);
  if (!webhook) {
    std::cerr << webhook.error().message << "\n";
    return kUsage;
  }
  const Source& source = (*sources)->all().front();
  Result<std::vector<Header>> signature = SignatureOf(source, *webhook);
  if (!signature) {
    std::cerr << signature.error().message << "\n";
    return kFailed;
  }
  std::vector<Header> headers = Joined(std::move(webhook->headers), *std::move(signature));
  if (!arguments.send.empty())
    return SendSigned(arguments.send, std::move(headers), std::move(webhook->body));
  PrintCurl(UrlOf(*config, source), headers, arguments.file.string());
  return kFine;
}

}  // namespace flaglinkd
