#ifndef FRAZO_CORE_TESTING_TEST_VARIATION_H_
#define FRAZO_CORE_TESTING_TEST_VARIATION_H_

#include <cstdint>

namespace frazo {

// Tests of properties draw the same examples in every run, unless two environment variables vary
// them (CONTRIBUTING.md, "Variations"):
//
//   FRAZO_TEST_SEED      a whole number; another one draws other examples. Default: 0.
//   FRAZO_TEST_EXAMPLES  how many times as many examples are drawn. Default: 1.

// Returns the seed of a test's random numbers: `own` in an ordinary run.
uint64_t TestSeed(uint64_t own);

// Returns how many examples a test draws: `count` in an ordinary run.
int64_t TestExamples(int64_t count);

}  // namespace frazo

#endif  // FRAZO_CORE_TESTING_TEST_VARIATION_H_
