#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/audio/sound_decoder.h"
#include "core/process/step_registry.h"
#include "core/status/status_macros.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {
namespace {

class DecodeAudioStep : public FieldStep {
 public:
  DecodeAudioStep(std::string name, FieldId bytes, FieldId samples, audio::SoundTarget target)
      : name_(std::move(name)), bytes_(bytes), samples_(samples), target_(target) {}

  absl::Status Apply(RecordFields* fields) const override {
    const absl::Status status =
        audio::DecodeSound(fields->single_bytes(bytes_), target_, &fields->Begin<float>(samples_));
    if (!status.ok()) {
      return absl::Status(status.code(), absl::StrCat("field '", name_, "': ", status.message()));
    }
    fields->End<float>(samples_);
    return absl::OkStatus();
  }

 private:
  const std::string name_;
  const FieldId bytes_;
  const FieldId samples_;
  const audio::SoundTarget target_;
};

// Decodes the sound file in a field.
absl::StatusOr<std::unique_ptr<FieldStep>> MakeDecodeAudio(const Step::DecodeAudio& config,
                                                           StepBuilder* builder) {
  const std::string field_path = builder->config_path("field");
  FRAZO_ASSIGN_OR_RETURN(const FieldTable::Field* const found,
                         builder->fields().Find(field_path, config.field()));
  FRAZO_RETURN_IF_ERROR(CheckSingleBytes(field_path, found->spec));
  if (config.sample_rate() < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(builder->config_path("sample_rate"), ": expected a rate in Hz, at least 1"));
  }
  if (!(config.max_seconds() > 0)) {
    return absl::InvalidArgumentError(
        absl::StrCat(builder->config_path("max_seconds"), ": expected a number above 0"));
  }
  const FieldId bytes = found->id;
  FeatureSpec spec;
  spec.type = ValueType::kFloat32;
  FRAZO_ASSIGN_OR_RETURN(const FieldId samples,
                         builder->AddResult(config.field(), config.output(), std::move(spec)));
  return std::make_unique<DecodeAudioStep>(
      config.field(), bytes, samples,
      audio::SoundTarget{config.sample_rate(), config.max_seconds()});
}

FRAZO_REGISTER_STEP(Step::DecodeAudio, MakeDecodeAudio);

}  // namespace
}  // namespace frazo::process
