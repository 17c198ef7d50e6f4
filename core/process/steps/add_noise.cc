#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/audio/white_noise.h"
#include "core/process/step_registry.h"
#include "core/process/steps/sound_field.h"
#include "core/status/status_macros.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {
namespace {

using audio::kMostDecibels;

class AddNoiseStep : public FieldStep {
 public:
  AddNoiseStep(FieldId from, FieldId to, int32_t step, const Step::AddNoise& config)
      : from_(from),
        to_(to),
        step_(step),
        probability_(config.probability()),
        min_snr_db_(config.min_snr_db()),
        max_snr_db_(config.max_snr_db()) {}

  absl::Status Apply(RecordFields* fields) const override {
    const absl::Span<const float> samples = fields->values<float>(from_);
    std::vector<float>& column = fields->Begin<float>(to_);
    column.insert(column.end(), samples.begin(), samples.end());
    fields->End<float>(to_);
    numeric::Random random = fields->random(step_);
    if (random.Fraction() >= probability_) return absl::OkStatus();
    const double snr_db = min_snr_db_ + (max_snr_db_ - min_snr_db_) * random.Fraction();
    const absl::Span<float> noisy = absl::MakeSpan(column).last(fields->count(to_));
    return audio::AddNoise(snr_db, &random, noisy);
  }

 private:
  const FieldId from_;
  const FieldId to_;
  const int32_t step_;
  const double probability_;
  const double min_snr_db_;
  const double max_snr_db_;
};

absl::Status CheckNoise(const StepBuilder& builder, const Step::AddNoise& config) {
  if (!(config.probability() >= 0 && config.probability() <= 1)) {
    return absl::InvalidArgumentError(absl::StrCat(builder.config_path("probability"), ": ",
                                                   config.probability(),
                                                   "; expected a number from 0 to 1"));
  }
  if (!config.has_min_snr_db() || !config.has_max_snr_db() ||
      !(-kMostDecibels <= config.min_snr_db() && config.min_snr_db() <= config.max_snr_db() &&
        config.max_snr_db() <= kMostDecibels)) {
    return absl::InvalidArgumentError(absl::StrCat(
        builder.config_path("min_snr_db"), ": expected ", -kMostDecibels,
        " <= min_snr_db <= max_snr_db <= ", kMostDecibels, "; they are ",
        config.has_min_snr_db() ? absl::StrCat(config.min_snr_db()) : "not set", " and ",
        config.has_max_snr_db() ? absl::StrCat(config.max_snr_db()) : "not set"));
  }
  return absl::OkStatus();
}

// Adds noise to the sound in a field.
absl::StatusOr<std::unique_ptr<FieldStep>> MakeAddNoise(const Step::AddNoise& config,
                                                        StepBuilder* builder) {
  FRAZO_ASSIGN_OR_RETURN(const FieldTable::Field found, FindSound(config.field(), builder));
  FRAZO_RETURN_IF_ERROR(CheckNoise(*builder, config));
  FRAZO_ASSIGN_OR_RETURN(const FieldId to,
                         builder->AddResult(config.field(), config.output(), found.spec));
  return std::make_unique<AddNoiseStep>(found.id, to, builder->AddRandomStep(), config);
}

FRAZO_REGISTER_STEP(Step::AddNoise, MakeAddNoise);

}  // namespace
}  // namespace frazo::process
