#ifndef FRAZO_CORE_TESTING_FUZZ_TARGET_H_
#define FRAZO_CORE_TESTING_FUZZ_TARGET_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// What a fuzz target defines. The first is libFuzzer's own interface: it does with `data` what is
// to be tested and returns 0; it fails by crashing, so it calls std::abort() where a promise is
// broken.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace frazo {

// Inputs of the kind that is expected; the others are made from them. At least one.
std::vector<std::string> FuzzSeeds();

}  // namespace frazo

#endif  // FRAZO_CORE_TESTING_FUZZ_TARGET_H_
