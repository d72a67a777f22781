# Everything from outside, by the names of Debian 12 and 13. packages.txt lists the Debian packages.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(CURL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(spdlog REQUIRED)
find_package(prometheus-cpp REQUIRED COMPONENTS core)
pkg_check_modules(PISTACHE REQUIRED IMPORTED_TARGET libpistache)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(LZ4 REQUIRED IMPORTED_TARGET liblz4)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
find_path(RAPIDJSON_INCLUDE rapidjson/document.h REQUIRED)
find_path(TOMLPLUSPLUS_INCLUDE toml++/toml.h REQUIRED)
find_path(CLI11_INCLUDE CLI/CLI.hpp REQUIRED)

# Pistache's headers hide the TLS half behind a macro that its .pc file does not set.
set_target_properties(PkgConfig::PISTACHE PROPERTIES INTERFACE_COMPILE_DEFINITIONS PISTACHE_USE_SSL)
# memcpy over trivially copyable-looking values is RapidJSON's business; a failed assertion is ours to see.
add_library(rapidjson INTERFACE)
target_compile_definitions(rapidjson INTERFACE RAPIDJSON_HAS_STDSTRING=1)

if(FLAGLINKD_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
