#include "core/points/neighbor_features.h"

#include <cstdint>
#include <limits>
#include <vector>

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::points {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct Gathered {
  std::vector<float> features;
  std::vector<int32_t> counts;
};

absl::StatusOr<Gathered> Gather(const FeaturedPoints& points, const std::vector<Point>& centers,
                                const NeighborChoice& choice, int threads = 1) {
  Gathered gathered;
  gathered.features.assign(centers.size() * choice.count * (3 + points.feature_count), -7);
  gathered.counts.assign(centers.size(), -7);
  const absl::Status status =
      GatherNeighborFeatures(points, centers, choice, threads,
                             {absl::MakeSpan(gathered.features), absl::MakeSpan(gathered.counts)});
  if (!status.ok()) return status;
  return gathered;
}

TEST(NeighborFeaturesTest, GivesPlacesFromTheCentreAndFeatures) {
  const std::vector<Point> points = {{4, 0, 1}, {1, 0, 0}, {0, 2, 0}, {kNan, 1, 0}};
  const std::vector<float> features = {10, 11, 12, 13};
  const Gathered gathered =
      Gather({points, features, 1, 1}, {{1, 1, 0}, {4, 0, 0}, {kNan, 0, 0}}, {1.5, 3}).value();
  EXPECT_THAT(gathered.counts, ElementsAre(2, 1, 0));
  // (1, 0, 0) is 1 from the first centre, (0, 2, 0) is sqrt(2).
  EXPECT_THAT(gathered.features, ElementsAre(0, -1, 0, 11, -1, 1, 0, 12, 0, 0, 0, 0,  //
                                             0, 0, 1, 10, 0, 0, 0, 0, 0, 0, 0, 0,     //
                                             0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
}

TEST(NeighborFeaturesTest, FeaturesMayLieInWiderRows) {
  const std::vector<Point> points = {{0, 0, 0}, {1, 0, 0}};
  // The row of a point: x, y, z, two features. The span begins at the first feature.
  const std::vector<float> rows = {0, 0, 0, 5, 6, 1, 0, 0, 7, 8};
  const Gathered gathered =
      Gather({points, absl::MakeSpan(rows).subspan(3), 2, 5}, {{1, 0, 0}}, {2, 2}).value();
  EXPECT_THAT(gathered.features, ElementsAre(0, 0, 0, 7, 8, -1, 0, 0, 5, 6));
}

TEST(NeighborFeaturesTest, ThreadsChangeNothing) {
  std::vector<Point> points;
  for (int i = 0; i < 1000; ++i) points.push_back({0.01f * i, 0, 0});
  for (const NeighborSampling sampling : {NeighborSampling::kClosest, NeighborSampling::kUniform}) {
    const NeighborChoice choice = {1, 5, sampling, 3};
    const Gathered one = Gather({points}, points, choice).value();
    const Gathered many = Gather({points}, points, choice, 4).value();
    EXPECT_EQ(one.features, many.features);
    EXPECT_EQ(one.counts, many.counts);
    EXPECT_THAT(one.counts, Each(5));
  }
}

TEST(NeighborFeaturesTest, MistakesAreErrors) {
  constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
  const std::vector<Point> points = {{0, 0, 0}, {1, 0, 0}};
  EXPECT_THAT(Gather({points}, {}, {0, 1}).status(), StatusIs(kInvalid, HasSubstr("radius is 0")));
  EXPECT_THAT(Gather({points}, {}, {1, -1}).status(), StatusIs(kInvalid, HasSubstr("count is -1")));
  EXPECT_THAT(Gather({points}, {}, {1, 1}, 0).status(),
              StatusIs(kInvalid, HasSubstr("threads is 0")));
  const std::vector<float> features = {1};
  EXPECT_THAT(Gather({points, features, 1, 1}, {}, {1, 1}).status(),
              StatusIs(kInvalid, HasSubstr("1 features in rows of 1 for 2 points with 1 each")));
  EXPECT_THAT(GatherNeighborFeatures({points}, points, {1, 1}, 1, {}),
              StatusIs(kInvalid, HasSubstr("0 places for 2 centres * 1 neighbours * 3 numbers")));
}

}  // namespace
}  // namespace frazo::points
