#include "core/detection/changes/random_scaling.h"

#include "absl/strings/str_cat.h"
#include "core/detection/scene/check_number.h"
#include "core/detection/scene/world_motion.h"
#include "core/status/status_macros.h"

namespace frazo::detection {
namespace {

class RandomScalingChange : public SceneChange {
 public:
  explicit RandomScalingChange(const SceneStep::RandomScaling& config) : config_(config) {}

  void Apply(numeric::Random* random, Scene* scene) const override {
    WorldMotion motion;
    motion.scale =
        config_.min_factor() + (config_.max_factor() - config_.min_factor()) * random->Fraction();
    MoveWorld(motion, scene);
  }

 private:
  const SceneStep::RandomScaling config_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SceneChange>> MakeRandomScaling(
    std::string_view path, const SceneStep::RandomScaling& config) {
  FRAZO_RETURN_IF_ERROR(
      CheckNumber(absl::StrCat(path, ".max_factor"), config.max_factor(), 0.01, 100));
  FRAZO_RETURN_IF_ERROR(CheckNumber(absl::StrCat(path, ".min_factor"), config.min_factor(), 0.01,
                                    config.max_factor()));
  return std::make_unique<RandomScalingChange>(config);
}

}  // namespace frazo::detection
