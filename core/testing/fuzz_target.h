#ifndef FRAZO_CORE_TESTING_FUZZ_TARGET_H_
#define FRAZO_CORE_TESTING_FUZZ_TARGET_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

// A fuzz target defines both functions. The first is libFuzzer's interface: it tests the code with
// `data` and returns 0. It fails by crashing: see Require().
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace frazo {

// Returns at least one input of the expected kind; the others are made from them.
std::vector<std::string> FuzzSeeds();

// Crashes unless the condition holds; `promise` says what is broken.
inline void Require(bool condition, std::string_view promise) {
  if (condition) return;
  std::fprintf(stderr, "broken: %.*s\n", static_cast<int>(promise.size()), promise.data());
  std::abort();
}

}  // namespace frazo

#endif  // FRAZO_CORE_TESTING_FUZZ_TARGET_H_
