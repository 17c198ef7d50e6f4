#include "core/detection/changes/random_flip.h"

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

using ::testing::HasSubstr;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

// The share of scenes that are mirrored.
double Share(double probability) {
  SceneStep::RandomFlip config;
  config.set_probability(probability);
  const auto change = MakeRandomFlip("flip", config).value();
  numeric::Random random({1});
  int mirrored = 0;
  for (int i = 0; i < 1000; ++i) {
    Scene scene;
    scene.points = {{1, 2, 3}};
    change->Apply(&random, &scene);
    EXPECT_EQ(scene.points[0].x, 1);
    EXPECT_EQ(scene.points[0].z, 3);
    mirrored += scene.points[0].y == -2;
  }
  return mirrored / 1000.0;
}

TEST(RandomFlipTest, MirrorsAShareOfTheScenes) {
  EXPECT_EQ(Share(0), 0);
  EXPECT_EQ(Share(1), 1);
  // The standard deviation is below 0.016.
  EXPECT_NEAR(Share(0.25), 0.25, 0.08);
  EXPECT_EQ(SceneStep::RandomFlip().probability(), 0.5);
}

TEST(RandomFlipTest, AProbabilityIsFromZeroToOne) {
  SceneStep::RandomFlip config;
  config.set_probability(1.5);
  EXPECT_THAT(
      MakeRandomFlip("flip", config).status(),
      StatusIs(kInvalid, HasSubstr("flip.probability: 1.5; expected a number from 0 to 1")));
}

}  // namespace
}  // namespace frazo::detection
