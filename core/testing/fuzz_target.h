#ifndef FRAZO_CORE_TESTING_FUZZ_TARGET_H_
#define FRAZO_CORE_TESTING_FUZZ_TARGET_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// A fuzz target defines both functions. The first is libFuzzer's interface: it tests the code with
// `data` and returns 0. It fails by crashing, so it calls std::abort() if a promise is broken.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace frazo {

// Returns at least one input of the expected kind; the others are made from them.
std::vector<std::string> FuzzSeeds();

}  // namespace frazo

#endif  // FRAZO_CORE_TESTING_FUZZ_TARGET_H_
