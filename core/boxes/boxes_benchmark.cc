// Measures the boxes of a detector at the sizes of StarNet on KITTI and Waymo, on one thread.
//
//   ./bazelw run //core/boxes:boxes_benchmark
#include <cstdint>
#include <vector>

#include "benchmark/benchmark.h"
#include "core/boxes/oriented_nms.h"
#include "core/boxes/pairwise_iou.h"
#include "core/numeric/random.h"

namespace frazo::boxes {
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

}  // namespace
}  // namespace frazo::boxes
