#include "core/detection/scene/camera.h"

#include <limits>

#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

// Looks along +x from the sensor. At a depth of d metres, y = d is 50 pixels left of the middle.
constexpr Camera kCamera = {{50, -50, 0, 0,  //
                             50, 0, -50, 0,  //
                             1, 0, 0, 0},
                            100,
                            60};

TEST(CameraTest, SeesWhatFallsIntoTheImage) {
  EXPECT_TRUE(kCamera.Sees({10, 0, 0}));     // u = 50, v = 50
  EXPECT_TRUE(kCamera.Sees({10, 10, 0}));    // u = 0: the edge
  EXPECT_TRUE(kCamera.Sees({10, -10, 10}));  // u = 100, v = 0: a corner
  EXPECT_FALSE(kCamera.Sees({10, 10.01, 0}));
  EXPECT_FALSE(kCamera.Sees({10, -10.01, 0}));
  EXPECT_FALSE(kCamera.Sees({10, 0, 10.01}));
  EXPECT_TRUE(kCamera.Sees({10, 0, -1.99}));   // v = 59.95
  EXPECT_FALSE(kCamera.Sees({10, 0, -2.01}));  // v = 60.05
}

TEST(CameraTest, SeesNothingBehindIt) {
  EXPECT_FALSE(kCamera.Sees({-10, 0, 0}));
  EXPECT_FALSE(kCamera.Sees({0, 0, 0}));
}

TEST(CameraTest, SeesNoPointThatIsNotFiniteAndNothingWithoutAMatrix) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_FALSE(kCamera.Sees({std::numeric_limits<float>::quiet_NaN(), 0, 0}));
  EXPECT_FALSE(kCamera.Sees({infinity, 0, 0}));
  EXPECT_FALSE(kCamera.Sees({10, -infinity, 0}));
  EXPECT_FALSE(Camera().Sees({10, 0, 0}));
}

}  // namespace
}  // namespace frazo::detection
