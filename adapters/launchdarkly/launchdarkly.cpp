// LaunchDarkly's own webhooks, whose body is an entry of its audit log
// (launchdarkly.com/docs/api/webhooks, …/docs/api/audit-log). Only what makes, ends, archives or
// restores a flag is news to the catalogue; README.md says which and why.
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "adapters/sdk/adapter.hpp"

namespace flaglink::launchdarkly {
namespace {

constexpr std::size_t kMaxKeyLength = 256;

// LaunchDarkly's form of all resource keys: ^[a-zA-Z0-9][a-zA-Z0-9_.-]*$ (its Terraform provider,
// framework_validators.go).
bool IsKey(std::string_view text) {
  const auto alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !text.empty() && text.size() <= kMaxKeyLength && alphanumeric(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return alphanumeric(c) || c == '_' || c == '.' || c == '-'; });
}

// What stands behind `type` in one piece of a resource specifier, without its tags.
std::optional<std::string_view> KeyOf(std::string_view piece, std::string_view type) {
  if (!piece.starts_with(type)) return std::nullopt;
  piece.remove_prefix(type.size());
  return piece.substr(0, piece.find(';'));
}

using Flag = std::pair<std::string, std::string>;  // project and key

// "proj/default:env/production;tag:flag/checkout-v2", as roles name resources.
std::optional<Flag> ReadFlag(std::string_view resource) {
  const auto project = KeyOf(resource.substr(0, resource.find(':')), "proj/");
  std::optional<std::string_view> key;
  for (std::size_t at = resource.find(':'); at != std::string_view::npos && !key;
       at = resource.find(':', at + 1)) {
    const std::string_view rest = resource.substr(at + 1);
    key = KeyOf(rest.substr(0, rest.find(':')), "flag/");
  }
  if (!project || !key || !IsKey(*project) || !IsKey(*key)) return std::nullopt;
  return Flag(*project, *key);
}

// What an action does to a flag as far as the catalogue is concerned, the weakest first; the names
// are those of roles.
enum class Effect { kNone, kMakes, kArchivesOrRestores, kEnds };

Effect EffectOf(std::string_view action) {
  if (action == "createFlag" || action == "cloneFlag") return Effect::kMakes;
  if (action == "deleteFlag") return Effect::kEnds;
  if (action == "updateGlobalArchived" || action == "updateArchived") {
    return Effect::kArchivesOrRestores;
  }
  return Effect::kNone;
}

// One action stands for both directions: the flag itself says which, else the title's verb.
std::optional<FlagState> ArchivedOrLive(Json entry) {
  if (const auto archived = entry["currentVersion"]["archived"].Bool()) {
    return *archived ? FlagState::kArchived : FlagState::kLive;
  }
  const std::string_view verb = entry["titleVerb"].String().value_or("");
  if (verb.starts_with("archived")) return FlagState::kArchived;
  if (verb.starts_with("restored") || verb.starts_with("unarchived")) return FlagState::kLive;
  return std::nullopt;
}

// `effect` is the strongest of the entry's actions. Absent: it does not say.
std::optional<FlagState> StateAfter(Effect effect, Json entry) {
  switch (effect) {
    case Effect::kNone: return std::nullopt;
    case Effect::kMakes: return ArchivedOrLive(entry).value_or(FlagState::kLive);
    case Effect::kArchivesOrRestores: return ArchivedOrLive(entry);
    case Effect::kEnds: return FlagState::kGone;
  }
  return std::nullopt;
}

// Those that the entry is about; an entry has an access for each environment.
std::set<Flag> FlagsOf(Json entry) {
  std::set<Flag> flags;
  for (const Json resource : entry["target"]["resources"]) {
    if (auto flag = ReadFlag(resource.String().value_or(""))) flags.insert(*std::move(flag));
  }
  if (!flags.empty()) return flags;
  for (const Json access : entry["accesses"]) {
    if (EffectOf(access["action"].String().value_or("")) == Effect::kNone) continue;
    if (auto flag = ReadFlag(access["resource"].String().value_or(""))) {
      flags.insert(*std::move(flag));
    }
  }
  return flags;
}

Outcome Read(const Request&, Json entry, const Sink& sink) {
  const auto kind = entry["kind"].String();
  if (!kind || !entry["accesses"].array()) {
    return Refuse(sink, "no \"kind\" and \"accesses\", as LaunchDarkly's audit log has them");
  }
  if (*kind != "flag") return Ignore(sink, "of the kind \"" + std::string(*kind) + "\", no flag");
  Effect effect = Effect::kNone;
  std::string actions;
  for (const Json access : entry["accesses"]) {
    const std::string_view action = access["action"].String().value_or("");
    effect = std::max(effect, EffectOf(action));
    if (actions.empty()) actions = action;
  }
  if (effect == Effect::kNone) {
    return Ignore(sink, "\"" + actions + "\" leaves a flag where it is");
  }
  const std::optional<FlagState> state = StateAfter(effect, entry);
  if (!state) return Ignore(sink, "archived or restored: it does not say which");
  const std::set<Flag> flags = FlagsOf(entry);
  if (flags.empty()) return Refuse(sink, "no \"resource\" that names a flag");
  if (!sink.TakesFlags()) return Ignore(sink, "this flaglinkd is too old for news of flags");
  for (const auto& [project, key] : flags) sink.Tell(project, key, *state);
  return Outcome::kExtracted;
}

constexpr flaglink_signature kSignatures[] = {Signature{.header = "x-ld-signature"}};
// Whom a flag is served to may name people; nothing of it is needed.
constexpr Names kBlank{"/currentVersion/environments", "/previousVersion"};

}  // namespace

extern constexpr Declaration kAdapter{.name = "launchdarkly",
                                      .signatures = kSignatures,
                                      .delivery_id = "body:/_id",
                                      .blank = kBlank.names,
                                      .read = Read};

}  // namespace flaglink::launchdarkly

FLAGLINK_ADAPTER(flaglink::launchdarkly::kAdapter)
