#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <exception>
#include <system_error>
#include <utility>

#include "adapters/sdk/flaglink_adapter.h"
#include "daemon/adapt/adapter.h"
#include "daemon/adapt/declarations.h"
#include "daemon/adapt/extraction.h"
#include "daemon/adapt/file_trust.h"
#include "daemon/domain/edit_distance.h"
#include "daemon/domain/text.h"

namespace flaglinkd {
namespace {

constexpr char kSymbol[] = "flaglink_adapter_v1";
// The description as ABI 1 began; what comes later is optional.
constexpr std::size_t kLeastAdapterSize =
    offsetof(flaglink_adapter, check_options) + sizeof(flaglink_adapter::check_options);

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

Error Invalid(std::string reason) {
  return {Error::Code::kInvalid, std::move(reason)};
}

std::string Problem(int error) {
  return std::generic_category().message(error);
}

Status CheckOpened(int fd, const std::string& what, mode_t type) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return Invalid(what + ": " + Problem(errno));
  if ((status.st_mode & S_IFMT) != type) {
    return Invalid(what + " is no regular file (symbolic links are not followed)");
  }
  return CheckTrust(what, status, ::geteuid());
}

// For a name that a person mistook: the one that was meant, or all that there are.
std::string NoSuchAdapter(const std::filesystem::path& directory, const std::string& name) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".so") names.push_back(entry.path().stem());
  }
  std::ranges::sort(names);
  if (const std::string meant = DidYouMean(name, names); !meant.empty()) {
    return "there is no such adapter; " + meant;
  }
  std::string known;
  for (const std::string& other : names) known += (known.empty() ? "" : ", ") + other;
  return "there is no such adapter; there are: " + (known.empty() ? "none" : known);
}

// Looks at folder and file through descriptors, and takes no symbolic link for the file. Nobody but
// their owner can exchange the file between this and dlopen(), since that takes a writable folder;
// what lies above the folder is the administrator's.
Status CheckFile(const std::filesystem::path& directory, const std::string& name) {
  const FileDescriptor folder(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0) return Error{Error::Code::kNotFound, "the folder: " + Problem(errno)};
  if (Status status = CheckOpened(folder.get(), "the folder", S_IFDIR); !status.ok()) return status;
  const FileDescriptor file(
      ::openat(folder.get(), (name + ".so").c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (file.get() < 0) {
    return Error{Error::Code::kNotFound,
                 errno == ENOENT ? NoSuchAdapter(directory, name) : Problem(errno)};
  }
  return CheckOpened(file.get(), "the file", S_IFREG);
}

// dlerror()'s text without the file's name, which our own message begins with.
std::string LinkerProblem(const std::filesystem::path& file) {
  const char* error = ::dlerror();
  std::string text = error == nullptr ? "unknown" : error;
  const std::string prefix = file.string() + ": ";
  if (text.starts_with(prefix)) text.erase(0, prefix.size());
  return text;
}

// The description in a size that we know, with what the adapter does not have as zero.
Result<flaglink_adapter> Describe(const std::filesystem::path& file) {
  // Never closed: an adapter's thread may have been written off and still run in it.
  void* object = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (object == nullptr) return Invalid(LinkerProblem(file));
  auto* entry = reinterpret_cast<decltype(&flaglink_adapter_v1)>(::dlsym(object, kSymbol));
  if (entry == nullptr) return Invalid("it exports no " + std::string(kSymbol));
  const flaglink_adapter* described = entry();
  if (described == nullptr) return Invalid(std::string(kSymbol) + "() gave NULL");
  if (described->abi != FLAGLINK_ADAPTER_ABI) {
    return Invalid("it is made for ABI " + std::to_string(described->abi) + ", this program for " +
                   std::to_string(FLAGLINK_ADAPTER_ABI));
  }
  if (described->struct_size < kLeastAdapterSize) {
    return Invalid("its description has " + std::to_string(described->struct_size) +
                   " bytes, at least " + std::to_string(kLeastAdapterSize) + " are needed");
  }
  flaglink_adapter adapter{};
  // Whole fields alone: what comes after check_options are pointers.
  const std::size_t whole = described->struct_size / sizeof(void*) * sizeof(void*);
  std::memcpy(&adapter, described, std::min(whole, sizeof adapter));
  return adapter;
}

class LoadedAdapter final : public Adapter {
 public:
  LoadedAdapter(const flaglink_adapter& description, Declarations declarations)
      : extract_(description.extract),
        check_options_(description.check_options),
        declarations_(std::move(declarations)) {}

  const std::string& name() const override { return declarations_.name; }
  const std::string& version() const override { return declarations_.version; }
  const std::vector<std::string>& headers() const override { return declarations_.headers; }
  const std::vector<std::string>& blank() const override { return declarations_.blank; }
  const std::vector<std::string>& options() const override { return declarations_.options; }
  const std::vector<std::string>& methods() const override { return declarations_.methods; }
  const std::optional<ValueLocation>& delivery_id() const override {
    return declarations_.delivery_id;
  }
  const std::vector<std::string>& hosts() const override { return declarations_.hosts; }
  const std::optional<ValueLocation>& armed_secret() const override {
    return declarations_.armed_secret;
  }
  Result<std::vector<SignatureScheme>> Schemes(
      const std::vector<AdapterOption>& options) const override;
  Status CheckOptions(const std::vector<AdapterOption>& options) const override;
  Extraction Extract(const AdapterInput& input,
                     const std::vector<AdapterOption>& options) const override {
    return RunExtract(extract_, input, options, declarations_.hosts);
  }

 private:
  bool Knows(const std::string& option) const {
    return std::ranges::any_of(declarations_.options, [&](const std::string& declared) {
      return OptionMatches(declared, option);
    });
  }
  std::string KnownOptions() const;

  ExtractFunction extract_;
  decltype(flaglink_adapter::check_options) check_options_;
  Declarations declarations_;
};

Result<std::vector<SignatureScheme>> LoadedAdapter::Schemes(
    const std::vector<AdapterOption>& options) const {
  std::vector<SignatureScheme> schemes = declarations_.schemes;
  for (SignatureScheme& scheme : schemes) {
    for (SignedPiece& piece : scheme.signed_content) {
      if (piece.kind != SignedPiece::Kind::kOption) continue;
      const auto option = std::ranges::find(options, piece.text, &AdapterOption::name);
      if (option == options.end()) {
        return Invalid("adapter " + name() + ": the option \"" + piece.text +
                       "\" is missing, and signatures can't be checked without it");
      }
      piece.text = option->value;
    }
  }
  return schemes;
}

std::string LoadedAdapter::KnownOptions() const {
  if (options().empty()) return "it has none";
  std::string known = "it has ";
  for (const std::string& option : options()) {
    if (&option != &options().front()) known += ", ";
    known += option;
  }
  return known;
}

Status LoadedAdapter::CheckOptions(const std::vector<AdapterOption>& options) const {
  std::vector<flaglink_pair> pairs;
  for (const AdapterOption& option : options) {
    if (option.name != kHasApiToken && !Knows(option.name)) {
      return Invalid("adapter " + name() + ": unknown option \"" + option.name + "\"; " +
                     KnownOptions());
    }
    pairs.push_back(
        {{option.name.data(), option.name.size()}, {option.value.data(), option.value.size()}});
  }
  if (check_options_ == nullptr) return {};
  std::string_view problem;
  try {
    const flaglink_str said = check_options_(pairs.data(), pairs.size());
    if (said.data == nullptr) return {};
    problem = {said.data, said.size};
  } catch (const std::exception& error) {
    return Invalid("adapter " + name() + ": its options can't be checked: it threw " +
                   EscapeForLine(error.what(), extraction_limit::kReason));
  } catch (...) {
    return Invalid("adapter " + name() + ": its options can't be checked: it threw something");
  }
  return Invalid(
      "adapter " + name() + ": " +
      EscapeForLine(problem.substr(0, extraction_limit::kReason), extraction_limit::kReason));
}

bool IsAdapterName(const std::string& name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

Result<std::shared_ptr<const Adapter>> LoadChecked(const std::filesystem::path& file,
                                                   const std::string& name) {
  if (Status status = CheckFile(file.parent_path(), name); !status.ok()) {
    return status.error();
  }
  Result<flaglink_adapter> description = Describe(file);
  if (!description.ok()) return description.error();
  Result<Declarations> declarations = ReadDeclarations(*description);
  if (!declarations.ok()) return declarations.error();
  if (declarations->name != name) {
    return Invalid("it calls itself \"" + declarations->name + "\"");
  }
  return std::shared_ptr<const Adapter>(
      std::make_shared<LoadedAdapter>(*description, *std::move(declarations)));
}

}  // namespace

Result<std::shared_ptr<const Adapter>> LoadAdapter(const std::filesystem::path& directory,
                                                   const std::string& name) {
  if (!IsAdapterName(name)) {
    return Invalid("load adapter \"" + EscapeForLine(name, 64) +
                   "\": a name has lower-case letters, digits, - and _ alone");
  }
  // Resolved once, so that no symbolic link on the way can turn between the check and dlopen().
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::canonical(directory, error);
  if (error) {
    return Error{Error::Code::kNotFound, "load " + (directory / (name + ".so")).string() +
                                             ": the folder: " + error.message()};
  }
  const std::filesystem::path file = folder / (name + ".so");
  Result<std::shared_ptr<const Adapter>> adapter = LoadChecked(file, name);
  if (adapter.ok()) return adapter;
  return Error{adapter.error().code, "load " + file.string() + ": " + adapter.error().message};
}

AdapterInput InputOf(const Adapter& adapter, const Webhook& webhook) {
  AdapterInput input;
  for (const std::string& name : adapter.headers()) {
    if (const auto value = webhook.FindHeader(name))
      input.headers.push_back({name, std::string(*value)});
  }
  input.content_type = webhook.FindHeader("content-type").value_or("");
  input.body = webhook.body;
  return input;
}

}  // namespace flaglinkd
