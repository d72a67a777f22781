// Copies a change out of an adapter's memory. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "adapters/sdk/flaglink_adapter.h"
#include "daemon/base/result.h"
#include "daemon/domain/change.h"

namespace flaglinkd {

// Reads an adapter's strings: valid UTF-8 comes out, cut at a limit, and all of it together is
// bounded.
class BorrowedText {
 public:
  // `budget`: how many bytes may be copied in all.
  explicit BorrowedText(std::size_t budget) : left_(budget) {}

  // At most `limit` bytes. An absent string is empty. What does not fit the budget comes out empty;
  // see exhausted().
  std::string Copy(flaglink_str text, std::size_t limit, std::string_view what);
  // Nothing: absent.
  std::optional<std::string> CopyIfPresent(flaglink_str text, std::size_t limit,
                                           std::string_view what);

  void NoteCut(std::string_view what) { cut_.emplace(what); }
  const std::set<std::string>& cut() const { return cut_; }  // what was longer than its limit
  bool exhausted() const { return exhausted_; }

 private:
  std::size_t left_;
  bool exhausted_ = false;
  std::set<std::string> cut_;
};

// kInvalid with what is wrong with it. Fields beyond the struct_size that the adapter gives count
// as zero.
Result<Change> CopyChange(const flaglink_change& borrowed, BorrowedText& text);

}  // namespace flaglinkd
