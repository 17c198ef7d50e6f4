#include "core/testing/test_variation.h"

#include <cstdio>
#include <cstdlib>

namespace frazo {
namespace {

// Keeps the seeds of different tests and of different runs apart.
constexpr uint64_t kSeedStride = 1'000'003;

uint64_t FromEnvironment(const char* name, uint64_t default_value) {
  const char* const text = std::getenv(name);
  if (text == nullptr || *text == '\0') return default_value;
  char* end;
  const uint64_t value = std::strtoull(text, &end, 10);
  if (*end != '\0' || *text == '-') {
    std::fprintf(stderr, "%s: '%s' is not a whole number from 0 on\n", name, text);
    std::exit(2);
  }
  return value;
}

}  // namespace

uint64_t TestSeed(uint64_t own) {
  return own + kSeedStride * FromEnvironment("FRAZO_TEST_SEED", 0);
}

int64_t TestExamples(int64_t count) { return count * FromEnvironment("FRAZO_TEST_EXAMPLES", 1); }

}  // namespace frazo
