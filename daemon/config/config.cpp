#include "daemon/config/config.h"

#include <algorithm>
#include <map>
#include <optional>
#include <system_error>

#include "daemon/config/combinations.h"
#include "daemon/config/loader.h"
#include "daemon/config/option_table.h"
#include "daemon/config/value_reader.h"
#include "daemon/domain/edit_distance.h"

namespace flaglinkd {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargeBody = 8u << 20;

// The rest of a table's name once `table` is taken off the front: "listen.tls" under "listen" is
// "tls".
std::optional<std::string> Below(std::string_view table, std::string_view name) {
  if (name.size() <= table.size() || name.substr(0, table.size()) != table) return std::nullopt;
  if (name[table.size()] != '.') return std::nullopt;
  return std::string(name.substr(table.size() + 1));
}

class ConfigReader {
 public:
  ConfigReader(const Document& document, Problems& problems)
      : document_(document), problems_(problems) {}

  Config Read() {
    for (const Entry& entry : document_.root.table) {
      if (!IsTopLevel(entry.key)) UnknownKey(entry, "the file", TopLevel());
    }
    for (const OptionGroup& group : OptionGroups()) {
      const bool inner = group.table.find('.') != std::string_view::npos;
      if (!inner && !group.list) ReadGroup(group.table);
    }
    ReadSources();
    ReadTests();
    return std::move(config_);
  }

 private:
  static std::vector<std::string> TopLevel() {
    std::vector<std::string> names;
    for (const OptionGroup& group : OptionGroups()) {
      std::string name(group.table.substr(0, group.table.find('.')));
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    return names;
  }

  static bool IsTopLevel(const std::string& key) {
    std::vector<std::string> names = TopLevel();
    return std::find(names.begin(), names.end(), key) != names.end();
  }

  void ReadGroup(std::string_view table) {
    const Entry* entry = document_.root.Find(table);
    ReadTable(table, std::string(table), entry, {config_, nullptr, body_limit_});
  }

  void ReadSources() {
    const Entry* sources = document_.root.Find("source");
    if (!sources) return;
    if (sources->value.kind != Value::Kind::kTable) {
      problems_.Add(sources->place, "`source` must be a table of sources, as [source.jira]");
      return;
    }
    for (const Entry& entry : sources->value.table) ReadSource(entry);
  }

  void ReadSource(const Entry& entry) {
    if (entry.key.empty() || !kNameForm.check(entry.key, {})) {
      problems_.Add(entry.place,
                    "a source's name is letters, digits, '.', '_' and '-', at most 64, and starts "
                    "with a letter or digit");
      return;
    }
    SourceOptions source;
    source.name = source.adapter = source.name_space = entry.key;
    source.path = "/hooks/" + entry.key;
    source.projects = config_.launchdarkly.projects;
    source.body_limit = 0;
    ReadTable("source.NAME", "source." + entry.key, &entry, {config_, &source, body_limit_});
    if (!source.path_secret.empty() && !entry.value.Find("secrets")) source.verify = false;
    if (source.body_limit == 0) {
      const bool large = source.adapter == "github" || source.adapter == "jira";
      source.body_limit = large ? std::max(body_limit_, kLargeBody) : body_limit_;
    }
    config_.sources.push_back(std::move(source));
  }

  void ReadTests() {
    const Entry* tests = document_.root.Find("test");
    if (!tests) return;
    if (tests->value.kind != Value::Kind::kList) {
      problems_.Add(tests->place, "`test` must be a list of tables, as [[test]]");
      return;
    }
    for (const Value& value : tests->value.list) {
      const SourceFile& file = document_.files[value.place.file];
      WebhookTest test;
      test.file = file.name;
      test.line = value.place.line;
      const Entry entry{"test", value.place, value};
      ReadTable("test", "test", &entry, {config_, nullptr, body_limit_, &test});
      config_.tests.push_back(std::move(test));
    }
  }

  // Reads the options of `table` (as the option table calls it; `name` with the source's own name)
  // and the tables in it. `entry` is nullptr where the file has none: the defaults hold.
  void ReadTable(std::string_view table, const std::string& name, const Entry* entry,
                 OptionTarget target) {
    if (entry && entry->value.kind != Value::Kind::kTable) {
      problems_.Add(entry->place, "`" + name + "` must be a table, as [" + name + "]",
                    Problems::Show::kKey);
      problems_.Hide(entry->value);
      return;
    }
    std::vector<std::string> known;
    for (const Option& option : Options()) {
      if (option.table != table) continue;
      known.emplace_back(option.name);
      ReadOption(option, name, entry, target);
    }
    for (const OptionGroup& group : OptionGroups()) {
      std::optional<std::string> inner = Below(table, group.table);
      if (!inner || inner->find('.') != std::string::npos) continue;
      known.push_back(*inner);
      ReadTable(group.table, name + "." + *inner, entry ? entry->value.Find(*inner) : nullptr,
                target);
    }
    if (entry) FindUnknownKeys(entry->value, "[" + name + "]", known);
  }

  void ReadOption(const Option& option, const std::string& table, const Entry* table_entry,
                  OptionTarget target) {
    const Entry* entry = table_entry ? table_entry->value.Find(option.name) : nullptr;
    if (!entry && option.standard.empty()) return;
    const std::string name = table + "." + std::string(option.name);
    std::optional<OptionValue> value =
        entry ? ReadValue(option, name, entry->value, document_.files[entry->place.file].directory,
                          problems_)
              : ReadValue(option, name, ParseValue(option.standard), "/", problems_);
    if (!value) return;
    config_.fixed_secrets.insert(value->fixed_secrets.begin(), value->fixed_secrets.end());
    option.set(target, *value);
  }

  void FindUnknownKeys(const Value& table, const std::string& where,
                       const std::vector<std::string>& known) {
    for (const Entry& entry : table.table) {
      if (std::find(known.begin(), known.end(), entry.key) == known.end()) {
        UnknownKey(entry, where, known);
      }
    }
  }

  void UnknownKey(const Entry& entry, const std::string& where,
                  const std::vector<std::string>& known) {
    problems_.Hide(entry.value);
    std::string hint = DidYouMean(entry.key, known);
    if (hint.empty()) {
      hint = where + " knows";
      for (std::size_t i = 0; i < known.size(); ++i) hint += (i ? ", " : " ") + known[i];
    }
    problems_.Add(entry.place, "unknown key `" + entry.key + "`; " + hint, Problems::Show::kKey);
  }

  const Document& document_;
  Problems& problems_;
  Config config_;
  std::size_t body_limit_ = 0;
};

// build/bin/flaglinkd has build/adapters beside it; an installed program uses the system's.
fs::path AdaptersOf(const fs::path& program) {
  std::error_code failed;
  if (!program.empty()) {
    fs::path beside = program.parent_path().parent_path() / "adapters";
    if (fs::is_directory(beside, failed)) return beside;
  }
  return "/usr/lib/flaglinkd/adapters";
}

fs::path AdminSocketOf(const LoadSettings& settings, const QueueOptions& queue) {
  if (settings.file == LoadSettings().file) return "/run/flaglinkd/admin.sock";
  return queue.file.parent_path() / "admin.sock";
}

}  // namespace

std::variant<Config, std::vector<Diagnostic>> LoadConfig(const LoadSettings& settings) {
  Problems problems;
  const Document document = LoadDocument(settings.file, settings.more, problems);
  // With a part missing, what the rest seems to lack may well be there.
  if (!document.complete) return problems.Diagnostics(document.files);
  Config config = ConfigReader(document, problems).Read();
  CheckCombinations(config, document.root, problems);
  if (!problems.empty()) return problems.Diagnostics(document.files);
  if (config.adapters.empty()) config.adapters = AdaptersOf(settings.program);
  if (config.admin.socket.empty()) config.admin.socket = AdminSocketOf(settings, config.queue);
  config.warnings = problems.Warnings(document.files);
  config.hash = document.hash;
  return config;
}

}  // namespace flaglinkd
