#include "core/detection/changes/random_rotation.h"

#include "absl/strings/str_cat.h"
#include "core/detection/scene/check_number.h"
#include "core/detection/scene/world_motion.h"
#include "core/status/status_macros.h"

namespace frazo::detection {
namespace {

// Half a turn, rounded up.
constexpr double kMostRadians = 3.1416001;

class RandomRotationChange : public SceneChange {
 public:
  explicit RandomRotationChange(const SceneStep::RandomRotation& config) : config_(config) {}

  void Apply(numeric::Random* random, Scene* scene) const override {
    WorldMotion motion;
    motion.angle = config_.max_angle() * (2 * random->Fraction() - 1);
    MoveWorld(motion, scene);
  }

 private:
  const SceneStep::RandomRotation config_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SceneChange>> MakeRandomRotation(
    std::string_view path, const SceneStep::RandomRotation& config) {
  FRAZO_RETURN_IF_ERROR(
      CheckNumber(absl::StrCat(path, ".max_angle"), config.max_angle(), 0, kMostRadians));
  return std::make_unique<RandomRotationChange>(config);
}

}  // namespace frazo::detection
