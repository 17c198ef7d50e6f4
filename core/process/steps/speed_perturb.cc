#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/audio/resampler.h"
#include "core/process/step_registry.h"
#include "core/process/steps/sound_field.h"
#include "core/status/status_macros.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {
namespace {

class SpeedPerturbStep : public FieldStep {
 public:
  SpeedPerturbStep(FieldId from, FieldId to, int32_t step, std::vector<double> factors)
      : from_(from), to_(to), step_(step), factors_(std::move(factors)) {}

  absl::Status Apply(RecordFields* fields) const override {
    const double factor = factors_[fields->random(step_).Below(factors_.size())];
    const absl::Span<const float> samples = fields->values<float>(from_);
    FRAZO_RETURN_IF_ERROR(audio::PerturbSpeed(samples, factor, &fields->Begin<float>(to_)));
    fields->End<float>(to_);
    return absl::OkStatus();
  }

 private:
  const FieldId from_;
  const FieldId to_;
  const int32_t step_;
  const std::vector<double> factors_;
};

// Plays the sound in a field at another speed.
absl::StatusOr<std::unique_ptr<FieldStep>> MakeSpeedPerturb(const Step::SpeedPerturb& config,
                                                            StepBuilder* builder) {
  FRAZO_ASSIGN_OR_RETURN(const FieldTable::Field found, FindSound(config.field(), builder));
  std::vector<double> factors(config.factors().begin(), config.factors().end());
  if (factors.empty()) factors = {0.9, 1, 1.1};
  for (const double factor : factors) {
    if (factor >= audio::kLeastSpeed && factor <= audio::kMostSpeed) continue;
    return absl::InvalidArgumentError(absl::StrCat(builder->config_path("factors"), ": ", factor,
                                                   "; expected numbers from ", audio::kLeastSpeed,
                                                   " to ", audio::kMostSpeed));
  }
  FeatureSpec spec;
  spec.type = ValueType::kFloat32;
  FRAZO_ASSIGN_OR_RETURN(const FieldId to,
                         builder->AddResult(config.field(), config.output(), std::move(spec)));
  return std::make_unique<SpeedPerturbStep>(found.id, to, builder->AddRandomStep(),
                                            std::move(factors));
}

FRAZO_REGISTER_STEP(Step::SpeedPerturb, MakeSpeedPerturb);

}  // namespace
}  // namespace frazo::process
