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
#include "core/boxes/box.h"
#include "core/detection/scene/image_box.h"
#include "core/detection/scene/kitti_difficulty.h"
#include "core/detection/score/kitti_average_precision.h"
#include "core/detection/score/kitti_scene.h"
#include "core/detection/score/lingvo_average_precision.h"
#include "core/detection/score/waymo_average_precision.h"
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

constexpr char kKittiDifficultiesDoc[] = R"(Returns how hard objects are to find by KITTI's limits.

Args:
  objects: float64 [n, 3]: height in the image in pixels, occlusion, truncation.

Returns:
  int32 [n]: 3 easy, 2 moderate, 1 hard, 0 none of these; the easiest whose limits hold.)";

constexpr char kWaymoDoc[] = R"(Counts average precision as Waymo's package does.

frazo.detection_scores.WaymoAveragePrecision is its face.)";

constexpr char kAddWaymoSceneDoc[] = R"(Adds the objects of a scene.

Args:
  scene: Its name, for errors.
  truths: float64 [n, 9]: box (7), label, level.
  detections: float64 [m, 9]: box (7), label, score.

Raises:
  InvalidArgumentError: A number is out of its range; the scene does not count.)";

constexpr char kWaymoScoresDoc[] = R"(Returns the scores of all scenes so far.

Returns:
  (truths, means, curves), each [classes, levels, views, ...]: truths is int64; means [..., 2] are
  AP and APH; curves [..., 101, 3] are recall, precision and precision by heading at each cutoff.)";

constexpr char kLingvoDoc[] = R"(Counts average precision as Lingvo's op AveragePrecision3D does.

frazo.detection_scores.lingvo_average_precision is its face.

Args:
  truths: float64 [n, 9]: box (7), image, ignore (0, 1 or 2).
  detections: float64 [m, 10]: box (7), image, ignore (0 or 1), score.
  min_iou, points, algorithm: See there.

Returns:
  (average precision, curve [points, 2] of precision and recall, hits uint8 [m]).

Raises:
  InvalidArgumentError: A number is out of its range, or no algorithm has this name.)";

using Rows = nb::ndarray<const double, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Counts = nb::ndarray<nb::numpy, int64_t, nb::ndim<3>, nb::c_contig>;
using Means = nb::ndarray<nb::numpy, double, nb::ndim<4>, nb::c_contig>;
using Tables = nb::ndarray<nb::numpy, double, nb::ndim<5>, nb::c_contig>;
using Objects = nb::ndarray<const double, nb::shape<-1, 3>, nb::c_contig, nb::device::cpu>;
using Difficulties = nb::ndarray<nb::numpy, int32_t, nb::ndim<1>, nb::c_contig>;
using Curve = nb::ndarray<nb::numpy, double, nb::shape<-1, 2>, nb::c_contig>;
using Hits = nb::ndarray<nb::numpy, uint8_t, nb::ndim<1>, nb::c_contig>;

constexpr size_t kKittiTruthNumbers = 15;
constexpr size_t kKittiDetectionNumbers = 14;
constexpr size_t kWaymoNumbers = 9;
constexpr size_t kLingvoTruthNumbers = 9;
constexpr size_t kLingvoDetectionNumbers = 10;

void CheckWidth(const Rows& rows, size_t width, std::string_view noun) {
  if (rows.shape(1) == width) return;
  RaiseIfError(absl::InvalidArgumentError(
      absl::StrCat(noun, " have ", rows.shape(1), " numbers each; they need ", width)));
}

boxes::Box BoxOf(const double* row) {
  return {row[0], row[1], row[2], row[3], row[4], row[5], row[6]};
}

detection::ImageBox ImageBoxOf(const double* row) { return {row[7], row[8], row[9], row[10]}; }

// Returns a number that is no label where the value is none.
int ToInt(double value) {
  constexpr int kNone = -1000;
  return value == std::floor(value) && std::abs(value) < 1000 ? static_cast<int>(value) : kNone;
}

// An accumulator that one Python thread uses at a time.
template <typename AveragePrecision>
struct Accumulator {
  std::mutex mutex;  // Locked only by a thread that does not hold the interpreter's lock.
  AveragePrecision precision;
};

using KittiAccumulator = Accumulator<score::KittiAveragePrecision>;
using WaymoAccumulator = Accumulator<score::WaymoAveragePrecision>;

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

Difficulties KittiDifficulties(const Objects& objects) {
  const size_t count = objects.shape(0);
  std::vector<int32_t> difficulties;
  difficulties.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    const double* const row = objects.data() + 3 * i;
    difficulties.push_back(detection::KittiDifficultyOf(row[0], row[1], row[2]));
  }
  return ToArray<Difficulties>(std::move(difficulties), {count});
}

void AddWaymoScene(WaymoAccumulator& self, std::string scene_name, const Rows& truths,
                   const Rows& detections) {
  CheckWidth(truths, kWaymoNumbers, "truths");
  CheckWidth(detections, kWaymoNumbers, "detections");
  score::WaymoScene scene;
  scene.name = std::move(scene_name);
  for (size_t i = 0; i < truths.shape(0); ++i) {
    const double* const row = truths.data() + i * kWaymoNumbers;
    scene.truths.push_back(
        {BoxOf(row), static_cast<score::WaymoLabel>(ToInt(row[7])), ToInt(row[8])});
  }
  for (size_t i = 0; i < detections.shape(0); ++i) {
    const double* const row = detections.data() + i * kWaymoNumbers;
    scene.detections.push_back({BoxOf(row), static_cast<score::WaymoLabel>(ToInt(row[7])), row[8]});
  }
  RaiseIfError(Unlocked([&] {
    const std::lock_guard lock(self.mutex);
    return self.precision.AddScene(scene);
  }));
}

std::tuple<Counts, Means, Tables> WaymoScores(WaymoAccumulator& self) {
  const std::vector<score::WaymoScore> scores = Unlocked([&] {
    const std::lock_guard lock(self.mutex);
    return self.precision.Scores();
  });
  std::vector<int64_t> truths;
  std::vector<double> means;
  std::vector<double> curves;
  for (const score::WaymoScore& score : scores) {
    truths.push_back(score.truths);
    means.insert(means.end(), {score.ap, score.aph});
    for (size_t i = 0; i < score::kWaymoCutoffs; ++i) {
      curves.insert(curves.end(),
                    {score.recalls[i], score.precisions[i], score.heading_precisions[i]});
    }
  }
  constexpr size_t kClasses = score::kWaymoClasses;
  constexpr size_t kLevels = score::kWaymoLevels;
  constexpr size_t kViews = score::kWaymoViews;
  return {ToArray<Counts>(std::move(truths), {kClasses, kLevels, kViews}),
          ToArray<Means>(std::move(means), {kClasses, kLevels, kViews, 2}),
          ToArray<Tables>(std::move(curves), {kClasses, kLevels, kViews, score::kWaymoCutoffs, 3})};
}

score::LingvoAlgorithm ParseAlgorithm(std::string_view name) {
  if (name != "KITTI" && name != "VOC") {
    RaiseIfError(absl::InvalidArgumentError(
        absl::StrCat("no algorithm is called '", name, "'; there are KITTI and VOC")));
  }
  return name == "KITTI" ? score::LingvoAlgorithm::kKitti : score::LingvoAlgorithm::kVoc;
}

score::LingvoTruth::Ignore ToIgnore(double value, size_t truth) {
  if (value != 0 && value != 1 && value != 2) {
    RaiseIfError(absl::InvalidArgumentError(
        absl::StrCat("truth ", truth, " has the ignore ", value, "; it is 0, 1 or 2")));
  }
  return static_cast<score::LingvoTruth::Ignore>(value);
}

std::tuple<double, Curve, Hits> LingvoAveragePrecision(const Rows& truths, const Rows& detections,
                                                       double min_iou, int points,
                                                       std::string_view algorithm) {
  CheckWidth(truths, kLingvoTruthNumbers, "truths");
  CheckWidth(detections, kLingvoDetectionNumbers, "detections");
  const score::LingvoAlgorithm parsed_algorithm = ParseAlgorithm(algorithm);
  std::vector<score::LingvoTruth> truth_rows;
  std::vector<score::LingvoDetection> detection_rows;
  for (size_t i = 0; i < truths.shape(0); ++i) {
    const double* const row = truths.data() + i * kLingvoTruthNumbers;
    truth_rows.push_back({BoxOf(row), static_cast<int64_t>(row[7]), ToIgnore(row[8], i)});
  }
  for (size_t i = 0; i < detections.shape(0); ++i) {
    const double* const row = detections.data() + i * kLingvoDetectionNumbers;
    detection_rows.push_back({BoxOf(row), static_cast<int64_t>(row[7]), row[8] != 0, row[9]});
  }
  const score::LingvoScore result = ValueOrRaise(Unlocked([&] {
    return score::LingvoAveragePrecision(truth_rows, detection_rows, min_iou, points,
                                         parsed_algorithm);
  }));
  std::vector<double> curve;
  for (size_t i = 0; i < result.precisions.size(); ++i) {
    curve.insert(curve.end(), {result.precisions[i], result.recalls[i]});
  }
  const size_t curve_points = result.precisions.size();
  std::vector<uint8_t> hits(result.hits.begin(), result.hits.end());
  const size_t hit_count = hits.size();
  return {result.average_precision, ToArray<Curve>(std::move(curve), {curve_points, 2}),
          ToArray<Hits>(std::move(hits), {hit_count})};
}

}  // namespace

void BindDetectionScores(nb::module_& module) {
  nb::class_<KittiAccumulator>(module, "KittiAveragePrecision", kKittiDoc)
      .def(nb::init<>())
      .def("add_scene", &AddKittiScene, "scene"_a, "truths"_a, "detections"_a, kAddKittiSceneDoc)
      .def("scores", &KittiScores, nb::kw_only(), "threads"_a = 1, kKittiScoresDoc);
  module.def("kitti_difficulties", &KittiDifficulties, "objects"_a, kKittiDifficultiesDoc);
  nb::class_<WaymoAccumulator>(module, "WaymoAveragePrecision", kWaymoDoc)
      .def(nb::init<>())
      .def("add_scene", &AddWaymoScene, "scene"_a, "truths"_a, "detections"_a, kAddWaymoSceneDoc)
      .def("scores", &WaymoScores, kWaymoScoresDoc);
  module.def("lingvo_average_precision", &LingvoAveragePrecision, "truths"_a, "detections"_a,
             nb::kw_only(), "min_iou"_a, "points"_a, "algorithm"_a, kLingvoDoc);
}

}  // namespace frazo::bindings
