#include "daemon/cli/check.h"

#include <ostream>
#include <string>
#include <variant>
#include <vector>

#include "daemon/adapt/adapter.h"
#include "daemon/cli/verbs.h"

namespace flaglinkd {
namespace {

std::string Methods(const Adapter& adapter) {
  std::string text;
  for (const std::string& method : adapter.methods()) text += (text.empty() ? "" : ",") + method;
  return text;
}

std::string Secrets(const SourceOptions& source) {
  if (!source.verify) return "unverified";
  const std::size_t count = source.secrets.size();
  return std::to_string(count) + (count == 1 ? " secret" : " secrets");
}

// One line on how the source will be served, or why it can't be.
Result<std::string> CheckSource(const SourceOptions& source, const std::filesystem::path& folder) {
  Result<std::shared_ptr<const Adapter>> adapter = LoadAdapter(folder, source.adapter);
  if (!adapter) return adapter.error();
  if (Status options = (*adapter)->CheckOptions(source.options); !options) return options.error();
  if (auto schemes = (*adapter)->Schemes(source.options); !schemes) return schemes.error();
  return "source " + source.name + ": adapter " + (*adapter)->name() + " " + (*adapter)->version() +
         ", " + Methods(**adapter) + " " + source.path + ", " + Secrets(source);
}

}  // namespace

int Check(const LoadSettings& settings, std::ostream& out) {
  auto loaded = LoadConfig(settings);
  if (const auto* diagnostics = std::get_if<std::vector<Diagnostic>>(&loaded)) {
    for (const Diagnostic& diagnostic : *diagnostics) out << diagnostic.Text() << "\n";
    return kBadConfiguration;
  }
  const Config& config = std::get<Config>(loaded);
  for (const std::string& warning : config.warnings) out << "warning: " << warning << "\n";
  int exit_code = kFine;
  for (const SourceOptions& source : config.sources) {
    Result<std::string> line = CheckSource(source, config.adapters);
    if (!line) exit_code = kBadConfiguration;
    out << (line ? *line : "source " + source.name + ": " + line.error().message) << "\n";
  }
  return exit_code;
}

}  // namespace flaglinkd
