#ifndef FRAZO_CORE_DETECTION_SCORE_KITTI_MATCHING_H_
#define FRAZO_CORE_DETECTION_SCORE_KITTI_MATCHING_H_

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/detection/score/kitti_scene.h"

namespace frazo::detection::score {

// The classes that KITTI scores.
enum class KittiClass { kCar, kPedestrian, kCyclist };
constexpr int kKittiClasses = 3;

enum class KittiDifficulty { kEasy, kModerate, kHard };
constexpr int kKittiDifficulties = 3;

// What an overlap compares: image boxes, areas seen from above, volumes.
enum class KittiView { kImage, kBirdsEye, k3d };
constexpr int kKittiViews = 3;

// Who finds whom in one scene, for one class, as the official kit (evaluate_object.cpp) rules:
//
//   - A truth counts if it is of the class, higher in the image than the difficulty asks (40, 25,
//   25
//     pixels), no more occluded (0, 1, 2) and no more truncated (0.15, 0.3, 0.5). Another truth of
//     the class is ignored, as is each of the neighbour class (Van of Car, Person_sitting of
//     Pedestrian): it may take a detection, and neither then counts.
//   - A detection, of whatever class, whose height in whole pixels is below 40, 25, 25 is ignored.
//     Else it counts if it is of the class.
//   - A detection can be taken if its overlap is above 0.7 (Car) or 0.5. The truths choose in their
//     order, each among the detections that are left.
//   - A detection that nobody took, and that lies in a DontCare area by more than that share, is
//     ignored. As DontCare areas have no box in space, this holds for the image alone.
class KittiMatching {
 public:
  // Which detection a truth chooses.
  enum class Choice {
    // That of the highest score: for the choice of thresholds.
    kHighestScore,
    // That of the greatest overlap, of those that count; else the first: for precision.
    kGreatestOverlap,
  };

  enum class Outcome : uint8_t { kHit, kFalsePositive, kIgnored };

  // What came of a choice. Reused, it keeps its memory.
  struct Assignment {
    // For each truth that counts and was found, its index here and that of its detection.
    std::vector<std::pair<int32_t, int32_t>> hits;
    // Truths that count and were not found.
    int64_t misses = 0;
    // What became of each detection.
    std::vector<Outcome> outcomes;
  };

  // CheckKittiScene(scene) holds.
  KittiMatching(const KittiScene& scene, KittiClass of_class);

  // Whether the scene has nothing to do with the class.
  bool empty() const { return truths_.empty() && detections_.empty(); }

  // Returns the number of truths that count.
  int64_t CountTruths(KittiDifficulty difficulty) const;

  // Lets the truths choose among the detections with at least this score.
  void Assign(KittiView view, KittiDifficulty difficulty, Choice choice, double min_score,
              Assignment* assignment) const;

  double score(int32_t detection) const { return detections_[detection].score; }

  // Returns (1 + cos(difference of the angles of observation)) / 2.
  double OrientationSimilarity(int32_t truth, int32_t detection) const;

 private:
  enum class Standing : uint8_t { kCounts, kIgnored, kAbsent };

  struct Truth {
    double alpha;
    std::array<Standing, kKittiDifficulties> standings;
  };

  struct Detection {
    double score;
    double alpha;
    bool is_in_dont_care_area;
    std::array<Standing, kKittiDifficulties> standings;
  };

  // A detection that a truth may choose.
  struct Candidate {
    int32_t detection;
    double overlap;
  };

  // Those of all truths, of the first truth first; those of truth i begin at begins[i].
  struct Candidates {
    std::vector<Candidate> all;
    std::vector<int32_t> begins;
  };

  void AddTruths(const KittiScene& scene, KittiClass of_class, std::vector<int32_t>* kept);
  void AddDetections(const KittiScene& scene, KittiClass of_class, std::vector<int32_t>* kept);
  void AddCandidates(const KittiScene& scene, KittiClass of_class,
                     const std::vector<int32_t>& kept_truths,
                     const std::vector<int32_t>& kept_detections);
  int32_t Choose(int32_t truth, KittiView view, int difficulty, Choice choice, double min_score,
                 const std::vector<Outcome>& outcomes) const;

  std::vector<Truth> truths_;
  std::vector<Detection> detections_;
  std::array<Candidates, kKittiViews> candidates_;
};

}  // namespace frazo::detection::score

#endif  // FRAZO_CORE_DETECTION_SCORE_KITTI_MATCHING_H_
