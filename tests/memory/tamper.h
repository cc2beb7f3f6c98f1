/// A database changed past its program, for the tests of what a log notices. They answer with SQLite's message: "" when it was done.
#pragma once
#include <sqlite3.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <string>

namespace yizhan::test {

[[nodiscard]] inline std::string sql(const std::string& path, const std::string& text) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  char* message = nullptr;
  sqlite3_exec(db, text.c_str(), nullptr, nullptr, &message);
  const std::string said = message ? message : "";
  sqlite3_free(message);
  sqlite3_close(db);
  return said;
}

/// The same behind the triggers' back: they are put back afterwards, word for word.
[[nodiscard]] inline std::string tamper(const std::string& path, const std::string& text) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  std::array<std::string, 2> triggers;
  sqlite3_exec(
      db, "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'",
      [](void* out, int, char** cell, char**) {
        auto& both = *static_cast<std::array<std::string, 2>*>(out);
        (both[0] += "DROP TRIGGER ") += cell[0] + std::string(";");
        both[1] += cell[1] + std::string(";");
        return 0;
      },
      &triggers, nullptr);
  sqlite3_close(db);
  return sql(path, triggers[0] + text + ";" + triggers[1]);
}

}  // namespace yizhan::test
