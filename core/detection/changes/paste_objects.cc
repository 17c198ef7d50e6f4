#include "core/detection/changes/paste_objects.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/boxes/box.h"
#include "core/boxes/points_in_boxes.h"
#include "core/boxes/separate_boxes.h"
#include "core/detection/scene/check_number.h"
#include "core/detection/scene/points_inside.h"
#include "core/status/status_macros.h"

namespace frazo::detection {
namespace {

using boxes::Box;
using boxes::BoxPoints;

// So many candidates are drawn for each object that is wanted, because many meet others.
constexpr int64_t kCandidates = 5;

class PasteObjectsChange : public SceneChange {
 public:
  // `candidates` are the indices of the objects that fit the settings.
  PasteObjectsChange(const SceneStep::PasteObjects& config, std::vector<int64_t> candidates,
                     std::shared_ptr<const ObjectDatabase> database)
      : config_(config), candidates_(std::move(candidates)), database_(std::move(database)) {}

  void Apply(numeric::Random* random, Scene* scene) const override {
    const std::vector<int64_t> chosen = Choose(random, *scene);
    if (config_.remove_points_inside()) RemovePointsInside(chosen, scene);
    for (const int64_t index : chosen) {
      const auto points = database_->points(index);
      const size_t count = std::min<size_t>(points.size(), config_.max_points());
      const auto features = database_->features(index).first(count * scene->feature_count);
      scene->points.insert(scene->points.end(), points.begin(), points.begin() + count);
      scene->features.insert(scene->features.end(), features.begin(), features.end());
      scene->objects.push_back(database_->objects()[index]);
    }
  }

 private:
  // Returns objects that meet neither boxes of the scene nor one another.
  std::vector<int64_t> Choose(numeric::Random* random, const Scene& scene) const {
    const int64_t space = config_.max_scene_objects() - static_cast<int64_t>(scene.objects.size());
    const int64_t wanted = std::min<int64_t>(space, config_.max_objects());
    std::vector<int64_t> chosen;
    if (wanted <= 0) return chosen;
    std::vector<Box> boxes;
    for (const SceneObject& object : scene.objects) boxes.push_back(object.box);
    std::vector<int64_t> drawn = candidates_;
    std::vector<Box> drawn_boxes;
    const int64_t draws = std::min<int64_t>(kCandidates * wanted, drawn.size());
    for (int64_t i = 0; i < draws; ++i) {
      std::swap(drawn[i], drawn[i + random->Below(drawn.size() - i)]);
      drawn_boxes.push_back(database_->objects()[drawn[i]].box);
    }
    chosen = boxes::SeparateBoxes(boxes, drawn_boxes, wanted);
    for (int64_t& index : chosen) index = drawn[index];
    return chosen;
  }

  void RemovePointsInside(const std::vector<int64_t>& chosen, Scene* scene) const {
    std::vector<Box> boxes;
    for (const int64_t index : chosen) boxes.push_back(database_->objects()[index].box);
    const std::vector<int32_t> first_boxes = FirstBoxes(*scene, boxes);
    scene->KeepPoints([&](size_t i) { return first_boxes[i] == BoxPoints::kNone; });
  }

  const SceneStep::PasteObjects config_;
  const std::vector<int64_t> candidates_;
  const std::shared_ptr<const ObjectDatabase> database_;
};

absl::Status CheckNumbers(std::string_view path, const SceneStep::PasteObjects& config) {
  const auto check = [&](std::string_view field, int32_t number, double least) {
    return CheckNumber(absl::StrCat(path, ".", field), number, least,
                       std::numeric_limits<int32_t>::max());
  };
  FRAZO_RETURN_IF_ERROR(check("max_objects", config.max_objects(), 1));
  FRAZO_RETURN_IF_ERROR(check("max_scene_objects", config.max_scene_objects(), 1));
  FRAZO_RETURN_IF_ERROR(check("min_points", config.min_points(), 1));
  FRAZO_RETURN_IF_ERROR(check("min_difficulty", config.min_difficulty(), 0));
  return check("max_points", config.max_points(), 1);
}

// Returns for each label whether objects of it are pasted.
absl::StatusOr<std::vector<bool>> WantedLabels(std::string_view path,
                                               const SceneStep::PasteObjects& config,
                                               const ClassNames& classes) {
  std::vector<bool> wanted(classes.names().size());
  if (config.classes().empty()) {
    for (size_t i = 0; i < wanted.size(); ++i) wanted[i] = classes.ModelClass(i) != 0;
  }
  for (const std::string& name : config.classes()) {
    const std::optional<int32_t> label = classes.Label(name);
    if (!label.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ".classes: '", name,
                       "' is not one of class_names: ", absl::StrJoin(classes.names(), ", ")));
    }
    wanted[*label] = true;
  }
  return wanted;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SceneChange>> MakePasteObjects(
    std::string_view path, const SceneStep::PasteObjects& config, const ClassNames& classes,
    std::shared_ptr<const ObjectDatabase> database) {
  FRAZO_RETURN_IF_ERROR(CheckNumbers(path, config));
  FRAZO_ASSIGN_OR_RETURN(const std::vector<bool> wanted, WantedLabels(path, config, classes));
  std::vector<int64_t> candidates;
  for (size_t i = 0; i < database->objects().size(); ++i) {
    const SceneObject& object = database->objects()[i];
    if (wanted[object.label] && object.difficulty >= config.min_difficulty() &&
        database->points(i).size() >= static_cast<size_t>(config.min_points())) {
      candidates.push_back(i);
    }
  }
  if (candidates.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ".database: none of its ", database->objects().size(),
        " objects is of these classes, has ", config.min_points(), " points and the difficulty ",
        config.min_difficulty(), "; lower the settings"));
  }
  return std::make_unique<PasteObjectsChange>(config, std::move(candidates), std::move(database));
}

}  // namespace frazo::detection
