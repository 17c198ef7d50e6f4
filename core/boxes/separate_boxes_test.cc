#include "core/boxes/separate_boxes.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::boxes {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Box At(double x, double z = 0) { return {x, 0, z, 4, 2, 1, 0}; }

TEST(SeparateBoxesTest, TakesThoseThatMeetNeitherBoxesNorOneAnother) {
  // The first meets the box, the third the second; one above another meets it from above, and one
  // that only touches does not.
  EXPECT_THAT(SeparateBoxes({At(0)}, {At(3), At(6), At(9), At(0, 50), At(10)}, 9),
              ElementsAre(1, 4));
}

TEST(SeparateBoxesTest, TakesNoMoreThanTheCount) {
  EXPECT_THAT(SeparateBoxes({}, {At(0), At(10), At(20)}, 2), ElementsAre(0, 1));
  EXPECT_THAT(SeparateBoxes({}, {At(0)}, 0), IsEmpty());
  EXPECT_THAT(SeparateBoxes({}, {At(0)}, -1), IsEmpty());
}

TEST(SeparateBoxesTest, BoxesThatAreNotProperTakeNoSpace) {
  const Box flat = {0, 0, 0, 4, 2, 0, 0};
  EXPECT_THAT(SeparateBoxes({flat}, {flat, At(0)}, 2), ElementsAre(1));
}

}  // namespace
}  // namespace frazo::boxes
