#include "core/bytes/crc32c_x86.h"

#include <string>

#include "absl/crc/crc32c.h"
#include "gtest/gtest.h"

namespace frazo::bytes {
namespace {

// Lanes of 32 bytes start at 96; the longest take 3072 at once, so that 7000 need several rounds.
TEST(Crc32cX86Test, AgreesWithAbseilAtEveryLength) {
  if (!HasCrc32cX86()) GTEST_SKIP() << "this processor computes its CRCs with Abseil";
  std::string bytes(7000, '\0');
  uint32_t state = 7;
  for (char& byte : bytes) {
    state = state * 1664525u + 1013904223u;
    byte = static_cast<char>(state >> 24);
  }
  for (size_t size = 0; size <= bytes.size(); ++size) {
    const uint32_t reg = ExtendCrc32cX86(~0x12345678u, bytes.data(), size);
    ASSERT_EQ(~reg, static_cast<uint32_t>(
                        absl::ExtendCrc32c(absl::crc32c_t{0x12345678u}, {bytes.data(), size})))
        << size;
  }
}

}  // namespace
}  // namespace frazo::bytes
