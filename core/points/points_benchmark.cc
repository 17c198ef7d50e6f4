// Measures the points of a detector at the sizes of StarNet on KITTI and Waymo, on one thread.
//
//   ./bazelw run //core/points:points_benchmark
#include <cmath>
#include <cstdint>
#include <vector>

#include "benchmark/benchmark.h"
#include "core/numeric/random.h"
#include "core/points/farthest_points.h"
#include "core/points/neighbor_grid.h"

namespace frazo::points {
namespace {

// A scan: dense near the sensor.
std::vector<Point> Scan(int64_t count) {
  numeric::Random random({3});
  std::vector<Point> points(count);
  for (Point& point : points) {
    const double range = 80 * std::pow(random.Fraction(), 1.5);
    const double angle = 6.283 * random.Fraction();
    point = {static_cast<float>(range * std::cos(angle)),
             static_cast<float>(range * std::sin(angle)),
             static_cast<float>(3 * random.Fraction() - 1.7)};
  }
  return points;
}

void BM_FarthestPoints(benchmark::State& state) {
  const std::vector<Point> points = Scan(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(FarthestPoints(points, {}, {state.range(1), {}, 1}));
  }
}
BENCHMARK(BM_FarthestPoints)
    ->Args({20000, 768})
    ->Args({150000, 1024})
    ->Unit(benchmark::kMillisecond);

void BM_ClosestNeighbors(benchmark::State& state) {
  const std::vector<Point> points = Scan(state.range(0));
  const std::vector<int64_t> chosen = FarthestPoints(points, {}, {state.range(1), {}, 1}).value();
  std::vector<Point> centers;
  for (const int64_t index : chosen) centers.push_back(points[index]);
  std::vector<int64_t> neighbors(centers.size() * 512);
  for (auto _ : state) {
    const NeighborGrid grid = NeighborGrid::Create(points, {}, 2.75).value();
    benchmark::DoNotOptimize(grid.FindClosest(centers, 512, 1, absl::MakeSpan(neighbors)));
  }
}
BENCHMARK(BM_ClosestNeighbors)
    ->Args({20000, 768})
    ->Args({150000, 1024})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace frazo::points
