// Sources that wait for a handshake which brings the secret that their sender will sign with
// (Asana, Notion). An operator arms a source; the first handshake within ten minutes is taken, and
// its secret is in force from then on, until a reload reads the file that it was written to.
// Thread-safe.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/guarded.h"
#include "daemon/base/result.h"
#include "daemon/base/secret.h"
#include "daemon/domain/webhook.h"
#include "daemon/receive/secret_file.h"
#include "daemon/receive/source_set.h"

namespace flaglinkd {

inline constexpr Duration kArmedFor = std::chrono::minutes(10);

class ArmedSources {
 public:
  struct Arming {
    TimePoint until{};
    Overwrite overwrite = Overwrite::kNo;
    std::filesystem::path file;  // the source's at that time: a reload may name another one
  };

  // Until when it is armed now. kInvalid: its adapter knows of no such handshake. kConflict: it has
  // a secret that is not to be replaced, or no file to keep one in. kUnavailable: that file could
  // not be written, at which this looks: it blocks on the disk.
  Result<TimePoint> Arm(const Source& source, Overwrite overwrite, TimePoint now);

  bool IsArmed(const Source& source, TimePoint now);
  // Something once per arming, for whoever takes the handshake.
  std::optional<Arming> Take(const Source& source, TimePoint now);
  // The handshake could not be taken: the next one may.
  void PutBack(const Source& source, Arming arming);

  // In force from now on, beside the source's others and in place of what its file held.
  void Learn(const Source& source, const Secret& secret);
  // After a reload: what was learned gives way to what was read from its file, but goes on where the
  // file was read too early to have it.
  void Reconcile(const SourceSet& sources);

  // The source's secrets with what was learned; nullptr: those of its options.
  std::shared_ptr<const std::vector<Secret>> SecretsOf(const Source& source);

 private:
  bool HasSecret(const Source& source);

  Guarded<std::map<std::string, Arming>> armed_;  // by the source's name
  struct Learned {
    std::filesystem::path file;
    Secret secret;
    std::shared_ptr<const std::vector<Secret>> all;  // with the source's others
  };
  Guarded<std::map<std::string, Learned>> learned_;
};

// The secret that the request carries where the adapter says; nothing if there is none, if it is no
// key, or if it could not stand in a header and on a line (printable ASCII, at most 1,024). Pure.
std::optional<Secret> HandshakeSecret(const Source& source, const Webhook& webhook);

}  // namespace flaglinkd
