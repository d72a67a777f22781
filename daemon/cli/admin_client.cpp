#include "daemon/cli/admin_client.h"

#include <rapidjson/document.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>
#include <utility>

#include "daemon/cli/send.h"
#include "daemon/cli/verbs.h"
#include "daemon/domain/text.h"

namespace flaglinkd {
namespace {

constexpr std::size_t kLargestAnswer = 64u << 20;  // the payload of an event takes its room
constexpr std::size_t kShownOfError = 1000;

HttpClient::Options OptionsFor(const std::filesystem::path& socket, Duration patience) {
  HttpClient::Options options;
  options.timeout = patience;
  options.unix_socket = socket;
  options.max_connections = 1;
  return options;
}

// What the service says is in the way; its status where it says nothing that we understand.
std::string ReasonOf(const HttpAnswer& answer) {
  rapidjson::Document json;
  json.Parse<rapidjson::kParseIterativeFlag>(answer.body.data(), answer.body.size());
  if (!json.HasParseError() && json.IsObject()) {
    if (json.HasMember("error") && json["error"].IsString()) {
      return EscapeForLine({json["error"].GetString(), json["error"].GetStringLength()},
                           kShownOfError);
    }
  }
  return "the service answered " + std::to_string(answer.status);
}

}  // namespace

std::optional<ServiceAddress> FindService(const LoadSettings& settings,
                                          const std::filesystem::path& given) {
  if (!given.empty()) return ServiceAddress{given, std::nullopt};
  std::optional<Config> config = LoadOrComplain(settings);
  if (config && !config->admin.socket.empty()) {
    std::filesystem::path socket = config->admin.socket;
    return ServiceAddress{std::move(socket), std::move(config)};
  }
  std::cerr << (config ? "the configuration has no [admin] socket"
                       : "without its configuration, name the service's socket: --socket PATH")
            << "\n";
  return std::nullopt;
}

AdminClient::AdminClient(std::filesystem::path socket, Duration patience)
    : socket_(std::move(socket)), client_(HttpClient::Create(OptionsFor(socket_, patience))) {}

Result<std::string> AdminClient::Ask(HttpCall call) {
  if (::access(socket_.c_str(), W_OK) != 0 && errno != ENOENT) {
    return Error{Error::Code::kUnavailable,
                 "open " + socket_.string() + ": " + std::strerror(errno)};
  }
  call.response_limit = kLargestAnswer;
  HttpAnswer answer = SendAndWait(*client_, std::move(call), Secret());
  switch (answer.kind) {
    case HttpAnswer::Kind::kNotSent:
      return Error{Error::Code::kNotFound,
                   "nothing listens on " + socket_.string() + ": is flaglinkd running?"};
    case HttpAnswer::Kind::kLost:
      return Error{Error::Code::kUnavailable,
                   "the service's answer on " + socket_.string() + " was lost: " + answer.error};
    case HttpAnswer::Kind::kAnswered: break;
  }
  if (answer.status == 200) return std::move(answer.body);
  return Error{answer.status == 400 ? Error::Code::kInvalid : Error::Code::kUnavailable,
               ReasonOf(answer)};
}

}  // namespace flaglinkd
