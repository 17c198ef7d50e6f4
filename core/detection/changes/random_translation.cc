#include "core/detection/changes/random_translation.h"

#include "absl/strings/str_cat.h"
#include "core/detection/scene/check_number.h"
#include "core/detection/scene/world_motion.h"
#include "core/numeric/normal.h"
#include "core/status/status_macros.h"

namespace frazo::detection {
namespace {

class RandomTranslationChange : public SceneChange {
 public:
  explicit RandomTranslationChange(const SceneStep::RandomTranslation& config) : config_(config) {}

  void Apply(numeric::Random* random, Scene* scene) const override {
    WorldMotion motion;
    motion.shift_x = config_.x_stddev() * numeric::Normal(random);
    motion.shift_y = config_.y_stddev() * numeric::Normal(random);
    motion.shift_z = config_.z_stddev() * numeric::Normal(random);
    MoveWorld(motion, scene);
  }

 private:
  const SceneStep::RandomTranslation config_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SceneChange>> MakeRandomTranslation(
    std::string_view path, const SceneStep::RandomTranslation& config) {
  FRAZO_RETURN_IF_ERROR(CheckNumber(absl::StrCat(path, ".x_stddev"), config.x_stddev(), 0, 1000));
  FRAZO_RETURN_IF_ERROR(CheckNumber(absl::StrCat(path, ".y_stddev"), config.y_stddev(), 0, 1000));
  FRAZO_RETURN_IF_ERROR(CheckNumber(absl::StrCat(path, ".z_stddev"), config.z_stddev(), 0, 1000));
  return std::make_unique<RandomTranslationChange>(config);
}

}  // namespace frazo::detection
