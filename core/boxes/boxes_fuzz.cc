#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "core/boxes/box.h"
#include "core/boxes/box_iou.h"
#include "core/boxes/oriented_nms.h"
#include "core/testing/fuzz_target.h"

namespace frazo {
namespace {

using boxes::Box;
using boxes::IouBox;
using boxes::IouView;

// An input is a list of floats: the first is a threshold, the others are boxes.
std::string Bytes(const std::vector<float>& numbers) {
  std::string bytes(numbers.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return bytes;
}

void FuzzBoxes(double threshold, const std::vector<float>& numbers) {
  std::vector<Box> boxes;
  std::vector<float> scores;
  for (size_t i = 0; i + 7 <= numbers.size(); i += 7) {
    const float* const n = numbers.data() + i;
    boxes.push_back({n[0], n[1], n[2], n[3], n[4], n[5], n[6]});
    scores.push_back(n[0]);
  }
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

}  // namespace

std::vector<std::string> FuzzSeeds() {
  return {Bytes({0.5, 0, 0, 0, 4, 2, 1.5, 0, 0.5, 0, 0, 4, 2, 1.5, 0.1, 9, 9, 9, 1, 1, 1, 3}),
          Bytes({2, 0, 1, 2, 3, 4, 5, 6, 1, 1, 1, 2, 2, 2, 0, -1, -1, 0.5, 0.5, 0.25, 2, 1, 0, 0}),
          Bytes({1e-6f, 1e9f, 1e9f, 1e9f, 1e-9f, 1e9f, 1e9f, 1e30f, -1e30f, 3e38f, 0, 1, 1, 1, 0})};
}

}  // namespace frazo

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // All pairs are compared.
  std::vector<float> numbers(std::min<size_t>(size / sizeof(float), 100));
  if (numbers.empty()) return 0;
  std::memcpy(numbers.data(), data, numbers.size() * sizeof(float));
  const double first = numbers.front();
  numbers.erase(numbers.begin());
  frazo::FuzzBoxes(first, numbers);
  return 0;
}
