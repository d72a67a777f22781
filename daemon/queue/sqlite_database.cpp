#include "daemon/queue/sqlite_database.h"

namespace flaglinkd {
namespace {

Error::Code Meaning(int code) {
  switch (code & 0xff) {  // the extended codes' low byte is the plain one
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_NOMEM: return Error::Code::kUnavailable;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT: return Error::Code::kInvalid;
    default: return Error::Code::kInternal;
  }
}

}  // namespace

void Database::State::Stick(int code) {
  if (error) return;
  error = Error{Meaning(code), file + ": " + sqlite3_errmsg(handle.get())};
}

Result<Database> Database::Open(const std::filesystem::path& file, Access access) {
  auto state = std::make_unique<State>();
  state->file = file.string();
  sqlite3* handle = nullptr;
  const int flags = (access == Access::kRead ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
  state->handle.reset(handle);
  if (code != SQLITE_OK) {
    return Error{
        Error::Code::kUnavailable,
        "open " + state->file + ": " + (handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code))};
  }
  return Database(std::move(state));
}

void Database::Run(const char* sql) {
  if (error()) return;
  const int code = sqlite3_exec(state_->handle.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) state_->Stick(code);
}

std::int64_t Database::Number(const char* sql) {
  Statement statement(*this, sql);
  Rows rows = statement.Query();
  return rows.Next() ? rows.Number(0) : 0;
}

std::string Database::Text(const char* sql) {
  Statement statement(*this, sql);
  Rows rows = statement.Query();
  return rows.Next() ? rows.Text(0) : "";
}

void Database::CopyFrom(const Database& source) {
  if (error()) return;
  sqlite3* const own = state_->handle.get();
  sqlite3_backup* const copying =
      sqlite3_backup_init(own, "main", source.state_->handle.get(), "main");
  if (copying == nullptr) return state_->Stick(sqlite3_errcode(own));
  sqlite3_backup_step(copying, -1);  // what it meets is what finish returns
  const int code = sqlite3_backup_finish(copying);
  if (code != SQLITE_OK) state_->Stick(code);
}

void Database::Rollback() {
  if (sqlite3_get_autocommit(state_->handle.get()) == 0) {
    sqlite3_exec(state_->handle.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

void Database::Fail(Error::Code code, std::string message) {
  if (!error()) state_->error = Error{code, state_->file + ": " + std::move(message)};
}

Statement::Statement(Database& database, std::string_view sql) : state_(database.state_.get()) {
  if (state_->error) return;
  sqlite3_stmt* statement = nullptr;
  Check(sqlite3_prepare_v3(state_->handle.get(), sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
  statement_.reset(statement);
}

void Statement::Finish() {
  if (!state_->error) {
    const int code = sqlite3_step(statement_.get());
    if (code != SQLITE_DONE && code != SQLITE_ROW) state_->Stick(code);
  }
  sqlite3_reset(statement_.get());
}

Rows::~Rows() {
  sqlite3_reset(statement_);
}

bool Rows::Next() {
  if (database_.error) return false;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) database_.Stick(code);
  return false;
}

std::string_view Rows::Bytes(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

}  // namespace flaglinkd
