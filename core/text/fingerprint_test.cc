#include "core/text/fingerprint.h"

#include "gtest/gtest.h"

namespace frazo::text {
namespace {

// FNV-1a of no bytes is its offset basis; of the eight bytes of the number 0 it is that times the
// prime 0x100000001b3 to the eighth, modulo 2^64.
TEST(FingerprintTest, IsTheSameOnEveryMachine) {
  EXPECT_EQ(Fingerprint().value(), 0xcbf29ce484222325u);
  uint64_t expected = 0xcbf29ce484222325u;
  for (int i = 0; i < 8; ++i) expected *= 0x100000001b3u;
  Fingerprint zero;
  zero.Add(int64_t{0});
  EXPECT_EQ(zero.value(), expected);
  // A text is its length, then its bytes: here the length is 1 and the byte 'a'.
  uint64_t expected_a = (0xcbf29ce484222325u ^ 1u) * 0x100000001b3u;
  for (int i = 0; i < 7; ++i) expected_a *= 0x100000001b3u;
  Fingerprint a;
  a.Add("a");
  EXPECT_EQ(a.value(), (expected_a ^ 'a') * 0x100000001b3u);
}

TEST(FingerprintTest, TextsAreToldApartFromTheirConcatenation) {
  Fingerprint a_bc;
  a_bc.Add("a");
  a_bc.Add("bc");
  Fingerprint ab_c;
  ab_c.Add("ab");
  ab_c.Add("c");
  EXPECT_NE(a_bc.value(), ab_c.value());
}

}  // namespace
}  // namespace frazo::text
