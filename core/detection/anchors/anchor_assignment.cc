#include "core/detection/anchors/anchor_assignment.h"

#include <cmath>
#include <cstddef>

#include "core/boxes/box_iou.h"

namespace frazo::detection {
namespace {

using boxes::IouBox;
using boxes::IouView;
using points::Point;

// An object of one of the model's classes, and the anchor that overlaps it most.
struct Candidate {
  int32_t object;
  IouBox box;
  double x;
  double y;
  // From a centre that is further away, no anchor reaches it.
  double reach;
  double greatest_iou = 0;
  size_t anchor = 0;
};

std::vector<Candidate> Candidates(absl::Span<const SceneObject> objects, double reach) {
  std::vector<Candidate> candidates;
  for (size_t i = 0; i < objects.size(); ++i) {
    if (objects[i].model_class == 0) continue;
    const boxes::Box& box = objects[i].box;
    candidates.push_back({static_cast<int32_t>(i), IouBox(box), box.x, box.y,
                          reach + std::hypot(box.length, box.width) / 2});
  }
  return candidates;
}

// Matches anchors with candidates, and knows the result for each anchor seen so far.
class Matcher {
 public:
  Matcher(const AnchorBoxes& anchors, absl::Span<const SceneObject> objects, size_t centers)
      : anchors_(anchors),
        candidates_(Candidates(objects, anchors.reach())),
        ious_(centers * anchors.size()),
        matches_(ious_.size(), AnchorAssignment::kNoObject) {}

  void AddCenter(size_t index, const Point& center) {
    near_.clear();
    for (size_t i = 0; i < candidates_.size(); ++i) {
      const Candidate& candidate = candidates_[i];
      const double dx = candidate.x - center.x;
      const double dy = candidate.y - center.y;
      if (dx * dx + dy * dy < candidate.reach * candidate.reach) near_.push_back(i);
    }
    if (near_.empty()) return;
    for (int64_t k = 0; k < anchors_.size(); ++k) {
      MatchAnchor(index * anchors_.size() + k, IouBox(anchors_.At(center, k)));
    }
  }

  const std::vector<Candidate>& candidates() const { return candidates_; }
  // The greatest IoU of each anchor, and the index of that candidate, or kNoObject.
  const std::vector<double>& ious() const { return ious_; }
  const std::vector<int32_t>& matches() const { return matches_; }

 private:
  void MatchAnchor(size_t anchor, const IouBox& box) {
    for (const size_t i : near_) {
      Candidate& candidate = candidates_[i];
      if (!box.IsNear(candidate.box)) continue;
      const double iou = box.Iou(candidate.box, IouView::kBirdsEye);
      if (iou > candidate.greatest_iou) {
        candidate.greatest_iou = iou;
        candidate.anchor = anchor;
      }
      if (iou > ious_[anchor]) {
        ious_[anchor] = iou;
        matches_[anchor] = i;
      }
    }
  }

  const AnchorBoxes& anchors_;
  std::vector<Candidate> candidates_;
  // The candidates near the present centre.
  std::vector<size_t> near_;
  std::vector<double> ious_;
  std::vector<int32_t> matches_;
};

}  // namespace

AnchorAssignment AssignAnchors(absl::Span<const Point> centers, const AnchorBoxes& anchors,
                               absl::Span<const SceneObject> objects,
                               const AssignmentThresholds& thresholds) {
  Matcher matcher(anchors, objects, centers.size());
  for (size_t i = 0; i < centers.size(); ++i) matcher.AddCenter(i, centers[i]);
  AnchorAssignment assignment;
  assignment.objects.assign(matcher.ious().size(), AnchorAssignment::kNoObject);
  assignment.labels.assign(matcher.ious().size(), 0);
  const std::vector<Candidate>& candidates = matcher.candidates();
  for (size_t anchor = 0; anchor < assignment.labels.size(); ++anchor) {
    const int32_t match = matcher.matches()[anchor];
    if (match == AnchorAssignment::kNoObject) continue;
    const double iou = matcher.ious()[anchor];
    if (iou >= thresholds.foreground_iou || candidates[match].anchor == anchor) {
      const int32_t object = candidates[match].object;
      assignment.objects[anchor] = object;
      assignment.labels[anchor] = objects[object].model_class;
    } else if (iou > thresholds.background_iou) {
      assignment.labels[anchor] = kIgnoredAnchor;
    }
  }
  assignment.ious = matcher.ious();
  return assignment;
}

}  // namespace frazo::detection
