// The Python tests of frazo._core, with the sanitizer that this program and the module are built
// with. The interpreter has none: the sanitizer's runtime is loaded into it beforehand.

#include <link.h>

#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace frazo {
namespace {

// Appends to a string, separated by colons, what must be in a process before the module is: the
// sanitizer's runtime, and behind it the library whose exceptions it intercepts.
int AppendIfPreloaded(dl_phdr_info* library, size_t, void* libraries) {
  const std::string_view path = library->dlpi_name;
  auto& found = *static_cast<std::string*>(libraries);
  if (path.find("/libasan.so") != path.npos) found = std::string(path) + ":" + found;
  if (path.find("/libstdc++.so") != path.npos) found += std::string(path);
  return 0;
}

class BindingsTest : public testing::TestWithParam<const char*> {};

TEST_P(BindingsTest, Passes) {
  const std::string program = GetParam();  // It takes the name of a file of tests.
  std::string libraries;
  dl_iterate_phdr(&AppendIfPreloaded, &libraries);
  // PYTHONMALLOC: the sanitizer sees the memory of Python's objects only if malloc() gave it.
  // detect_leaks: the interpreter itself frees little of its memory at its end.
  // --capture: pytest would keep the sanitizer's report to itself.
  const std::string command = "exec env --unset=XML_OUTPUT_FILE --unset=TESTBRIDGE_TEST_ONLY" +
                              (" LD_PRELOAD=" + libraries) + " PYTHONMALLOC=malloc" +
                              " ASAN_OPTIONS=\"$ASAN_OPTIONS:detect_leaks=0\"" + " " + program +
                              " " + program + ".py --capture=sys";
  // NOLINTNEXTLINE(bugprone-command-processor,concurrency-mt-unsafe): constants, in one thread
  EXPECT_EQ(std::system(command.c_str()), 0);
}

INSTANTIATE_TEST_SUITE_P(
    PythonTests, BindingsTest,
    testing::Values("python/frazo/_core_test", "python/frazo/pipeline_state_test",
                    "python/frazo/pipeline_test", "python/frazo/record_file_test",
                    "python/frazo/sharded_writer_test", "python/frazo/tokenizer_test",
                    "python/frazo/decode/search_test"));

}  // namespace
}  // namespace frazo
