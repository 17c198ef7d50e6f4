#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/audio/log_mel_frontend.h"
#include "core/audio/white_noise.h"
#include "core/process/step_registry.h"
#include "core/process/steps/sound_field.h"
#include "core/status/status_macros.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {
namespace {

// The samples of 16 bits that the range up to 1 has.
constexpr float kSixteenBits = 32768;

// Noise before the features.
struct Dither {
  // The standard deviation, for samples in [-1, 1]; 0: none.
  float deviation = 0;
  // The number that StepBuilder::AddRandomStep() gave, if there is noise.
  int32_t step = 0;
};

class LogMelStep : public FieldStep {
 public:
  LogMelStep(FieldId samples, FieldId features, Dither dither,
             std::unique_ptr<const audio::LogMelFrontend> frontend)
      : samples_(samples), features_(features), dither_(dither), frontend_(std::move(frontend)) {}

  absl::Status Apply(RecordFields* fields) const override {
    absl::Span<const float> samples = fields->values<float>(samples_);
    // The field may be a feature of its own, without the noise.
    std::vector<float> noisy;
    if (dither_.deviation > 0) {
      noisy.assign(samples.begin(), samples.end());
      numeric::Random random = fields->random(dither_.step);
      audio::AddWhiteNoise(dither_.deviation, &random, absl::MakeSpan(noisy));
      samples = noisy;
    }
    frontend_->Compute(samples, &fields->Begin<float>(features_));
    fields->End<float>(features_);
    return absl::OkStatus();
  }

 private:
  const FieldId samples_;
  const FieldId features_;
  const Dither dither_;
  const std::unique_ptr<const audio::LogMelFrontend> frontend_;
};

// Computes features from the samples in a field.
absl::StatusOr<std::unique_ptr<FieldStep>> MakeLogMel(const Step::ComputeLogMel& config,
                                                      StepBuilder* builder) {
  FRAZO_ASSIGN_OR_RETURN(const FieldTable::Field sound, FindSound(config.field(), builder));
  if (!(config.dither() >= 0 && config.dither() <= kSixteenBits)) {
    return absl::InvalidArgumentError(absl::StrCat(builder->config_path("dither"), ": ",
                                                   config.dither(),
                                                   "; expected a number from 0 to ", kSixteenBits));
  }
  Dither dither;
  if (config.dither() > 0) dither = {config.dither() / kSixteenBits, builder->AddRandomStep()};
  FRAZO_ASSIGN_OR_RETURN(auto frontend, audio::LogMelFrontend::Create(
                                            builder->config_path("log_mel"), config.log_mel()));
  FeatureSpec spec;
  spec.type = ValueType::kFloat32;
  spec.shape = {kAnySize, frontend->frame_size()};
  FRAZO_ASSIGN_OR_RETURN(const FieldId features,
                         builder->AddResult(config.field(), config.output(), std::move(spec)));
  return std::make_unique<LogMelStep>(sound.id, features, dither, std::move(frontend));
}

FRAZO_REGISTER_STEP(Step::ComputeLogMel, MakeLogMel);

}  // namespace
}  // namespace frazo::process
