#ifndef FRAZO_CORE_POINTS_NEIGHBOR_FEATURES_H_
#define FRAZO_CORE_POINTS_NEIGHBOR_FEATURES_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "core/points/point.h"

namespace frazo::points {

// The points of a scan with what was measured at each.
struct FeaturedPoints {
  absl::Span<const Point> points;
  // The features of point i are features[i * stride + k], 0 <= k < feature_count <= stride.
  absl::Span<const float> features = {};
  int64_t feature_count = 0;
  int64_t stride = 0;
};

// Which neighbours of a centre are taken if it has more than there are places.
enum class NeighborSampling {
  // The closest ones, closest first.
  kClosest,
  // A random set, each equally likely, in the order of the points.
  kUniform,
};

struct NeighborChoice {
  // Metres, in space; the radius itself is within.
  double radius = 0;
  // Places of a centre; >= 0.
  int64_t count = 0;
  NeighborSampling sampling = NeighborSampling::kClosest;
  // What random sets are drawn from. The draws of a centre depend on it and on the centre's place.
  uint64_t seed = 0;
};

// What a detector's featurizer takes of `centers` centres.
struct NeighborPlaces {
  // [centers, count, 3 + feature_count].
  absl::Span<float> features;
  // [centers].
  absl::Span<int32_t> counts;
};

// Sets for each centre the rows of its neighbours, as NeighborGrid finds them: x, y and z from the
// centre, then the features of the point; behind the last neighbour zeros. `counts` becomes the
// number of real ones. A point that is not finite is no neighbour, and a centre that is not finite
// has none; features are copied as they are. `threads` counts the calling one; the result does not
// depend on it. Error: kInvalidArgument unless the sizes fit, the radius is from 1e-6 to 1e6
// metres, count >= 0 and threads >= 1.
absl::Status GatherNeighborFeatures(const FeaturedPoints& points, absl::Span<const Point> centers,
                                    const NeighborChoice& choice, int threads,
                                    const NeighborPlaces& places);

}  // namespace frazo::points

#endif  // FRAZO_CORE_POINTS_NEIGHBOR_FEATURES_H_
