#include "daemon/config/combinations.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/domain/edit_distance.h"
#include "daemon/domain/flag_key.h"

namespace flaglinkd {
namespace {

using Path = std::initializer_list<std::string_view>;

// The entry at the path, or nullptr.
const Entry* At(const Value& root, Path path) {
  const Entry* entry = nullptr;
  for (std::string_view key : path) {
    entry = (entry ? entry->value : root).Find(key);
    if (!entry) return nullptr;
  }
  return entry;
}

// Where the option is written, else its table, else the first file as a whole.
Place Nearest(const Value& root, Path path) {
  Place place;
  const Entry* entry = nullptr;
  for (std::string_view key : path) {
    entry = (entry ? entry->value : root).Find(key);
    if (!entry) return place;
    place = entry->place;
  }
  return entry->value.place;
}

void CheckDelivery(const Config& config, const Value& root, Problems& problems) {
  const DeliveryOptions& delivery = config.delivery;
  if (delivery.first_retry > delivery.longest_retry) {
    bool first = At(root, {"delivery", "first_retry"}) != nullptr;
    problems.Add(Nearest(root, {"delivery", first ? "first_retry" : "longest_retry"}),
                 "`delivery.first_retry` is longer than `delivery.longest_retry`");
  }
}

void CheckLaunchDarkly(const Config& config, const Value& root, Problems& problems) {
  if (config.launchdarkly.projects.empty()) {
    problems.Add(Nearest(root, {"launchdarkly", "projects"}),
                 "`launchdarkly.projects` must name at least one project");
  }
  const bool written = At(root, {"launchdarkly", "token"}) != nullptr;
  if (!written && config.delivery.enabled) {
    problems.Add(Nearest(root, {"launchdarkly", "token"}),
                 "`launchdarkly.token` is missing: set it, as { credential = \"launchdarkly\" }, "
                 "or switch delivery.enabled off");
  }
}

void CheckAdmin(const Config& config, const Value& root, Problems& problems) {
  const Entry* token = At(root, {"admin", "token"});
  if (!std::ranges::all_of(config.admin.token.Bytes(),
                           [](char c) { return c > ' ' && c <= '~'; })) {
    problems.Add(token->place,
                 "`admin.token` is to stand in a header: visible ASCII characters alone, without "
                 "spaces, as `openssl rand -hex 32` makes it");
  }
  if (token || IsLoopback(config.admin.address)) return;
  problems.Add(Nearest(root, {"admin", "address"}),
               "`admin.address`: \"" + config.admin.address +
                   "\" is for other machines too, and `admin.token` is missing: set it, as "
                   "{ credential = \"admin\" }, or listen on this machine alone, as "
                   "\"127.0.0.1:9464\"");
}

void CheckTls(const Value& root, Problems& problems) {
  const Entry* tls = At(root, {"listen", "tls"});
  if (!tls || tls->value.kind != Value::Kind::kTable) return;
  for (std::string_view key : {"certificate", "key"}) {
    if (tls->value.Find(key)) continue;
    problems.Add(tls->place, "`listen.tls." + std::string(key) + "` is missing");
  }
}

void CheckPathSecret(const SourceOptions& source, const Entry& table, Problems& problems) {
  const Entry* entry = table.value.Find("path_secret");
  if (!entry) return;
  const std::string name = "`source." + source.name;
  const std::string_view text = source.path_secret.Bytes();
  if (!std::ranges::all_of(text, [](char c) { return IsKeyCharacter(c) || c == '~'; })) {
    problems.Add(entry->place, name +
                                   ".path_secret` is to stand in a URL: letters, digits, '-', "
                                   "'.', '_' and '~' alone, as `openssl rand -hex 16` makes it");
  }
  if (const Entry* verify = table.value.Find("verify")) {
    problems.Add(verify->place, name + ".verify` and " + name +
                                    ".path_secret` contradict each other: keep one of them");
  }
}

void CheckSignature(const SourceOptions& source, const Entry& table, Problems& problems) {
  const Entry* signature = table.value.Find("signature");
  if (!signature || signature->value.kind != Value::Kind::kTable) return;
  const std::string name = "`source." + source.name + ".signature";
  if (!signature->value.Find("algorithm")) {
    problems.Add(signature->place, name + ".algorithm` is missing");
  }
  if (!source.verify) {
    problems.Add(signature->place, name + "` is of no use without secrets");
  }
}

void CheckSource(const SourceOptions& source, const Value& root, Problems& problems) {
  const std::string name = "source." + source.name;
  const Entry* table = At(root, {"source", source.name});
  const Entry* secrets = table->value.Find("secrets");
  const Entry* verify = table->value.Find("verify");
  CheckPathSecret(source, *table, problems);
  CheckSignature(source, *table, problems);
  if (secrets && verify) {
    problems.Add(verify->place, "`" + name + ".verify` and `" + name +
                                    ".secrets` contradict each other: keep one of them");
  } else if (!secrets && !verify && !table->value.Find("path_secret")) {
    problems.Add(table->place,
                 "`" + name + "` has no secrets: set them, as secrets = [{ credential = \"" +
                     source.name +
                     "\" }], or write verify = \"none\" to accept what anybody sends");
  } else if (secrets && secrets->value.kind == Value::Kind::kList && secrets->value.list.empty()) {
    problems.Add(secrets->value.place, "`" + name + ".secrets` must hold at least one secret");
  }
  const Entry* projects = table->value.Find("projects");
  if (projects && source.projects.empty()) {
    problems.Add(projects->value.place, "`" + name + ".projects` must name at least one project");
  }
}

// [source.NAME.event] and the adapter `template` belong together.
void CheckEvent(const SourceOptions& source, const Value& root, Problems& problems) {
  const std::string name = "source." + source.name;
  const bool reads = source.adapter == "template";
  const Entry* event = At(root, {"source", source.name, "event"});
  if (event && !reads) {
    problems.Add(event->place, "`" + name + ".event` is for adapter = \"template\", not for \"" +
                                   source.adapter + "\"");
  } else if (!event && reads) {
    problems.Add(Nearest(root, {"source", source.name, "adapter"}),
                 "`" + name + "` has no event: the adapter \"template\" needs [" + name +
                     ".event] with resource, title and url");
  }
  if (!event || !reads || event->value.kind != Value::Kind::kTable) return;
  for (std::string_view key : {"resource", "title", "url"}) {
    if (event->value.Find(key)) continue;
    problems.Add(event->place, "`" + name + ".event." + std::string(key) + "` is missing");
  }
}

void CheckTest(const Config& config, const Value& test, Problems& problems) {
  if (test.kind != Value::Kind::kTable) return;
  for (std::string_view key : {"source", "payload", "expect"}) {
    if (test.Find(key)) continue;
    problems.Add(test.place, "`test." + std::string(key) + "` is missing");
  }
  const Entry* expect = test.Find("expect");
  if (expect && expect->value.kind == Value::Kind::kTable && expect->value.table.empty()) {
    problems.Add(expect->place, "`test.expect` holds nothing that could be compared");
  }
  const Entry* source = test.Find("source");
  if (!source || source->value.kind != Value::Kind::kText) return;
  std::vector<std::string> names;
  for (const SourceOptions& each : config.sources) names.push_back(each.name);
  if (std::ranges::count(names, source->value.text) > 0) return;
  const std::string hint = DidYouMean(source->value.text, names);
  problems.Add(source->value.place, "`test.source`: there is no source \"" + source->value.text +
                                        "\"" + (hint.empty() ? "" : "; " + hint));
}

void CheckPaths(const Config& config, const Value& root, Problems& problems) {
  for (auto source = config.sources.begin(); source != config.sources.end(); ++source) {
    auto first = std::find_if(config.sources.begin(), source, [&](const SourceOptions& other) {
      return other.path == source->path;
    });
    if (first == source) continue;
    problems.Add(Nearest(root, {"source", source->name, "path"}),
                 "`source." + source->name + "` has the path of `source." + first->name + "`, " +
                     source->path);
  }
}

}  // namespace

void CheckCombinations(const Config& config, const Value& root, Problems& problems) {
  CheckDelivery(config, root, problems);
  CheckLaunchDarkly(config, root, problems);
  CheckAdmin(config, root, problems);
  CheckTls(root, problems);
  for (const SourceOptions& source : config.sources) CheckSource(source, root, problems);
  for (const SourceOptions& source : config.sources) CheckEvent(source, root, problems);
  CheckPaths(config, root, problems);
  if (const Entry* tests = root.Find("test")) {
    for (const Value& test : tests->value.list) CheckTest(config, test, problems);
  }
  if (config.sources.empty()) {
    problems.Warn({}, "there is no [source.NAME] table: every webhook gets 404");
  }
}

}  // namespace flaglinkd
