#include "core/detection/changes/random_flip.h"

#include "absl/strings/str_cat.h"
#include "core/detection/scene/check_number.h"
#include "core/detection/scene/world_motion.h"
#include "core/status/status_macros.h"

namespace frazo::detection {
namespace {

class RandomFlipChange : public SceneChange {
 public:
  explicit RandomFlipChange(const SceneStep::RandomFlip& config) : config_(config) {}

  void Apply(numeric::Random* random, Scene* scene) const override {
    if (random->Fraction() >= config_.probability()) return;
    WorldMotion motion;
    motion.mirrors = true;
    MoveWorld(motion, scene);
  }

 private:
  const SceneStep::RandomFlip config_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SceneChange>> MakeRandomFlip(std::string_view path,
                                                            const SceneStep::RandomFlip& config) {
  FRAZO_RETURN_IF_ERROR(
      CheckNumber(absl::StrCat(path, ".probability"), config.probability(), 0, 1));
  return std::make_unique<RandomFlipChange>(config);
}

}  // namespace frazo::detection
