#include <iostream>
#include <utility>

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
  return std::string(config.listen.tls ? "https" : "http") + "://127.0.0.1:" + port +
         source.options.path;
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
  std::vector<Header> headers = std::move(webhook->headers);
  if (source.options.verify) {
    for (Header& header :
         Sign(source.schemes.front(), source.options.secrets.front(), webhook->body,
              /*id=*/"", webhook->received)) {
      headers.push_back(std::move(header));
    }
  }
  if (!arguments.send.empty())
    return SendSigned(arguments.send, std::move(headers), std::move(webhook->body));
  PrintCurl(UrlOf(*config, source), headers, arguments.file.string());
  return kFine;
}

}  // namespace flaglinkd
