#include "core/numeric/exponential.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace frazo::numeric {
namespace {

TEST(ExponentialTest, IsThatOfTheLibrary) {
  for (double x = 0; x > -87; x -= 0.0137) {
    const double expected = std::exp(static_cast<double>(static_cast<float>(x)));
    EXPECT_NEAR(ExpOfNonpositive(static_cast<float>(x)) / expected, 1, 1e-5) << x;
  }
  EXPECT_NEAR(ExpOfNonpositive(-1.0f), 0.36787944f, 1e-7);
}

TEST(ExponentialTest, IsTheSmallestOrdinaryNumberFarBelow) {
  for (const float x : {-100.0f, -2.4e38f, -std::numeric_limits<float>::infinity()}) {
    EXPECT_NEAR(ExpOfNonpositive(x), 1.17549435e-38f, 1e-44f) << x;
  }
}

}  // namespace
}  // namespace frazo::numeric
