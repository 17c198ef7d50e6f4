#include "core/boxes/oriented_nms.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/status/status_macros.h"
#include "core/threads/row_turns.h"

namespace frazo::boxes {
namespace {

struct Candidate {
  float score;
  int64_t index;
};

absl::Status CheckClass(const ClassNms& settings, size_t k) {
  // Both are false for NaN.
  if (!(settings.iou_threshold >= 0 && settings.iou_threshold <= 1)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "iou_threshold of class ", k, " is ", settings.iou_threshold, " but must be from 0 to 1"));
  }
  if (std::isnan(settings.score_threshold)) {
    return absl::InvalidArgumentError(
        absl::StrCat("score_threshold of class ", k, " is NaN: give a number"));
  }
  if (settings.max_kept < 0) {
    return absl::InvalidArgumentError(absl::StrCat("max_kept of class ", k, " is ",
                                                   settings.max_kept, " but must be at least 0"));
  }
  return absl::OkStatus();
}

// Returns the boxes kept of those with the given scores; `stride` lies between two boxes' scores.
std::vector<int64_t> KeepOfClass(absl::Span<const Box> boxes, const float* scores, size_t stride,
                                 const ClassNms& settings, IouView view) {
  std::vector<int64_t> kept;
  if (settings.max_kept == 0) return kept;
  std::vector<Candidate> candidates;
  for (size_t i = 0; i < boxes.size(); ++i) {
    const float score = scores[i * stride];
    // False for NaN.
    if (score >= settings.score_threshold && IsProper(boxes[i])) {
      candidates.push_back({score, static_cast<int64_t>(i)});
    }
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return a.score != b.score ? a.score > b.score : a.index < b.index;
  });
  std::vector<IouBox> kept_boxes;
  for (const Candidate& candidate : candidates) {
    const IouBox box(boxes[candidate.index]);
    const bool is_dropped = std::any_of(
        kept_boxes.begin(), kept_boxes.end(),
        [&](const IouBox& other) { return box.Iou(other, view) > settings.iou_threshold; });
    if (is_dropped) continue;
    kept.push_back(candidate.index);
    if (static_cast<int64_t>(kept.size()) == settings.max_kept) break;
    kept_boxes.push_back(box);
  }
  return kept;
}

}  // namespace

absl::StatusOr<std::vector<std::vector<int64_t>>> SuppressNonMaxima(
    absl::Span<const Box> boxes, absl::Span<const float> scores, absl::Span<const ClassNms> classes,
    IouView view, int threads) {
  FRAZO_RETURN_IF_ERROR(threads::CheckThreads(threads));
  if (scores.size() != boxes.size() * classes.size()) {
    return absl::InvalidArgumentError(absl::StrCat("there are ", scores.size(), " scores for ",
                                                   boxes.size(), " boxes * ", classes.size(),
                                                   " classes"));
  }
  for (size_t k = 0; k < classes.size(); ++k) FRAZO_RETURN_IF_ERROR(CheckClass(classes[k], k));
  std::vector<std::vector<int64_t>> kept(classes.size());
  threads::TakeRowTurns(classes.size(), 1, threads, [&](int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; ++k) {
      kept[k] = KeepOfClass(boxes, scores.data() + k, classes.size(), classes[k], view);
    }
  });
  return kept;
}

}  // namespace frazo::boxes
