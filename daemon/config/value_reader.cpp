#include "daemon/config/value_reader.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "daemon/base/check.h"
#include "daemon/config/quantity.h"
#include "daemon/config/secret_value.h"
#include "daemon/domain/edit_distance.h"

namespace flaglinkd {
namespace {

using Kind = Value::Kind;

constexpr std::size_t kMostFreePairs = 1024;

const char* KindName(Kind kind) {
  switch (kind) {
    case Kind::kText: return "a string";
    case Kind::kInteger: return "a whole number";
    case Kind::kReal: return "a fraction";
    case Kind::kBool: return "a boolean";
    case Kind::kList: return "a list";
    case Kind::kTable: return "a table";
    case Kind::kTime: return "a date or time";
  }
  return "";
}

// https://user:password@host/
bool HoldsUser(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return false;
  text.remove_prefix(scheme + 3);
  return text.substr(0, text.find_first_of("/?#")).find('@') != std::string_view::npos;
}

// Reads one option's value; a method that returns false has said why.
class Reader {
 public:
  Reader(const Option& option, const std::string& name, const std::filesystem::path& directory,
         Problems& problems)
      : option_(option), name_(name), problems_(problems) {
    result_.directory = directory;
  }

  bool Read(const Value& value) {
    switch (option_.type) {
      case OptionType::kBool: return ReadBool(value);
      case OptionType::kInteger: return ReadInteger(value);
      case OptionType::kDuration: return ReadDuration(value);
      case OptionType::kSize: return ReadSize(value);
      case OptionType::kText: return ReadText(value);
      case OptionType::kTexts: return ReadTexts(value);
      case OptionType::kSecret: return ReadSecret(value);
      case OptionType::kSecrets: return ReadSecrets(value);
      case OptionType::kFilters: return ReadFilters(value);
      case OptionType::kFree: return ReadFree(value, "", 1);
    }
    return false;
  }

  OptionValue Take() { return std::move(result_); }

 private:
  bool Refuse(const Value& value, const std::string& message) {
    problems_.Add(value.place, message);
    return false;
  }

  // `what` is what the value must be: "a list of strings".
  bool Expect(const Value& value, Kind kind, const std::string& what) {
    if (value.kind == kind) return true;
    return Refuse(value, "`" + name_ + "` must be " + what + ", not " + KindName(value.kind));
  }

  template <typename T>
  bool InRange(const Value& value, const std::string& shown, T number, T least, T most) {
    if (least <= number && number <= most) return true;
    return Refuse(value, "`" + name_ + "` must be between " + std::string(option_.least) + " and " +
                             std::string(option_.most) + ", not " + shown);
  }

  bool ReadBool(const Value& value) {
    if (!Expect(value, Kind::kBool, "true or false")) return false;
    result_.flag = value.flag;
    return true;
  }

  bool ReadInteger(const Value& value) {
    if (!Expect(value, Kind::kInteger, "a whole number")) return false;
    result_.integer = value.integer;
    return InRange(value, value.text, value.integer, Bound(option_.least), Bound(option_.most));
  }

  bool ReadDuration(const Value& value) {
    if (!Expect(value, Kind::kText, "a duration, as \"20s\"")) return false;
    if (option_.may_be_off && value.text == "off") return true;
    Result<Duration> duration = ParseDuration(value.text);
    if (!duration) return Refuse(value, "`" + name_ + "`: " + duration.error().message);
    result_.duration = *duration;
    return InRange(value, value.text, *duration, ParseDuration(option_.least).value(),
                   ParseDuration(option_.most).value());
  }

  bool ReadSize(const Value& value) {
    if (!Expect(value, Kind::kText, "a size, as \"64KiB\"")) return false;
    Result<std::size_t> size = ParseSize(value.text);
    if (!size) return Refuse(value, "`" + name_ + "`: " + size.error().message);
    result_.integer = static_cast<std::int64_t>(*size);
    return InRange(value, value.text, *size, ParseSize(option_.least).value(),
                   ParseSize(option_.most).value());
  }

  bool ReadText(const Value& value) {
    if (!Expect(value, Kind::kText, option_.choices.empty() ? "a string" : Choices())) {
      return false;
    }
    if (option_.choices.empty()) return TakeText(value, result_.text);
    auto found = std::find(option_.choices.begin(), option_.choices.end(), value.text);
    result_.integer = found - option_.choices.begin();
    result_.text = value.text;
    if (found != option_.choices.end()) return true;
    std::string hint = DidYouMean(value.text, {option_.choices.begin(), option_.choices.end()});
    return Refuse(value, "`" + name_ + "` must be " + Choices() + ", not \"" + value.text + "\"" +
                             (hint.empty() ? "" : "; " + hint));
  }

  bool ReadTexts(const Value& value) {
    if (!Expect(value, Kind::kList, "a list of strings")) return false;
    bool good = true;
    for (const Value& element : value.list) {
      std::string text;
      good = Expect(element, Kind::kText, "a list of strings") && TakeText(element, text) && good;
      result_.texts.push_back(std::move(text));
    }
    return good;
  }

  // Holds the text against the option's form.
  bool TakeText(const Value& value, std::string& text) {
    if (value.text.empty() && option_.may_be_empty) return true;
    if (value.text.empty()) return Refuse(value, "`" + name_ + "` must not be empty");
    if (value.text.find('\0') != std::string::npos) {
      return Refuse(value, "`" + name_ + "` must not hold a NUL");
    }
    if (HoldsUser(value.text)) {
      problems_.Hide(value);  // the user's password would be shown with it
      return Refuse(value, "`" + name_ + "` must not hold a user or a password");
    }
    if (option_.form->check) {
      Status good = option_.form->check(value.text, result_.directory);
      if (!good) return Refuse(value, "`" + name_ + "`: " + good.error().message);
    }
    text = value.text;
    return true;
  }

  bool ReadSecrets(const Value& value) {
    problems_.Hide(value);
    if (!Expect(value, Kind::kList, "a list, as [{ credential = \"name\" }]")) return false;
    bool good = true;
    for (const Value& element : value.list) good = ReadSecret(element) && good;
    return good;
  }

  bool ReadSecret(const Value& value) {
    problems_.Hide(value);
    if (value.kind == Kind::kText) {
      if (value.text.empty()) return Refuse(value, "`" + name_ + "` must not be empty");
      problems_.Warn(value.place, "`" + name_ +
                                      "` is written out in the file; { credential = \"name\" } or "
                                      "{ file = \"…\" } keeps it out");
      result_.secrets.push_back(Secret(std::string(value.text)));
      return true;
    }
    Result<Secret> secret = SecretFromTable(value);
    const Entry* file = value.Find("file");
    if (option_.type == OptionType::kSecrets && file && !result_.secret_file) {
      result_.secret_file =
          SecretFile{Absolute(file->value.text, result_.directory), result_.secrets.size(), ""};
      // A handshake may still bring it; whether one can, the adapter says.
      if (!secret && secret.error().code == Error::Code::kNotFound) {
        result_.secret_file->missing = secret.error().message;
        return true;
      }
    }
    if (!secret) return Refuse(value, "`" + name_ + "`: " + secret.error().message);
    result_.secrets.push_back(*std::move(secret));
    return true;
  }

  Result<Secret> SecretFromTable(const Value& value) {
    const bool one = value.kind == Kind::kTable && value.table.size() == 1 &&
                     value.table[0].value.kind == Kind::kText &&
                     value.table[0].value.text.find('\0') == std::string::npos;
    if (one) {
      const std::string& key = value.table[0].key;
      const std::string& text = value.table[0].value.text;
      if (key == "credential") {
        if (CredentialsAreHandedOver()) result_.fixed_secrets.push_back("credential " + text);
        return ReadCredential(text);
      }
      if (key == "file") return ReadSecretFile(Absolute(text, result_.directory));
      if (key == "env") {
        result_.fixed_secrets.push_back("variable " + text);
        return ReadSecretVariable(text);
      }
    }
    return Error{Error::Code::kInvalid,
                 "a secret is { credential = \"name\" }, { file = \"…\" } or { env = \"NAME\" }"};
  }

  bool ReadFilters(const Value& value) {
    const std::string what = "a table, as { \"/json/pointer\" = [\"value\"] }";
    if (!Expect(value, Kind::kTable, what)) return false;
    bool good = true;
    for (const Entry& entry : value.table) {
      if (Status pointer = option_.form->check(entry.key, {}); !pointer) {
        problems_.Add(entry.place, "`" + name_ + "`: " + pointer.error().message);
        good = false;
      }
      PointerFilter filter{entry.key, {}};
      good = Expect(entry.value, Kind::kList, what) && good;
      if (entry.value.kind == Kind::kList && entry.value.list.empty()) {
        good = Refuse(entry.value, "`" + name_ + "`: \"" + entry.key + "\" has no value");
      }
      for (const Value& element : entry.value.list) {
        good = Expect(element, Kind::kText, what) && good;
        filter.values.push_back(element.text);
      }
      result_.filters.push_back(std::move(filter));
    }
    return good;
  }

  // One more level of tables becomes names with a dot, as do lists where they may be.
  bool ReadFree(const Value& value, const std::string& prefix, int levels_left) {
    if (!Expect(value, Kind::kTable, "a table")) return false;
    bool good = true;
    for (const Entry& entry : value.table) {
      const bool nested = entry.value.kind == Kind::kTable && levels_left > 0;
      const std::string key = prefix + entry.key;
      if (nested) {
        good = ReadFree(entry.value, key + ".", levels_left - 1) && good;
      } else if (entry.value.kind == Kind::kList && option_.may_hold_lists) {
        for (std::size_t i = 0; i < entry.value.list.size(); ++i) {
          good = ReadPair(entry.value.list[i], key + "." + std::to_string(i)) && good;
        }
      } else {
        good = ReadPair(entry.value, key) && good;
      }
    }
    return good;
  }

  bool ReadPair(const Value& value, const std::string& key) {
    switch (value.kind) {
      case Kind::kText:
      case Kind::kInteger:
      case Kind::kReal:
      case Kind::kBool: break;
      case Kind::kList:
      case Kind::kTable:
      case Kind::kTime:
        return Refuse(value, "`" + name_ + "." + key +
                                 "` must be a string, a number or a boolean, not " +
                                 KindName(value.kind));
    }
    if (result_.pairs.size() == kMostFreePairs) {
      return Refuse(
          value, "`" + name_ + "` holds more than " + std::to_string(kMostFreePairs) + " values");
    }
    if (value.kind == Kind::kText && option_.form->check) {
      Status good = option_.form->check(value.text, result_.directory);
      if (!good) return Refuse(value, "`" + name_ + "." + key + "`: " + good.error().message);
    }
    result_.pairs.push_back({key, value.text});
    return true;
  }

  std::string Choices() const {
    std::string text;
    for (std::size_t i = 0; i < option_.choices.size(); ++i) {
      if (i > 0) text += i + 1 < option_.choices.size() ? ", " : " or ";
      text += '"' + std::string(option_.choices[i]) + '"';
    }
    return text;
  }

  static std::int64_t Bound(std::string_view text) {
    std::int64_t number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    FLAGLINKD_CHECK(error == std::errc() && end == text.data() + text.size());
    return number;
  }

  const Option& option_;
  const std::string& name_;
  Problems& problems_;
  OptionValue result_;
};

}  // namespace

std::optional<OptionValue> ReadValue(const Option& option, const std::string& name,
                                     const Value& value, const std::filesystem::path& directory,
                                     Problems& problems) {
  Reader reader(option, name, directory, problems);
  if (!reader.Read(value)) return std::nullopt;
  return reader.Take();
}

}  // namespace flaglinkd
