#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/cli/admin_client.h"
#include "daemon/cli/import_tally.h"
#include "daemon/cli/saved_webhook.h"
#include "daemon/cli/verbs.h"
#include "daemon/domain/flag_key.h"

namespace flaglinkd {
namespace {

constexpr std::streamsize kLongestLine = 8 << 20;  // what the service takes
constexpr int kFailuresShown = 20;

// The lines of a file, one at a time and with a bound.
class Lines {
 public:
  explicit Lines(const std::filesystem::path& file) : stream_(file), buffer_(kLongestLine + 1) {
    stream_.peek();  // a folder can be opened, but not read
  }

  // False when the file can't be read, or no further.
  bool IsReadable() const { return stream_.is_open() && !stream_.bad(); }
  // False at the end.
  bool Next() {
    if (!stream_.good() || stream_.peek() == EOF) return false;
    ++number_;
    stream_.getline(buffer_.data(), kLongestLine + 1);
    length_ = static_cast<std::size_t>(stream_.gcount());
    too_long_ = stream_.fail() && !stream_.eof();
    if (too_long_) {
      stream_.clear();
      stream_.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    } else if (!stream_.eof()) {
      --length_;  // the end of the line, which is counted
    }
    return true;
  }
  std::size_t number() const { return number_; }  // from 1
  bool too_long() const { return too_long_; }
  // Without the end of the line, of whatever system.
  std::string_view Text() const {
    const std::string_view text(buffer_.data(), length_);
    return text.ends_with('\r') ? text.substr(0, text.size() - 1) : text;
  }

 private:
  std::ifstream stream_;
  std::vector<char> buffer_;
  std::size_t number_ = 0, length_ = 0;
  bool too_long_ = false;
};

// The request that all lines have in common.
Result<HttpCall> RequestFor(const ImportArguments& arguments) {
  HttpCall call;
  if (!IsValidKey(arguments.source)) {
    return Error{Error::Code::kInvalid, "no source can be named '" + arguments.source + "'"};
  }
  call.method = "POST";
  call.url = "http://flaglinkd/api/v1/import/" + arguments.source;
  bool has_type = false;
  for (const std::string& line : arguments.headers) {
    Result<Header> header = ParseHeader(line);
    if (!header) return header.error();
    has_type |= header->name == "content-type";
    call.headers.push_back(*std::move(header));
  }
  if (!has_type) call.headers.push_back({"content-type", "application/json"});
  return call;
}

class Importing {
 public:
  // `client` outlives it.
  Importing(AdminClient& client, HttpCall request)
      : client_(client), request_(std::move(request)) {}

  // False: the rest is not worth trying.
  bool Send(const Lines& line) {
    if (line.too_long()) {
      tally_.CountFailed();
      Complain(line, "longer than 8 MiB");
      return true;
    }
    HttpCall call = request_;
    call.body = line.Text();
    if (call.body.find_first_not_of(" \t") == std::string::npos) return true;
    const Result<std::string> answer = client_.Ask(std::move(call));
    const Result<std::string> failure =
        answer ? tally_.Count(*answer) : Result<std::string>(answer.error());
    if (!failure) {
      std::cerr << "line " << line.number() << ": " << failure.error().message
                << "\nstopped there; what was imported before does no harm when it is imported "
                   "again\n";
      return false;
    }
    if (!failure->empty()) Complain(line, *failure);
    return true;
  }
  const ImportTally& tally() const { return tally_; }

 private:
  void Complain(const Lines& line, const std::string& failure) {
    if (++complaints_ <= kFailuresShown)
      std::cerr << "line " << line.number() << ": " << failure << "\n";
    if (complaints_ == kFailuresShown + 1) std::cerr << "and more\n";
  }

  AdminClient& client_;
  const HttpCall request_;
  ImportTally tally_;
  int complaints_ = 0;
};

void ComplainOf(const std::filesystem::path& file) {
  std::cerr << "read " << file.string() << ": " << std::strerror(errno) << "\n";
}

}  // namespace

int Import(const LoadSettings& settings, const ImportArguments& arguments) {
  Result<HttpCall> request = RequestFor(arguments);
  if (!request) {
    std::cerr << request.error().message << "\n";
    return kUsage;
  }
  Lines lines(arguments.file);
  if (!lines.IsReadable()) return ComplainOf(arguments.file), kUsage;
  const std::optional<ServiceAddress> service = FindService(settings, arguments.socket);
  if (!service) return kBadConfiguration;
  AdminClient client(service->socket);
  Importing importing(client, *std::move(request));
  bool complete = true;
  while (complete && lines.Next()) complete = importing.Send(lines);
  if (!lines.IsReadable()) complete = (ComplainOf(arguments.file), false);
  const ImportTally& tally = importing.tally();
  std::cout << (arguments.output == OutputFormat::kJson ? tally.AsJson() : tally.AsText()) << "\n";
  return complete && !tally.any_failed() ? kFine : kFailed;
}

}  // namespace flaglinkd
