#include "core/align/band.h"

#include "gtest/gtest.h"

namespace frazo::align {
namespace {

TEST(BandTest, HoldsTheRowsThatFewErrorsReach) {
  // The reference has 4 units more: at most 7 of 10 errors are deletions, and 3 insertions.
  const Band band(1004, 1000, 10);
  // Rows 197 .. 207 of column 200 are bits 196 .. 206.
  EXPECT_EQ(band.FirstWord(200), 3);
  EXPECT_EQ(band.LastWord(200), 3);
  // Rows 253 .. 263 are bits 252 .. 262.
  EXPECT_EQ(band.FirstWord(256), 3);
  EXPECT_EQ(band.LastWord(256), 4);
  EXPECT_EQ(band.FirstWord(0), 0);
  EXPECT_EQ(band.LastWord(0), 0);
  // Bits 996 .. 1003.
  EXPECT_EQ(band.FirstWord(1000), 15);
  EXPECT_EQ(band.LastWord(1000), 15);
  EXPECT_EQ(band.MaxWords(), 2);
}

TEST(BandTest, AllErrorsReachAllRows) {
  const Band band(200, 300, 300);
  // 100 deletions and 200 insertions.
  EXPECT_EQ(band.LastWord(100), 3);
  EXPECT_EQ(band.FirstWord(200), 0);
  EXPECT_EQ(band.MaxWords(), 4);
}

}  // namespace
}  // namespace frazo::align
