#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "core/boxes/box.h"
#include "core/boxes/box_interior.h"
#include "core/boxes/box_iou.h"
#include "core/boxes/oriented_nms.h"
#include "core/boxes/points_in_boxes.h"
#include "core/boxes/separate_boxes.h"
#include "core/points/point.h"
#include "core/testing/fuzz_floats.h"
#include "core/testing/fuzz_target.h"

namespace frazo {
namespace {

using boxes::Box;
using boxes::IouBox;
using boxes::IouView;
using points::Point;

void FuzzOverlaps(double threshold, const std::vector<Box>& boxes) {
  std::vector<float> scores;
  for (const Box& box : boxes) scores.push_back(static_cast<float>(box.x));
  for (const IouView view : {IouView::k3d, IouView::kBirdsEye}) {
    for (const Box& a : boxes) {
      for (const Box& b : boxes) {
        const double iou = IouBox(a).Iou(IouBox(b), view);
        Require(iou >= 0 && iou <= 1, "an IoU is a number from 0 to 1");
        Require(iou == 0 || (IsProper(a) && IsProper(b)), "an improper box overlaps nothing");
      }
    }
    const auto kept = SuppressNonMaxima(boxes, scores, {{threshold, 0, 10}}, view, 1);
    Require(kept.ok() == (threshold >= 0 && threshold <= 1), "thresholds are from 0 to 1");
    if (!kept.ok()) continue;
    const std::vector<int64_t>& indices = kept->front();
    for (size_t i = 0; i < indices.size(); ++i) {
      Require(IsProper(boxes[indices[i]]) && scores[indices[i]] >= 0, "candidates are kept");
      for (size_t j = 0; j < i; ++j) {
        Require(scores[indices[j]] >= scores[indices[i]], "the best come first");
        const IouBox better(boxes[indices[j]]);
        Require(IouBox(boxes[indices[i]]).Iou(better, view) <= threshold, "kept boxes lie apart");
      }
    }
  }
}

void FuzzSeparation(const std::vector<Box>& boxes) {
  const int64_t half = boxes.size() / 2;
  const auto others = absl::MakeSpan(boxes).subspan(0, half);
  const auto candidates = absl::MakeSpan(boxes).subspan(half);
  std::vector<Box> taken(others.begin(), others.end());
  for (const int64_t index : SeparateBoxes(others, candidates, 5)) {
    const Box& box = candidates.at(index);
    Require(IsProper(box), "proper boxes are taken");
    for (const Box& other : taken) {
      Require(!IouBox(box).Meets(IouBox(other)), "boxes that are taken lie apart");
    }
    taken.push_back(box);
  }
}

void FuzzInteriors(const std::vector<Box>& boxes, const std::vector<Point>& points) {
  std::vector<int32_t> counts(boxes.size());
  std::vector<int32_t> first_boxes(points.size());
  Require(
      PointsInBoxes(points, boxes, 1, {absl::MakeSpan(counts), absl::MakeSpan(first_boxes)}).ok(),
      "sizes fit");
  const auto crops = CropBoxes(points, boxes, 1);
  Require(crops.ok(), "there are crops");
  int64_t begin = 0;
  for (size_t i = 0; i < boxes.size(); ++i) {
    const boxes::BoxInterior interior(boxes[i]);
    std::vector<int32_t> inside;
    for (size_t k = 0; k < points.size(); ++k) {
      if (!interior.Contains(points[k])) continue;
      inside.push_back(static_cast<int32_t>(k));
      Require(
          first_boxes[k] != boxes::BoxPoints::kNone && first_boxes[k] <= static_cast<int32_t>(i),
          "the first box is found");
    }
    Require(counts[i] == static_cast<int64_t>(inside.size()), "all points inside are counted");
    Require(std::vector<int32_t>(crops->indices.begin() + begin,
                                 crops->indices.begin() + crops->ends[i]) == inside,
            "all points inside are cut out");
    begin = crops->ends[i];
  }
}

}  // namespace

std::vector<std::string> FuzzSeeds() { return SeedsOfBoxesAndPoints(); }

}  // namespace frazo

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // The first is a threshold, the others are boxes, and also points. They are few, for all pairs
  // are compared.
  std::vector<float> numbers = frazo::FloatsOf(data, size, 100);
  if (numbers.empty()) return 0;
  const double first = numbers.front();
  numbers.erase(numbers.begin());
  std::vector<frazo::boxes::Box> boxes;
  for (size_t i = 0; i + 7 <= numbers.size(); i += 7) {
    const float* const n = numbers.data() + i;
    boxes.push_back({n[0], n[1], n[2], n[3], n[4], n[5], n[6]});
  }
  std::vector<frazo::points::Point> points;
  for (size_t i = 0; i + 3 <= numbers.size(); i += 3) {
    points.push_back({numbers[i], numbers[i + 1], numbers[i + 2]});
  }
  frazo::FuzzOverlaps(first, boxes);
  frazo::FuzzSeparation(boxes);
  frazo::FuzzInteriors(boxes, points);
  return 0;
}
