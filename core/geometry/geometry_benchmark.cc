// Measures the geometry of a detector at the sizes of StarNet on KITTI and Waymo, on one thread.
//
//   ./bazelw run //core/geometry:geometry_benchmark
#include <cmath>
#include <cstdint>
#include <vector>

#include "benchmark/benchmark.h"
#include "core/geometry/farthest_points.h"
#include "core/geometry/neighbor_grid.h"
#include "core/geometry/oriented_nms.h"
#include "core/geometry/pairwise_iou.h"
#include "core/numeric/random.h"

namespace frazo::geometry {
namespace {

// Cars of a street, 80 metres long and wide.
std::vector<Box> Cars(int64_t count, uint64_t seed) {
  numeric::Random random({seed});
  std::vector<Box> boxes(count);
  for (Box& box : boxes) {
    box = {80 * random.Fraction(),  80 * random.Fraction(),  random.Fraction(),
           3.9 + random.Fraction(), 1.6 + random.Fraction(), 1.5,
           7 * random.Fraction()};
  }
  return boxes;
}

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

void BM_PairwiseIou(benchmark::State& state) {
  const std::vector<Box> anchors = Cars(state.range(0), 1);
  const std::vector<Box> truth = Cars(state.range(1), 2);
  std::vector<double> iou(anchors.size() * truth.size());
  for (auto _ : state) {
    benchmark::DoNotOptimize(PairwiseIou(anchors, truth, IouView::k3d, 1, absl::MakeSpan(iou)));
  }
  state.SetItemsProcessed(state.iterations() * iou.size());
}
BENCHMARK(BM_PairwiseIou)->Args({76800, 50})->Args({1000, 1000})->Unit(benchmark::kMillisecond);

// Both boxes of each pair overlap nearly always: the cost of a pair that is not culled.
void BM_IouOfOverlappingPairs(benchmark::State& state) {
  std::vector<IouBox> boxes;
  for (Box box : Cars(1000, 4)) {
    box.x /= 40;
    box.y /= 40;
    boxes.emplace_back(box);
  }
  for (auto _ : state) {
    for (size_t i = 1; i < boxes.size(); ++i) {
      benchmark::DoNotOptimize(boxes[i - 1].Iou(boxes[i], IouView::k3d));
    }
  }
  state.SetItemsProcessed(state.iterations() * (boxes.size() - 1));
}
BENCHMARK(BM_IouOfOverlappingPairs)->Unit(benchmark::kMicrosecond);

void BM_OrientedNms(benchmark::State& state) {
  const std::vector<Box> boxes = Cars(state.range(0), 5);
  numeric::Random random({6});
  std::vector<float> scores(boxes.size());
  for (float& score : scores) score = random.Fraction();
  const std::vector<ClassNms> classes = {{0.083, 0.32, 512}};
  for (auto _ : state) {
    benchmark::DoNotOptimize(SuppressNonMaxima(boxes, scores, classes, IouView::k3d, 1));
  }
}
BENCHMARK(BM_OrientedNms)->Arg(2000)->Arg(76800)->Unit(benchmark::kMillisecond);

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
}  // namespace frazo::geometry
