// A connection to one SQLite file, its statements and its transactions. Internal to queue/; the
// only header with sqlite3.h.
//
// An error sticks: after the first one every statement does nothing and finds nothing until
// ClearError, so that a function of many statements needs no check after each. Whoever ends a
// transaction looks at error() and rolls back. Not safe for several threads.
#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "daemon/base/clock.h"
#include "daemon/base/result.h"

namespace flaglinkd {

// Bytes as a BLOB; empty ones are NULL.
struct Blob {
  std::string_view bytes;
};

class Database {
 public:
  enum class Access { kReadWrite, kRead };
  // Opens the file, which exists.
  static Result<Database> Open(const std::filesystem::path& file,
                               Access access = Access::kReadWrite);

  // One or more statements without parameters or results.
  void Run(const char* sql);
  // The one number that the statement gives; 0 after an error.
  std::int64_t Number(const char* sql);
  // The same for text; "" after an error.
  std::string Text(const char* sql);

  // Becomes a copy of the other, page by page, as that one's open transaction sees it.
  void CopyFrom(const Database& source);

  // Rolls back what is open, if anything is (SQLite may have done so itself).
  void Rollback();

  const std::optional<Error>& error() const { return state_->error; }
  void ClearError() { state_->error.reset(); }
  // For what statements can't see: a row that holds what none of ours would.
  void Fail(Error::Code code, std::string message);

 private:
  friend class Statement;
  friend class Rows;
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  struct State {
    std::unique_ptr<sqlite3, Close> handle;
    std::string file;
    std::optional<Error> error;
    // Keeps the first error; `code` is SQLite's.
    void Stick(int code);
  };
  explicit Database(std::unique_ptr<State> state) : state_(std::move(state)) {}

  std::unique_ptr<State> state_;  // statements keep its address
};

// The rows of a running statement. The statement is reset when they go out of scope: one that stays
// open would hold its snapshot, and the write-ahead log could not be reused.
class Rows {
 public:
  explicit Rows(Database::State& database, sqlite3_stmt* statement)
      : database_(database), statement_(statement) {}
  ~Rows();
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  // Goes to the next row, at first to the first; false when there is none.
  bool Next();

  // The columns of the current row, from 0. NULL reads as 0, empty or nullopt; a value of another
  // type as SQLite converts it. Views live until the next Next.
  std::int64_t Number(int column) const { return sqlite3_column_int64(statement_, column); }
  bool IsNull(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  TimePoint Time(int column) const { return TimePoint(Duration(Number(column))); }
  std::optional<TimePoint> MaybeTime(int column) const {
    return IsNull(column) ? std::nullopt : std::optional(Time(column));
  }
  std::string_view Bytes(int column) const;
  std::string Text(int column) const { return std::string(Bytes(column)); }

 private:
  Database::State& database_;
  sqlite3_stmt* statement_;
};

// Prepared once, run many times. The database outlives it.
class Statement {
 public:
  Statement(Database& database, std::string_view sql);

  // Runs a statement that gives no rows. Parameters are bound in order and without copying.
  template <typename... Values>
  void Run(const Values&... values) {
    if (state_->error) return;
    int index = 0;
    (Bind(++index, values, SQLITE_STATIC), ...);
    Finish();
  }

  // Runs a statement that gives rows.
  template <typename... Values>
  Rows Query(const Values&... values) {
    int index = 0;
    if (!state_->error) (Bind(++index, values, SQLITE_TRANSIENT), ...);
    return Rows(*state_, statement_.get());
  }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  void Bind(int index, std::nullptr_t, sqlite3_destructor_type) {
    Check(sqlite3_bind_null(statement_.get(), index));
  }
  void Bind(int index, std::string_view text, sqlite3_destructor_type owner) {
    Check(sqlite3_bind_text64(statement_.get(), index, text.empty() ? "" : text.data(), text.size(),
                              owner, SQLITE_UTF8));
  }
  void Bind(int index, Blob blob, sqlite3_destructor_type owner) {
    Check(blob.bytes.empty() ? sqlite3_bind_null(statement_.get(), index)
                             : sqlite3_bind_blob64(statement_.get(), index, blob.bytes.data(),
                                                   blob.bytes.size(), owner));
  }
  void Bind(int index, TimePoint time, sqlite3_destructor_type owner) {
    Bind(index, time.time_since_epoch(), owner);
  }
  void Bind(int index, Duration duration, sqlite3_destructor_type owner) {
    Bind(index, std::int64_t{duration.count()}, owner);
  }
  template <typename T>
  void Bind(int index, const std::optional<T>& value, sqlite3_destructor_type owner) {
    value ? Bind(index, *value, owner) : Bind(index, nullptr, owner);
  }
  template <typename T>
  requires(std::is_integral_v<T> || std::is_enum_v<T>) void Bind(int index, T value,
                                                                 sqlite3_destructor_type) {
    Check(sqlite3_bind_int64(statement_.get(), index, static_cast<std::int64_t>(value)));
  }

  void Check(int code) {
    if (code != SQLITE_OK) state_->Stick(code);
  }
  void Finish();

  Database::State* state_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace flaglinkd
