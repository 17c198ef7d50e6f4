#include "core/detection/anchors/box_residual.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

using boxes::Box;
using ::testing::DoubleEq;
using ::testing::Each;
using ::testing::ElementsAre;

TEST(BoxResidualTest, IsTheDifferenceInSizesOfTheAnchor) {
  const Box anchor = {10, 20, -1, 3, 4, 2, 0.5};  // a diagonal of 5
  const Box box = {15, 17.5, 0, 3 * std::exp(1), 4, 1, -0.25};
  EXPECT_THAT(EncodeResidual(anchor, box),
              ElementsAre(1, -0.5, 0.5, DoubleEq(1), 0, DoubleEq(-std::log(2)), -0.75));
}

TEST(BoxResidualTest, ABoxEqualToItsAnchorHasNone) {
  const Box box = {10, 20, -1, 3, 4, 2, 0.5};
  EXPECT_THAT(EncodeResidual(box, box), Each(0));
}

}  // namespace
}  // namespace frazo::detection
