#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/audio/log_mel_frontend.h"
#include "core/process/step_registry.h"
#include "core/status/status_macros.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {
namespace {

class LogMelStep : public FieldStep {
 public:
  LogMelStep(FieldId samples, FieldId features,
             std::unique_ptr<const audio::LogMelFrontend> frontend)
      : samples_(samples), features_(features), frontend_(std::move(frontend)) {}

  absl::Status Apply(RecordFields* fields) const override {
    const absl::Span<const float> samples = fields->values<float>(samples_);
    frontend_->Compute(samples, &fields->Begin<float>(features_));
    fields->End<float>(features_);
    return absl::OkStatus();
  }

 private:
  const FieldId samples_;
  const FieldId features_;
  const std::unique_ptr<const audio::LogMelFrontend> frontend_;
};

// Computes features from the samples in a field.
absl::StatusOr<std::unique_ptr<FieldStep>> MakeLogMel(const Step::ComputeLogMel& config,
                                                      StepBuilder* builder) {
  const std::string field_path = builder->config_path("field");
  FRAZO_ASSIGN_OR_RETURN(const FieldTable::Field* const found,
                         builder->fields().FindToRead(field_path, config.field()));
  const FeatureSpec& sound = found->spec;
  if (sound.type != ValueType::kFloat32 || sound.shape.size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(field_path, ": field '", config.field(), "' is ", sound.TypeText(),
                     "; expected samples, FLOAT32[any], as decode_audio makes them"));
  }
  const FieldId samples = found->id;
  FRAZO_ASSIGN_OR_RETURN(auto frontend, audio::LogMelFrontend::Create(
                                            builder->config_path("log_mel"), config.log_mel()));
  FeatureSpec spec;
  spec.type = ValueType::kFloat32;
  spec.shape = {kAnySize, frontend->frame_size()};
  FRAZO_ASSIGN_OR_RETURN(const FieldId features,
                         builder->AddResult(config.field(), config.output(), std::move(spec)));
  return std::make_unique<LogMelStep>(samples, features, std::move(frontend));
}

FRAZO_REGISTER_STEP(Step::ComputeLogMel, MakeLogMel);

}  // namespace
}  // namespace frazo::process
