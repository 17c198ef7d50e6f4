#include "python/frazo/bindings/detection_score_binding.h"

#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/tuple.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/detection/score/image_box.h"
#include "core/detection/score/kitti_average_precision.h"
#include "core/detection/score/kitti_scene.h"
#include "core/geometry/box.h"
#include "python/frazo/bindings/owned_array.h"
#include "python/frazo/bindings/status_exceptions.h"

namespace nb = nanobind;
namespace score = frazo::detection::score;
using namespace nb::literals;

namespace frazo::bindings {
namespace {

constexpr char kKittiDoc[] = R"(Counts average precision as KITTI's official kit does.

frazo.detection_scores.KittiAveragePrecision is its face.)";

constexpr char kAddKittiSceneDoc[] = R"(Adds the objects of a scene.

Args:
  scene: Its name, for errors.
  truths: float64 [n, 15]: box (7), image box (4), label, truncation, occlusion, alpha.
  detections: float64 [m, 14]: box (7), image box (4), label, score, alpha.

Raises:
  InvalidArgumentError: A number is out of its range; the scene does not count.)";

constexpr char kKittiScoresDoc[] = R"(Returns the scores of all scenes so far.

Args:
  threads: Number of threads; at least 1. The scores don't depend on it.

Returns:
  (truths, means, curves, calibration), each [classes, difficulties, views, ...]: truths is int64;
  means [..., 4] are AP and AOS at 11 points, then at 40: ap_11, ap_40, aos_11, aos_40; curves
  [..., 41, 4] are threshold, recall, precision and similarity, NaN past the points reached;
  calibration [..., 15, 3] is the number of detections, of hits, and the sum of scores.)";

using Rows = nb::ndarray<const double, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Counts = nb::ndarray<nb::numpy, int64_t, nb::ndim<3>, nb::c_contig>;
using Means = nb::ndarray<nb::numpy, double, nb::ndim<4>, nb::c_contig>;
using Tables = nb::ndarray<nb::numpy, double, nb::ndim<5>, nb::c_contig>;

constexpr size_t kKittiTruthNumbers = 15;
constexpr size_t kKittiDetectionNumbers = 14;

void CheckWidth(const Rows& rows, size_t width, std::string_view noun) {
  if (rows.shape(1) == width) return;
  RaiseIfError(absl::InvalidArgumentError(
      absl::StrCat(noun, " have ", rows.shape(1), " numbers each; they need ", width)));
}

geometry::Box BoxOf(const double* row) {
  return {row[0], row[1], row[2], row[3], row[4], row[5], row[6]};
}

score::ImageBox ImageBoxOf(const double* row) { return {row[7], row[8], row[9], row[10]}; }

// Returns a number that is no label where the value is none.
int ToInt(double value) {
  constexpr int kNone = -1000;
  return value == std::floor(value) && std::abs(value) < 1000 ? static_cast<int>(value) : kNone;
}

// An accumulator that one Python thread uses at a time.
struct KittiAccumulator {
  std::mutex mutex;  // Locked only by a thread that does not hold the interpreter's lock.
  score::KittiAveragePrecision precision;
};

void AddKittiScene(KittiAccumulator& self, std::string scene_name, const Rows& truths,
                   const Rows& detections) {
  CheckWidth(truths, kKittiTruthNumbers, "truths");
  CheckWidth(detections, kKittiDetectionNumbers, "detections");
  score::KittiScene scene;
  scene.name = std::move(scene_name);
  for (size_t i = 0; i < truths.shape(0); ++i) {
    const double* const row = truths.data() + i * kKittiTruthNumbers;
    scene.truths.push_back({BoxOf(row), ImageBoxOf(row),
                            static_cast<score::KittiLabel>(ToInt(row[11])), row[12], ToInt(row[13]),
                            row[14]});
  }
  for (size_t i = 0; i < detections.shape(0); ++i) {
    const double* const row = detections.data() + i * kKittiDetectionNumbers;
    scene.detections.push_back({BoxOf(row), ImageBoxOf(row),
                                static_cast<score::KittiLabel>(ToInt(row[11])), row[12], row[13]});
  }
  RaiseIfError(Unlocked([&] {
    const std::lock_guard lock(self.mutex);
    return self.precision.AddScene(scene);
  }));
}

void AppendCurve(const score::KittiScore& score, std::vector<double>* curve) {
  for (size_t i = 0; i < score::kKittiRecallPoints; ++i) {
    const bool is_reached = i < score.thresholds.size();
    for (const std::vector<double>* column :
         {&score.thresholds, &score.recalls, &score.precisions, &score.similarities}) {
      curve->push_back(is_reached ? (*column)[i] : std::numeric_limits<double>::quiet_NaN());
    }
  }
}

std::tuple<Counts, Means, Tables, Tables> KittiScores(KittiAccumulator& self, int threads) {
  const std::vector<score::KittiScore> scores = ValueOrRaise(Unlocked([&] {
    const std::lock_guard lock(self.mutex);
    return self.precision.Scores(threads);
  }));
  std::vector<int64_t> truths;
  std::vector<double> means;
  std::vector<double> curves;
  std::vector<double> calibration;
  for (const score::KittiScore& score : scores) {
    truths.push_back(score.truths);
    means.insert(means.end(), {score.ap_11, score.ap_40, score.aos_11, score.aos_40});
    AppendCurve(score, &curves);
    for (const score::CalibrationBin& bin : score.calibration) {
      calibration.insert(calibration.end(), {static_cast<double>(bin.detections),
                                             static_cast<double>(bin.hits), bin.score_sum});
    }
  }
  constexpr size_t kClasses = score::kKittiClasses;
  constexpr size_t kDifficulties = score::kKittiDifficulties;
  constexpr size_t kViews = score::kKittiViews;
  return {ToArray<Counts>(std::move(truths), {kClasses, kDifficulties, kViews}),
          ToArray<Means>(std::move(means), {kClasses, kDifficulties, kViews, 4}),
          ToArray<Tables>(std::move(curves),
                          {kClasses, kDifficulties, kViews, score::kKittiRecallPoints, 4}),
          ToArray<Tables>(std::move(calibration),
                          {kClasses, kDifficulties, kViews, score::kCalibrationBins, 3})};
}

}  // namespace

void BindDetectionScores(nb::module_& module) {
  nb::class_<KittiAccumulator>(module, "KittiAveragePrecision", kKittiDoc)
      .def(nb::init<>())
      .def("add_scene", &AddKittiScene, "scene"_a, "truths"_a, "detections"_a, kAddKittiSceneDoc)
      .def("scores", &KittiScores, nb::kw_only(), "threads"_a = 1, kKittiScoresDoc);
}

}  // namespace frazo::bindings
