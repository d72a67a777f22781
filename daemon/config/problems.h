// Collects what is wrong with a configuration, and says it without ever showing a secret: which
// lines may be shown is settled only when everything has been read.
#pragma once

#include <string>
#include <vector>

#include "daemon/config/config.h"
#include "daemon/config/document.h"

namespace flaglinkd {

class Problems {
 public:
  // How much of its line a problem shows. kKey: what stands before the `=`, since the value of an
  // unknown key may be a secret under a misspelt name.
  enum class Show { kLine, kKey, kNothing };

  void Add(Place place, const std::string& message, Show show = Show::kLine);
  void Warn(Place place, const std::string& message);

  // The lines that `value` takes up hold a secret, or may hold one.
  void Hide(const Value& value);

  bool empty() const { return problems_.empty(); }

  // In the order of the files.
  std::vector<Diagnostic> Diagnostics(const std::vector<SourceFile>& files) const;
  std::vector<std::string> Warnings(const std::vector<SourceFile>& files) const;

 private:
  struct Problem {
    Place place;
    std::string message;
    Show show = Show::kLine;
  };
  struct HiddenLines {
    std::size_t file;
    int first, last;
  };

  bool IsHidden(Place place) const;
  std::string ShownLine(const Problem& problem, const SourceFile& file) const;

  std::vector<Problem> problems_, warnings_;
  std::vector<HiddenLines> hidden_;
};

}  // namespace flaglinkd
