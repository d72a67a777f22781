#include "daemon/config/option_rows.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace flaglinkd {
namespace {

using To = OptionTarget;
using V = OptionValue;

ListenerOptions::Tls& Tls(To to) {
  std::optional<ListenerOptions::Tls>& tls = to.config.listen.tls;
  return tls ? *tls : tls.emplace();
}

}  // namespace

std::vector<Option> DaemonOptionRows() {
  return {
      {.table = "log",
       .name = "level",
       .choices = {"debug", "info", "warning", "error"},
       .standard = R"("info")",
       .sentence = "The least that is logged.",
       .set =
           [](To to, V& v) {
             to.config.log.level = Choose(
                 v, {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning, LogLevel::kError});
           }},
      {.table = "log",
       .name = "format",
       .choices = {"auto", "json", "logfmt"},
       .standard = R"("auto")",
       .sentence = "\"auto\" is JSON when the journal reads it, else logfmt.",
       .set =
           [](To to, V& v) {
             to.config.log.format =
                 Choose(v, {LogFormat::kAuto, LogFormat::kJson, LogFormat::kLogfmt});
           }},

      {.table = "listen",
       .name = "address",
       .form = &kAddressForm,
       .standard = R"("0.0.0.0:8080")",
       .sentence = "The IP address and port; \"[::]:8080\" takes both families, port 0 picks one.",
       .set = [](To to, V& v) { to.config.listen.address = v.text; }},
      {.table = "listen",
       .name = "threads",
       .type = OptionType::kInteger,
       .standard = "1",
       .least = "1",
       .most = "64",
       .sentence =
           "Threads that read requests and verify signatures; one serves thousands a second.",
       .set = [](To to, V& v) { to.config.listen.threads = static_cast<int>(v.integer); }},
      {.table = "listen",
       .name = "max_connections",
       .type = OptionType::kInteger,
       .standard = "1024",
       .least = "1",
       .most = "65536",
       .sentence = "Connections at a time.",
       .set = [](To to,
                 V& v) { to.config.listen.max_connections = static_cast<std::size_t>(v.integer); }},
      {.table = "listen",
       .name = "head_timeout",
       .type = OptionType::kDuration,
       .standard = R"("10s")",
       .least = "1ms",
       .most = "1h",
       .sentence = "How long a request's head may take, from its first byte.",
       .set = [](To to, V& v) { to.config.listen.head_timeout = v.duration; }},
      {.table = "listen",
       .name = "body_timeout",
       .type = OptionType::kDuration,
       .standard = R"("30s")",
       .least = "1ms",
       .most = "1h",
       .sentence = "How long a request's body may take, from the end of its head.",
       .set = [](To to, V& v) { to.config.listen.body_timeout = v.duration; }},
      {.table = "listen",
       .name = "idle_timeout",
       .type = OptionType::kDuration,
       .standard = R"("75s")",
       .least = "1ms",
       .most = "1h",
       .sentence = "How long a connection is kept for a next request.",
       .set = [](To to, V& v) { to.config.listen.idle_timeout = v.duration; }},
      {.table = "listen",
       .name = "body_limit",
       .type = OptionType::kSize,
       .standard = R"("1MiB")",
       .least = "1KiB",
       .most = "64MiB",
       .sentence = "The largest body of a source that sets no limit of its own.",
       .set = [](To to, V& v) { to.body_limit = static_cast<std::size_t>(v.integer); }},
      {.table = "listen",
       .name = "trusted_proxies",
       .type = OptionType::kTexts,
       .form = &kNetworkForm,
       .standard = R"(["127.0.0.1/32"])",
       .sentence = "Networks whose X-Forwarded-For is believed: it is walked from the right, and "
                   "the first address outside them counts.",
       .set = [](To to, V& v) { to.config.trusted_proxies = Networks(v); }},
      {.table = "listen.tls",
       .name = "certificate",
       .form = &kReadableFileForm,
       .otherwise = "required",
       .example = R"("/etc/flaglinkd/tls/certificate.pem")",
       .sentence = "The certificate and those that lead to its root, PEM.",
       .set = [](To to, V& v) { Tls(to).certificate = PathOf(v); }},
      {.table = "listen.tls",
       .name = "key",
       .form = &kReadableFileForm,
       .otherwise = "required",
       .example = R"("/etc/flaglinkd/tls/key.pem")",
       .sentence = "The certificate's private key, PEM.",
       .set = [](To to, V& v) { Tls(to).key = PathOf(v); }},
      {.table = "listen.tls",
       .name = "client_ca",
       .form = &kReadableFileForm,
       .otherwise = "no client certificate is asked for",
       .example = R"("/etc/flaglinkd/tls/senders.pem")",
       .sentence = "Senders must show a certificate that one of these has signed, PEM.",
       .set = [](To to, V& v) { Tls(to).client_ca = PathOf(v); }},

      {.table = "admin",
       .name = "address",
       .form = &kAddressForm,
       .standard = R"("127.0.0.1:9464")",
       .sentence = "Where /metrics, the health checks, the status page and the API are served; off "
                   "loopback a token must be set.",
       .set = [](To to, V& v) { to.config.admin.address = v.text; }},
      {.table = "admin",
       .name = "token",
       .type = OptionType::kSecret,
       .otherwise = "payloads and actions are for the socket alone",
       .example = R"({ credential = "admin" })",
       .sentence = "Who shows it, as `Authorization: Bearer TOKEN`, may see payloads and act; off "
                   "loopback nothing but the health checks goes without it.",
       .set = [](To to, V& v) { to.config.admin.token = std::move(v.secrets.front()); }},
      {.table = "admin",
       .name = "hosts",
       .type = OptionType::kTexts,
       .form = &kHostForm,
       .standard = "[]",
       .example = R"(["flaglinkd.acme.example"])",
       .sentence = "Names under which people reach the address; addresses and localhost always "
                   "will do.",
       .set = [](To to, V& v) { to.config.admin.hosts = std::move(v.texts); }},
      {.table = "admin",
       .name = "socket",
       .form = &kPathForm,
       .otherwise = "/run/flaglinkd/admin.sock with the default configuration file; else "
                    "`admin.sock` beside the database",
       .example = R"("/run/flaglinkd/admin.sock")",
       .sentence =
           "The Unix socket that the command line speaks over; who may write to it may act.",
       .set = [](To to, V& v) { to.config.admin.socket = PathOf(v); }},

      {.table = "queue",
       .name = "url",
       .form = &kQueueUrlForm,
       .standard = R"("sqlite:/var/lib/flaglinkd/flaglinkd.db")",
       .sentence = "The database: a SQLite file, made when it is not there.",
       .set = [](To to, V& v) { to.config.queue.file = QueueFile(v.text, v.directory); }},
      {.table = "queue",
       .name = "keep_payloads",
       .choices = {"linked", "all", "failed", "none"},
       .standard = R"("linked")",
       .sentence = "Whose bodies are kept, to be shown and replayed; \"linked\" is those that "
                   "changed a link, and failed ones.",
       .set =
           [](To to, V& v) {
             to.config.queue.keep_payloads =
                 Choose(v, {KeepPayloads::kLinked, KeepPayloads::kAll, KeepPayloads::kFailed,
                            KeepPayloads::kNone});
           }},

      {.table = "queue",
       .name = "max_bytes",
       .type = OptionType::kSize,
       .standard = R"("1GiB")",
       .least = "1MiB",
       .most = "1023GiB",
       .sentence =
           "The database's size: at it kept payloads go first, then finished events, oldest "
           "first. Webhooks get 503 only when waiting work alone is larger.",
       .set = [](To to,
                 V& v) { to.config.queue.max_bytes = static_cast<std::uint64_t>(v.integer); }},
      {.table = "queue",
       .name = "keep_events",
       .type = OptionType::kDuration,
       .standard = R"("7d")",
       .least = "1m",
       .most = "3650d",
       .sentence = "How long finished events are kept, to be shown, replayed, and known again.",
       .set = [](To to, V& v) { to.config.queue.keep_events = v.duration; }},

      {.table = "launchdarkly",
       .name = "base_url",
       .form = &kBaseUrlForm,
       .standard = R"("https://app.launchdarkly.com")",
       .sentence = "The account's origin; https unless on this machine.",
       .set = [](To to, V& v) { to.config.launchdarkly.base_url = v.text; }},
      {.table = "launchdarkly",
       .name = "token",
       .type = OptionType::kSecret,
       .otherwise = "required unless delivery.enabled is false",
       .example = R"({ credential = "launchdarkly" })",
       .in_sample = true,
       .sentence = "An access token that may create and delete flag links.",
       .set = [](To to, V& v) { to.config.launchdarkly.token = std::move(v.secrets.front()); }},
      {.table = "launchdarkly",
       .name = "projects",
       .type = OptionType::kTexts,
       .form = &kProjectKeyForm,
       .standard = R"(["default"])",
       .sentence = "The projects whose flags are linked; the first is the default project.",
       .set = [](To to, V& v) { to.config.launchdarkly.projects = std::move(v.texts); }},
      {.table = "launchdarkly",
       .name = "catalog_refresh",
       .type = OptionType::kDuration,
       .may_be_off = true,
       .standard = R"("5m")",
       .least = "10s",
       .most = "1d",
       .sentence = "How often all flags of the projects are read; \"off\": never, and keys are "
                   "taken as they are written.",
       .set =
           [](To to, V& v) {
             to.config.launchdarkly.catalog_refresh = v.duration;
             // Off, it may be ages old; else a few rounds may fail.
             to.config.queue.catalog_validity =
                 v.duration == Duration(0)
                     ? v.duration
                     : std::max<Duration>(3 * v.duration, std::chrono::hours(1));
           }},
      {.table = "launchdarkly",
       .name = "installation",
       .form = &kNameForm,
       .standard = R"("default")",
       .sentence = "Tells two flaglinkd on one account apart (staging, production); it is "
                   "part of the keys of links made from then on.",
       .set =
           [](To to, V& v) {
             to.config.launchdarkly.installation = to.config.queue.installation = v.text;
           }},
      {.table = "launchdarkly",
       .name = "proxy",
       .form = &kProxyUrlForm,
       .otherwise = "none",
       .example = R"("http://proxy.example:3128")",
       .sentence = "The proxy that requests to LaunchDarkly go through.",
       .set = [](To to, V& v) { to.config.launchdarkly.proxy = v.text; }},
      {.table = "launchdarkly",
       .name = "ca",
       .form = &kReadableFileForm,
       .otherwise = "the system's",
       .example = R"("/etc/flaglinkd/tls/ca.pem")",
       .sentence = "The certificates that LaunchDarkly's must lead to, PEM.",
       .set = [](To to, V& v) { to.config.launchdarkly.ca = PathOf(v); }},

      {.table = "delivery",
       .name = "enabled",
       .type = OptionType::kBool,
       .standard = "true",
       .sentence = "false: webhooks are accepted and stored, and nothing is sent.",
       .set = [](To to, V& v) { to.config.delivery.enabled = v.flag; }},
      {.table = "delivery",
       .name = "concurrency",
       .type = OptionType::kInteger,
       .standard = "2",
       .least = "1",
       .most = "64",
       .sentence = "Links that are worked on at a time.",
       .set = [](To to, V& v) { to.config.delivery.concurrency = static_cast<int>(v.integer); }},
      {.table = "delivery",
       .name = "timeout",
       .type = OptionType::kDuration,
       .standard = R"("20s")",
       .least = "1ms",
       .most = "10m",
       .sentence = "How long one request to LaunchDarkly may take.",
       .set = [](To to, V& v) { to.config.delivery.timeout = v.duration; }},
      {.table = "delivery",
       .name = "first_retry",
       .type = OptionType::kDuration,
       .standard = R"("1s")",
       .least = "1ms",
       .most = "1d",
       .sentence = "The first wait after a failure; it doubles from there.",
       .set = [](To to, V& v) { to.config.delivery.first_retry = v.duration; }},
      {.table = "delivery",
       .name = "longest_retry",
       .type = OptionType::kDuration,
       .standard = R"("5m")",
       .least = "1ms",
       .most = "1d",
       .sentence =
           "The longest wait between two tries, and between two probes while delivery is paused.",
       .set = [](To to, V& v) { to.config.delivery.longest_retry = v.duration; }},
      {.table = "delivery",
       .name = "give_up_after",
       .type = OptionType::kDuration,
       .standard = R"("3d")",
       .least = "1ms",
       .most = "365d",
       .sentence =
           "A link that fails this long, while LaunchDarkly answers others, waits for a person.",
       .set = [](To to, V& v) { to.config.delivery.give_up_after = v.duration; }},
      {.table = "delivery",
       .name = "settle",
       .type = OptionType::kDuration,
       .standard = R"("5s")",
       .least = "0s",
       .most = "1m",
       .sentence =
           "An update waits this long after the last change, a minute at most; new links and "
           "removals go at once.",
       .set = [](To to, V& v) { to.config.queue.settle = v.duration; }},
      {.table = "delivery",
       .name = "max_links_per_flag",
       .type = OptionType::kInteger,
       .standard = "500",
       .least = "1",
       .most = "100000",
       .sentence = "Beyond it new links of a flag wait until one of its links goes.",
       .set = [](To to,
                 V& v) { to.config.queue.max_links_per_flag = static_cast<int>(v.integer); }},
      {.table = "delivery",
       .name = "unknown_flag_patience",
       .type = OptionType::kDuration,
       .standard = R"("7d")",
       .least = "1ms",
       .most = "365d",
       .sentence = "How long a link waits for a flag that does not exist yet.",
       .set = [](To to, V& v) { to.config.delivery.unknown_flag_patience = v.duration; }},

      {.table = "adapters",
       .name = "directory",
       .form = &kPathForm,
       .otherwise =
           "`../adapters` from the program, where that is there; else /usr/lib/flaglinkd/adapters",
       .example = R"("/usr/lib/flaglinkd/adapters")",
       .sentence = "The folder that holds them; only those that a source names are loaded.",
       .set = [](To to, V& v) { to.config.adapters = PathOf(v); }},
  };
}

}  // namespace flaglinkd
