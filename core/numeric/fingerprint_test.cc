#include "core/numeric/fingerprint.h"

#include "gtest/gtest.h"

namespace frazo::numeric {
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

TEST(FingerprintTest, BytesAreNotToldApartFromTheirConcatenation) {
  Fingerprint a_bc;
  a_bc.AddBytes("a");
  a_bc.AddBytes("bc");
  Fingerprint abc;
  abc.AddBytes("abc");
  EXPECT_EQ(a_bc.value(), abc.value());
}

TEST(FingerprintTest, TheOrderOfCombinedFingerprintsCounts) {
  // (0 ^ 1) * the factor is the factor; its upper 32 bits are folded onto the lower ones.
  EXPECT_EQ(CombineFingerprints(0, 1), 0x9e3779b97f4a7c15u ^ 0x9e3779b9u);
  EXPECT_NE(CombineFingerprints(CombineFingerprints(0, 1), 2),
            CombineFingerprints(CombineFingerprints(0, 2), 1));
}

}  // namespace
}  // namespace frazo::numeric
