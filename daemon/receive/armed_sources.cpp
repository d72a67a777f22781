#include "daemon/receive/armed_sources.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "daemon/verify/secret_key.h"
#include "daemon/verify/signed_time.h"

namespace flaglinkd {
namespace {

constexpr std::size_t kLongestSecret = 1024;

bool CanBeKept(std::string_view text) {
  return text.size() <= kLongestSecret &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

bool IsGood(const ArmedSources::Arming& arming, const Source& source, TimePoint now) {
  const std::optional<SecretFile>& file = source.options.secret_file;
  return file && file->file == arming.file && now <= arming.until;
}

}  // namespace

Result<TimePoint> ArmedSources::Arm(const Source& source, Overwrite overwrite, TimePoint now) {
  const std::string& name = source.options.name;
  if (!source.adapter->armed_secret()) {
    return Error{Error::Code::kInvalid, "source " + name + ": the adapter " +
                                            source.adapter->name() +
                                            " takes no secret from a handshake"};
  }
  if (!source.options.verify || !source.options.secret_file) {
    return Error{
        Error::Code::kConflict,
        "source " + name + " names no file to keep the secret in: secrets = [{ file = \"…\" }]"};
  }
  if (overwrite == Overwrite::kNo && HasSecret(source)) {
    return Error{Error::Code::kConflict, "source " + name + " has a secret in " +
                                             source.options.secret_file->file.string() +
                                             "; --replace puts the next one in its place"};
  }
  if (Status file = CheckSecretFile(source.options.secret_file->file, overwrite); !file) {
    return file.error();
  }
  const TimePoint until = now + kArmedFor;
  (*armed_.Lock())[name] = {until, overwrite, source.options.secret_file->file};
  return until;
}

bool ArmedSources::HasSecret(const Source& source) {
  return source.options.secret_file->missing.empty() || SecretsOf(source) != nullptr;
}

bool ArmedSources::IsArmed(const Source& source, TimePoint now) {
  auto armed = armed_.Lock();
  const auto found = armed->find(source.options.name);
  return found != armed->end() && IsGood(found->second, source, now);
}

std::optional<ArmedSources::Arming> ArmedSources::Take(const Source& source, TimePoint now) {
  auto armed = armed_.Lock();
  const auto found = armed->find(source.options.name);
  if (found == armed->end()) return std::nullopt;
  const Arming arming = found->second;
  armed->erase(found);
  return IsGood(arming, source, now) ? std::optional(arming) : std::nullopt;
}

void ArmedSources::PutBack(const Source& source, Arming arming) {
  armed_.Lock()->emplace(source.options.name, arming);
}

void ArmedSources::Learn(const Source& source, const Secret& secret) {
  const SecretFile& file = *source.options.secret_file;
  auto secrets = std::make_shared<std::vector<Secret>>();
  for (const Secret& known : source.options.secrets) secrets->push_back(known.Clone());
  const auto place = secrets->begin() + static_cast<std::ptrdiff_t>(file.index);
  if (file.missing.empty()) {
    *place = secret.Clone();
  } else {
    secrets->insert(place, secret.Clone());
  }
  learned_.Lock()->insert_or_assign(source.options.name,
                                    Learned{file.file, secret.Clone(), std::move(secrets)});
}

void ArmedSources::Reconcile(const SourceSet& sources) {
  for (const auto& [name, learned] : std::exchange(*learned_.Lock(), {})) {
    const Source* source = sources.FindByName(name);
    const bool here = source != nullptr && source->options.secret_file &&
                      source->options.secret_file->file == learned.file;
    if (here && !source->options.secret_file->missing.empty()) Learn(*source, learned.secret);
  }
}

std::shared_ptr<const std::vector<Secret>> ArmedSources::SecretsOf(const Source& source) {
  auto learned = learned_.Lock();
  const auto found = learned->find(source.options.name);
  return found == learned->end() ? nullptr : found->second.all;
}

std::optional<Secret> HandshakeSecret(const Source& source, const Webhook& webhook) {
  const std::optional<ValueLocation>& where = source.adapter->armed_secret();
  if (!where) return std::nullopt;
  std::optional<std::string> text;
  if (where->kind == ValueLocation::Kind::kBody) {
    text = FindInJson(webhook.body, where->name);
  } else if (const auto header = webhook.FindHeader(where->name)) {
    text = std::string(*header);
  }
  if (!text || !CanBeKept(*text)) return std::nullopt;
  Secret secret(*std::move(text));
  if (!CheckSecret(source.schemes, secret)) return std::nullopt;
  return secret;
}

}  // namespace flaglinkd
