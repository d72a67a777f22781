// The configuration's files as one tree of values, each with the place where it is written. The
// TOML library's types stay in loader.cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace flaglinkd {

struct Place {
  std::size_t file = 0;      // index into Document::files
  int line = 0, column = 0;  // from 1, columns in characters; 0: the file as a whole
};

struct Entry;

struct Value {
  enum class Kind { kText, kInteger, kReal, kBool, kList, kTable, kTime };
  Kind kind = Kind::kTable;
  Place place;
  int last_line = 0;
  std::string text;  // kText; a number as it goes to an adapter
  std::int64_t integer = 0;
  bool flag = false;
  std::vector<Value> list;
  std::vector<Entry> table;  // in the order of the files

  // Of a table; nullptr where there is no such key.
  const Entry* Find(std::string_view key) const;
};

struct Entry {
  std::string key;
  Place place;
  Value value;
};

struct SourceFile {
  std::string name;                 // as it was given
  std::filesystem::path directory;  // relative paths in it start here
  std::vector<std::string> lines;
};

struct Document {
  std::vector<SourceFile> files;
  Value root;
  std::string hash;      // of all files' bytes in turn: 16 hex
  bool complete = true;  // false: a file could not be read or is not TOML; what it says is missing
};

}  // namespace flaglinkd
