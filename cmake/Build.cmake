# How everything here is compiled, and the few functions that the folders' CMakeLists.txt consist of.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 99)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_FLAGS_DEV "-O1 -g1" CACHE STRING "" FORCE)
set(CMAKE_C_FLAGS_DEV "-O1 -g1" CACHE STRING "" FORCE)
# One place for programs, so that the adapters' folder is found relative to them in a build tree as when installed.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE}")
endif()

# The flags of every target that is ours; a third party's headers come in as SYSTEM.
add_library(flaglinkd_build INTERFACE)
target_include_directories(flaglinkd_build INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(flaglinkd_build INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wimplicit-fallthrough
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
  $<$<COMPILE_LANGUAGE:CXX>:-Woverloaded-virtual>
  "-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=")
target_link_options(flaglinkd_build INTERFACE -Wl,-z,relro,-z,now)
if(FLAGLINKD_SANITIZE)
  target_compile_options(flaglinkd_build INTERFACE
    "-fsanitize=${FLAGLINKD_SANITIZE}" -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(flaglinkd_build INTERFACE "-fsanitize=${FLAGLINKD_SANITIZE}")
else()
  target_compile_options(flaglinkd_build INTERFACE
    -fstack-protector-strong $<$<CONFIG:RelWithDebInfo>:-D_FORTIFY_SOURCE=2>)
endif()

if(FLAGLINKD_FUZZ)
  # Coverage in the code under test; only the targets themselves link libFuzzer's main(). RapidJSON's empty stack computes an
  # offset of a null pointer, which clang's sanitizer would stop at on any input.
  target_compile_options(flaglinkd_build INTERFACE -fsanitize=fuzzer-no-link -fno-sanitize=pointer-overflow)
  target_link_options(flaglinkd_build INTERFACE -fsanitize=fuzzer-no-link)
endif()

# flaglinkd_folder(NAME [LIBRARIES...]): the static library of one folder of daemon/, made of all its .cpp files.
# LIBRARIES are the folders that it may include (style: the include table) and what it uses from outside.
function(flaglinkd_folder name)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/daemon/${name}/*.cpp")
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  if(sources)
    add_library(flaglinkd_${name} STATIC ${sources})
    target_link_libraries(flaglinkd_${name} PUBLIC flaglinkd_build ${ARGN})
  else()
    add_library(flaglinkd_${name} INTERFACE)
    target_link_libraries(flaglinkd_${name} INTERFACE flaglinkd_build ${ARGN})
  endif()
endfunction()

# flaglinkd_tests(NAME [LIBRARIES...]): one test program of tests/NAME/*_test.cpp; each TEST is a test of CTest.
function(flaglinkd_tests name)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/${name}/*_test.cpp")
  if(NOT sources)
    return()
  endif()
  string(REPLACE "/" "_" target "test_${name}")
  add_executable(${target} ${sources})
  target_link_libraries(${target} PRIVATE flaglinkd_build ${ARGN} GTest::gtest GTest::gmock GTest::gtest_main)
  target_compile_definitions(${target} PRIVATE
    FLAGLINKD_SOURCE_DIR="${CMAKE_SOURCE_DIR}" FLAGLINKD_BINARY_DIR="${CMAKE_BINARY_DIR}")
  gtest_discover_tests(${target} DISCOVERY_MODE PRE_TEST TEST_PREFIX "${name}/" PROPERTIES TIMEOUT 300)
endfunction()

# flaglinkd_fuzz_program(TARGET SOURCES CORPUS...): a libFuzzer program with FLAGLINKD_FUZZ, else linked with replay.cpp. Either
# way CTest runs it over those of the folders CORPUS that exist.
function(flaglinkd_fuzz_program target sources)
  add_executable(${target} ${sources})
  set(corpora)
  foreach(corpus IN LISTS ARGN)
    if(EXISTS "${corpus}")
      list(APPEND corpora "${corpus}")
    endif()
  endforeach()
  string(REGEX REPLACE "^fuzz_" "" name "${target}")
  if(FLAGLINKD_FUZZ)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    add_test(NAME fuzz/${name}_corpus COMMAND ${target} -runs=0 ${corpora})
  else()
    target_sources(${target} PRIVATE "${CMAKE_SOURCE_DIR}/tests/fuzz/replay.cpp")
    add_test(NAME fuzz/${name}_corpus COMMAND ${target} ${corpora})
  endif()
  target_link_libraries(${target} PRIVATE flaglinkd_build)
endfunction()

# flaglinkd_fuzz(NAME [LIBRARIES...]): tests/fuzz/NAME_fuzz.cpp with its corpus, tests/fuzz/corpus/NAME.
function(flaglinkd_fuzz name)
  flaglinkd_fuzz_program(fuzz_${name} "${CMAKE_SOURCE_DIR}/tests/fuzz/${name}_fuzz.cpp"
    "${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name}")
  target_link_libraries(fuzz_${name} PRIVATE ${ARGN})
endfunction()

# flaglinkd_adapter_fuzz(TARGET): the objects of an adapter's plugin behind tests/fuzz/any_adapter.cpp.
function(flaglinkd_adapter_fuzz adapter)
  string(REGEX REPLACE "^adapter_" "" name "${adapter}")
  flaglinkd_fuzz_program(fuzz_${adapter} "$<TARGET_OBJECTS:${adapter}>;$<TARGET_OBJECTS:fuzz_any_adapter>"
    "${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${adapter}" "${CMAKE_SOURCE_DIR}/tests/adapters/${name}/fixtures")
endfunction()

# add_adapter(NAME): adapters/NAME/*.cpp as adapters/NAME.so in the build tree, exporting exactly one symbol.
function(add_adapter name)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/adapters/${name}/*.cpp")
  add_library(adapter_${name} MODULE ${sources})
  target_link_libraries(adapter_${name} PRIVATE flaglinkd_adapter_sdk)
  set(map "${CMAKE_SOURCE_DIR}/adapters/sdk/exports.map")
  target_link_options(adapter_${name} PRIVATE "-Wl,--version-script=${map}")
  if(NOT FLAGLINKD_FUZZ)  # clang's sanitizers are linked into the program alone
    target_link_options(adapter_${name} PRIVATE -Wl,--no-undefined)
  endif()
  set_target_properties(adapter_${name} PROPERTIES
    PREFIX "" OUTPUT_NAME ${name} LINK_DEPENDS "${map}" CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/adapters")
  # The daemon loads nothing that a group may write to, and some users' umask lets theirs.
  add_custom_command(TARGET adapter_${name} POST_BUILD VERBATIM
    COMMAND chmod go-w "${CMAKE_BINARY_DIR}/adapters" "$<TARGET_FILE:adapter_${name}>")
  set_property(GLOBAL APPEND PROPERTY FLAGLINKD_ADAPTERS adapter_${name})
  install(TARGETS adapter_${name} LIBRARY DESTINATION lib/flaglinkd/adapters)
endfunction()
