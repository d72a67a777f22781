// HttpClient over libcurl's multi interface. SIGPIPE must be ignored by the process: with
// CURLOPT_NOSIGNAL, which threads need, libcurl leaves that to its user.
#include <curl/curl.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "daemon/base/check.h"
#include "daemon/http/http_client.h"

namespace flaglinkd {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kHeaderLimit = 64u << 10;  // of one answer, together

// libcurl's own time-out does not run while a transfer waits for a connection. What it has not ended
// this long after its time is ended here.
constexpr Duration kOverdue = std::chrono::seconds(1);

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using EasyHandle = std::unique_ptr<CURL, FreeEasy>;

struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
using MultiHandle = std::unique_ptr<CURLM, FreeMulti>;

// One of the lines is the token.
struct FreeWiped {
  void operator()(curl_slist* list) const {
    for (curl_slist* line = list; line != nullptr; line = line->next) {
      OPENSSL_cleanse(line->data, std::strlen(line->data));
    }
    curl_slist_free_all(list);
  }
};
using HeaderList = std::unique_ptr<curl_slist, FreeWiped>;

void Append(HeaderList& list, std::string_view name, std::string_view value) {
  std::string line;
  line.reserve(name.size() + value.size() + 2);  // grown, it would leave copies behind
  line.append(name).append(value.empty() ? ":" : ": ").append(value);
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  OPENSSL_cleanse(line.data(), line.size());
  FLAGLINKD_CHECK(longer != nullptr);  // out of memory
  static_cast<void>(list.release());
  list.reset(longer);
}

bool HasControlCharacter(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

// One that does could end the header and begin another.
bool HeadersAreClean(const HttpCall& call, const Secret& authorization) {
  return !HasControlCharacter(authorization.Bytes()) &&
         std::none_of(call.headers.begin(), call.headers.end(), [](const Header& header) {
           return HasControlCharacter(header.name) || HasControlCharacter(header.value);
         });
}

std::string_view TrimBlanks(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

struct Transfer {
  HttpCall call;
  std::function<void(HttpAnswer)> done;
  HttpAnswer answer;
  std::size_t body_sent = 0, header_size = 0;
  bool head_complete = false;
  std::string overflow;  // not empty: the answer passed this limit
  std::chrono::steady_clock::time_point deadline;
  HeaderList headers;
  char error[CURL_ERROR_SIZE] = "";
  EasyHandle easy;  // last, so that it goes first: it points at the others
};

std::size_t ReadBody(char* buffer, std::size_t size, std::size_t count, void* context) {
  auto* transfer = static_cast<Transfer*>(context);
  const std::string_view rest = std::string_view(transfer->call.body).substr(transfer->body_sent);
  const std::size_t taken = std::min(size * count, rest.size());
  std::memcpy(buffer, rest.data(), taken);
  transfer->body_sent += taken;
  return taken;
}

// When a kept connection dies before the first byte of an answer, libcurl sends the request again
// by itself. The first one may have been carried out, so a body that has been read is never given
// twice: the transfer fails instead, and counts as lost.
int RefuseToRepeat(void*, curl_off_t, int) {
  return CURL_SEEKFUNC_FAIL;
}

std::size_t TakeBody(char* bytes, std::size_t size, std::size_t count, void* context) {
  auto* transfer = static_cast<Transfer*>(context);
  std::string& body = transfer->answer.body;
  if (size * count > transfer->call.response_limit - body.size()) {
    transfer->overflow =
        "answer larger than " + std::to_string(transfer->call.response_limit) + " bytes";
    return 0;
  }
  body.append(bytes, size * count);
  return size * count;
}

std::size_t TakeHeader(char* bytes, std::size_t size, std::size_t count, void* context) {
  auto* transfer = static_cast<Transfer*>(context);
  const std::string_view line(bytes, size * count);
  transfer->header_size += line.size();
  if (transfer->header_size > kHeaderLimit) {
    transfer->overflow = "headers larger than " + std::to_string(kHeaderLimit) + " bytes";
    return 0;
  }
  if (line.starts_with("HTTP/")) {  // what came before was an interim answer
    transfer->answer.headers.clear();
    transfer->head_complete = false;
  }
  if (line == "\r\n" || line == "\n") transfer->head_complete = true;
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return line.size();
  Header header{std::string(line.substr(0, colon)),
                std::string(TrimBlanks(line.substr(colon + 1)))};
  std::transform(header.name.begin(), header.name.end(), header.name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  transfer->answer.headers.push_back(std::move(header));
  return line.size();
}

long Milliseconds(Duration duration) {
  return static_cast<long>(
      std::chrono::ceil<milliseconds>(std::max(duration, Duration(0))).count());
}

class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(const Options& options) : options_(options), multi_(curl_multi_init()) {
    FLAGLINKD_CHECK(multi_ != nullptr);
    // No CURLOPT_PIPEWAIT: libcurl 7.88 keeps a connection that was reset before its first request
    // was out, and what waits to learn whether that one takes HTTP/2 waits for ever.
    curl_multi_setopt(multi_.get(), CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    curl_multi_setopt(multi_.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS, long{options_.max_connections});
  }

  ~CurlClient() override {
    for (auto& [easy, transfer] : transfers_) curl_multi_remove_handle(multi_.get(), easy);
  }

  void Start(HttpCall call, const Secret& authorization,
             std::function<void(HttpAnswer)> done) override;
  void Poll(Duration patience) override;
  void Wake() override { curl_multi_wakeup(multi_.get()); }
  std::size_t in_flight() const override { return transfers_.size() + unsent_.size(); }

 private:
  using Finished = std::pair<std::function<void(HttpAnswer)>, HttpAnswer>;

  void SetUp(Transfer& transfer) const;
  static void SetUpMethod(Transfer& transfer);
  std::vector<Finished> Collect();
  void EndOverdue(std::vector<Finished>& finished);
  static HttpAnswer Conclude(Transfer& transfer, CURLcode code);

  const Options options_;
  MultiHandle multi_;
  std::map<CURL*, std::unique_ptr<Transfer>> transfers_;
  std::vector<Finished> unsent_;  // could not even be started
};

void CurlClient::Start(HttpCall call, const Secret& authorization,
                       std::function<void(HttpAnswer)> done) {
  if (!HeadersAreClean(call, authorization)) {
    HttpAnswer answer;
    answer.error = "a header holds a control character";
    unsent_.emplace_back(std::move(done), std::move(answer));
    return;
  }
  auto transfer = std::make_unique<Transfer>();
  transfer->call = std::move(call);
  transfer->done = std::move(done);
  for (const Header& header : transfer->call.headers) {
    Append(transfer->headers, header.name, header.value);
  }
  Append(transfer->headers, "Expect",
         "");  // libcurl would wait a second for a 100 before a larger body
  if (!authorization.empty()) Append(transfer->headers, "Authorization", authorization.Bytes());
  transfer->easy.reset(curl_easy_init());
  CURL* easy = transfer->easy.get();
  FLAGLINKD_CHECK(easy != nullptr);
  SetUp(*transfer);
  SetUpMethod(*transfer);
  FLAGLINKD_CHECK(curl_multi_add_handle(multi_.get(), easy) == CURLM_OK);
  transfer->deadline = std::chrono::steady_clock::now() + options_.timeout + kOverdue;
  transfers_.emplace(easy, std::move(transfer));
}

void CurlClient::SetUp(Transfer& transfer) const {
  CURL* easy = transfer.easy.get();
  curl_easy_setopt(easy, CURLOPT_URL, transfer.call.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_2TLS});
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // Else a time-out waits for the thread that resolves the name, as long as the name servers let it.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  if (!options_.unix_socket.empty()) {
    curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, options_.unix_socket.c_str());
  }
  if (!options_.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, options_.ca_file.c_str());
  // Set even when empty, which keeps http_proxy and its like out; a proxy never sees our headers.
  curl_easy_setopt(easy, CURLOPT_PROXY, options_.proxy.c_str());
  curl_easy_setopt(easy, CURLOPT_HEADEROPT, long{CURLHEADER_SEPARATE});
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, options_.user_agent.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer.headers.get());
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, Milliseconds(options_.timeout));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(options_.timeout));
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.error);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &TakeBody);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &TakeHeader);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
}

void CurlClient::SetUpMethod(Transfer& transfer) {
  CURL* easy = transfer.easy.get();
  const HttpCall& call = transfer.call;
  if (call.method == "POST" || !call.body.empty()) {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, &ReadBody);
    curl_easy_setopt(easy, CURLOPT_READDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, &RefuseToRepeat);
  } else {
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  }
  if (call.method == "HEAD") curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call.method.c_str());
}

// The callbacks run after everything is taken out, since they may start the next call.
void CurlClient::Poll(Duration patience) {
  int running = 0;
  curl_multi_perform(multi_.get(), &running);
  std::vector<Finished> finished = Collect();
  if (finished.empty()) {
    if (!transfers_.empty()) patience = std::min(patience, kOverdue);
    curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(Milliseconds(patience)), nullptr);
    curl_multi_perform(multi_.get(), &running);
    finished = Collect();
    EndOverdue(finished);
  }
  for (auto& [done, answer] : finished) done(std::move(answer));
}

std::vector<CurlClient::Finished> CurlClient::Collect() {
  std::vector<Finished> finished = std::exchange(unsent_, {});
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;  // the message goes with the handle
    const auto found = transfers_.find(message->easy_handle);
    FLAGLINKD_CHECK(found != transfers_.end());
    curl_multi_remove_handle(multi_.get(), found->first);
    Transfer& transfer = *found->second;
    finished.emplace_back(std::move(transfer.done), Conclude(transfer, code));
    transfers_.erase(found);
  }
  return finished;
}

void CurlClient::EndOverdue(std::vector<Finished>& finished) {
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(transfers_, [&](const auto& entry) {
    Transfer& transfer = *entry.second;
    if (now < transfer.deadline) return false;
    curl_multi_remove_handle(multi_.get(), entry.first);
    finished.emplace_back(std::move(transfer.done), Conclude(transfer, CURLE_OPERATION_TIMEDOUT));
    return true;
  });
}

HttpAnswer CurlClient::Conclude(Transfer& transfer, CURLcode code) {
  CURL* easy = transfer.easy.get();
  HttpAnswer answer = std::move(transfer.answer);
  // libcurl calls an answer good whose head ends with the connection.
  if (code == CURLE_OK && transfer.head_complete) {
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    answer.kind = HttpAnswer::Kind::kAnswered;
    answer.status = static_cast<int>(status);
    return answer;
  }
  // Zero until connection and TLS stand and the request is about to be written.
  curl_off_t before_request = 0;
  curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &before_request);
  const bool sent = before_request != 0 || transfer.body_sent != 0;
  answer.kind = sent ? HttpAnswer::Kind::kLost : HttpAnswer::Kind::kNotSent;
  answer.headers.clear();
  answer.body.clear();
  answer.error = transfer.error[0] != '\0' ? transfer.error : curl_easy_strerror(code);
  if (code == CURLE_OK) answer.error = "answer cut off";
  if (!transfer.overflow.empty()) answer.error = transfer.overflow;
  return answer;
}

}  // namespace

std::unique_ptr<HttpClient> HttpClient::Create(const Options& options) {
  // Once per process; libcurl asks for it before the first handle, and there is nothing to undo at
  // the end.
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  FLAGLINKD_CHECK(initialised == CURLE_OK);
  return std::make_unique<CurlClient>(options);
}

}  // namespace flaglinkd
