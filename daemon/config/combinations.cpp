#include "daemon/config/combinations.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

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

void CheckTls(const Value& root, Problems& problems) {
  const Entry* tls = At(root, {"listen", "tls"});
  if (!tls || tls->value.kind != Value::Kind::kTable) return;
  for (std::string_view key : {"certificate", "key"}) {
    if (tls->value.Find(key)) continue;
    problems.Add(tls->place, "`listen.tls." + std::string(key) + "` is missing");
  }
}

void CheckSource(const SourceOptions& source, const Value& root, Problems& problems) {
  const std::string name = "source." + source.name;
  const Entry* table = At(root, {"source", source.name});
  const Entry* secrets = table->value.Find("secrets");
  const Entry* verify = table->value.Find("verify");
  if (secrets && verify) {
    problems.Add(verify->place, "`" + name + ".verify` and `" + name +
                                    ".secrets` contradict each other: keep one of them");
  } else if (!secrets && !verify) {
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
  CheckTls(root, problems);
  for (const SourceOptions& source : config.sources) CheckSource(source, root, problems);
  CheckPaths(config, root, problems);
  if (config.sources.empty()) {
    problems.Warn({}, "there is no [source.NAME] table: every webhook gets 404");
  }
}

}  // namespace flaglinkd
