#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "core/detection/score/kitti_average_precision.h"
#include "core/detection/score/kitti_scene.h"
#include "core/detection/score/lingvo_average_precision.h"
#include "core/detection/score/waymo_average_precision.h"
#include "core/testing/fuzz_target.h"

namespace frazo {
namespace {

using namespace detection::score;

// An input is a byte, which chooses who scores, and floats: 15 for each object. It is a detection
// if the last is above 0.
constexpr size_t kNumbers = 15;

std::string Bytes(const std::vector<float>& numbers) {
  std::string bytes(numbers.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return bytes;
}

int Whole(float number) {
  return number > -100 && number < 100 ? static_cast<int>(std::floor(number)) : -100;
}

boxes::Box BoxOf(const float* n) { return {n[0], n[1], n[2], n[3], n[4], n[5], n[6]}; }

bool IsPercent(double value) { return value >= 0 && value <= 100 + 1e-9; }

void FuzzKitti(const std::vector<float>& numbers) {
  KittiScene scene;
  for (size_t i = 0; i + kNumbers <= numbers.size(); i += kNumbers) {
    const float* const n = numbers.data() + i;
    const detection::ImageBox image_box{n[7], n[8], n[9], n[10]};
    const auto label = static_cast<KittiLabel>(Whole(n[11]));
    if (n[14] > 0) {
      scene.detections.push_back({BoxOf(n), image_box, label, n[12], n[13]});
    } else {
      scene.truths.push_back({BoxOf(n), image_box, label, n[12], Whole(n[13]), n[14]});
    }
  }
  KittiAveragePrecision precision;
  const bool is_good = CheckKittiScene(scene).ok();
  Require(precision.AddScene(scene).ok() == is_good, "scenes are checked");
  const auto scores = precision.Scores(1);
  Require(scores.ok(), "there are scores");
  for (const KittiScore& score : *scores) {
    Require(IsPercent(score.ap_11) && IsPercent(score.ap_40), "precisions are percents");
    Require(std::isnan(score.aos_40) || score.aos_40 <= score.ap_40 + 1e-9,
            "no orientation is better than a precision");
    Require(score.thresholds.size() <= kKittiRecallPoints, "there are 41 points");
    Require(std::is_sorted(score.precisions.rbegin(), score.precisions.rend()), "precisions fall");
    int64_t detections = 0;
    for (const CalibrationBin& bin : score.calibration) detections += bin.detections;
    Require(detections <= static_cast<int64_t>(scene.detections.size()), "each counts once");
  }
}

void FuzzWaymo(const std::vector<float>& numbers) {
  WaymoScene scene;
  for (size_t i = 0; i + kNumbers <= numbers.size(); i += kNumbers) {
    const float* const n = numbers.data() + i;
    const auto label = static_cast<WaymoLabel>(Whole(n[11]));
    if (n[14] > 0) {
      scene.detections.push_back({BoxOf(n), label, n[12]});
    } else {
      scene.truths.push_back({BoxOf(n), label, Whole(n[13])});
    }
  }
  WaymoAveragePrecision precision;
  if (!precision.AddScene(scene).ok()) return;
  for (const WaymoScore& score : precision.Scores()) {
    Require(IsPercent(score.ap) && IsPercent(score.aph), "precisions are percents");
    Require(score.aph <= score.ap + 1e-9, "headings only take away");
    Require(score.recalls[0] <= 1 && score.precisions[0] <= 1, "both are shares");
  }
}

void FuzzLingvo(const std::vector<float>& numbers) {
  std::vector<LingvoTruth> truths;
  std::vector<LingvoDetection> detections;
  for (size_t i = 0; i + kNumbers <= numbers.size(); i += kNumbers) {
    const float* const n = numbers.data() + i;
    const int image = Whole(n[11]);
    if (n[14] > 0) {
      detections.push_back({BoxOf(n), image, n[13] > 0, n[12]});
    } else {
      const int ignore = std::clamp(Whole(n[13]), 0, 2);
      truths.push_back({BoxOf(n), image, static_cast<LingvoTruth::Ignore>(ignore)});
    }
  }
  const float min_iou = numbers.empty() ? 0.5f : numbers[0];
  for (const LingvoAlgorithm algorithm : {LingvoAlgorithm::kKitti, LingvoAlgorithm::kVoc}) {
    const auto score = LingvoAveragePrecision(truths, detections, min_iou, 11, algorithm);
    if (!score.ok()) continue;
    Require(std::isnan(score->average_precision) || IsPercent(100 * score->average_precision),
            "precisions are shares");
    Require(score->precisions.size() == 11, "there are as many points as wanted");
  }
}

}  // namespace

std::vector<std::string> FuzzSeeds() {
  const std::vector<float> found = {0.5, 0, 0, 4, 2, 1.5, 0, 10, 10, 90, 70, 1, 0,   1, 0,
                                    0.5, 0, 0, 4, 2, 1.5, 0, 10, 10, 90, 70, 1, 1,   0, 1,
                                    0.6, 0, 0, 4, 2, 1.5, 3, 10, 12, 90, 70, 1, 0.5, 0, 1};
  const std::vector<float> mixed = {9, 9, 9, -1, -1, -1,   -10, 0,  0, 50, 60, 9, -1,  -1, -10,
                                    9, 0, 0, 1,  1,  1.7f, 0,   0,  0, 30, 24, 4, 0.9, 2,  1,
                                    9, 0, 0, 1,  1,  1.7f, 0,   40, 0, 70, 44, 4, 0.2, 1,  -2};
  std::vector<std::string> seeds;
  for (const char scorer : {'\0', '\1', '\2'}) {
    for (const std::vector<float>& numbers : {found, mixed}) {
      seeds.push_back(scorer + Bytes(numbers));
    }
  }
  return seeds;
}

}  // namespace frazo

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  // All pairs are compared.
  std::vector<float> numbers(std::min<size_t>((size - 1) / sizeof(float), 150));
  if (!numbers.empty()) std::memcpy(numbers.data(), data + 1, numbers.size() * sizeof(float));
  switch (data[0] % 3) {
    case 0:
      frazo::FuzzKitti(numbers);
      break;
    case 1:
      frazo::FuzzWaymo(numbers);
      break;
    default:
      frazo::FuzzLingvo(numbers);
  }
  return 0;
}
