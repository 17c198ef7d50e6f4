#include "core/bytes/crc32c_instructions.h"

#include <string>

#include "absl/crc/crc32c.h"
#include "gtest/gtest.h"

namespace frazo::bytes {
namespace {

// Lanes of 32 bytes start at 96; the longest take 3072 at once, so that 7000 need several rounds.
TEST(Crc32cInstructionsTest, AgreesWithAbseilAtEveryLength) {
  if (!HasCrc32cInstructions()) GTEST_SKIP() << "this processor computes its CRCs with Abseil";
  std::string bytes(7000, '\0');
  uint32_t state = 7;
  for (char& byte : bytes) {
    state = state * 1664525u + 1013904223u;
    byte = static_cast<char>(state >> 24);
  }
  for (size_t size = 0; size <= bytes.size(); ++size) {
    const uint32_t reg = ExtendByCrc32cInstructions(~0x12345678u, bytes.data(), size);
    ASSERT_EQ(~reg, static_cast<uint32_t>(
                        absl::ExtendCrc32c(absl::crc32c_t{0x12345678u}, {bytes.data(), size})))
        << size;
  }
}

}  // namespace
}  // namespace frazo::bytes
