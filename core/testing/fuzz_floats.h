#ifndef FRAZO_CORE_TESTING_FUZZ_FLOATS_H_
#define FRAZO_CORE_TESTING_FUZZ_FLOATS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace frazo {

// Returns the first floats of a fuzz test's input, `most` at most. Any bits may come: also NaN and
// infinities. The last bytes may be too few for a float and are left out.
std::vector<float> FloatsOf(const uint8_t* data, size_t size, size_t most);

// Returns the input that FloatsOf() reads these from.
std::string InputOf(const std::vector<float>& floats);

// Returns seeds for tests that take a number, and then boxes or points: small and ordinary ones,
// and some of the greatest and the smallest numbers.
std::vector<std::string> SeedsOfBoxesAndPoints();

}  // namespace frazo

#endif  // FRAZO_CORE_TESTING_FUZZ_FLOATS_H_
