#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/audio/spectrum_masks.h"
#include "core/process/field_table.h"
#include "core/process/step_registry.h"
#include "core/status/status_macros.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {
namespace {

class SpecAugmentStep : public FieldStep {
 public:
  SpecAugmentStep(FieldId from, FieldId to, int32_t step, int64_t frame_size,
                  const SpecAugment& config)
      : from_(from), to_(to), step_(step), frame_size_(frame_size), config_(config) {}

  absl::Status Apply(RecordFields* fields) const override {
    const absl::Span<const float> frames = fields->values<float>(from_);
    std::vector<float>& column = fields->Begin<float>(to_);
    column.insert(column.end(), frames.begin(), frames.end());
    fields->End<float>(to_);
    numeric::Random random = fields->random(step_);
    audio::MaskSpectrum(config_, frame_size_, &random,
                        absl::MakeSpan(column).last(fields->count(to_)));
    return absl::OkStatus();
  }

 private:
  const FieldId from_;
  const FieldId to_;
  const int32_t step_;
  const int64_t frame_size_;
  const SpecAugment config_;
};

// Hides parts of the frames in a field.
absl::StatusOr<std::unique_ptr<FieldStep>> MakeSpecAugment(const Step::AugmentSpectrum& config,
                                                           StepBuilder* builder) {
  const std::string field_path = builder->config_path("field");
  FRAZO_ASSIGN_OR_RETURN(const FieldTable::Field* const found,
                         builder->fields().FindToRead(field_path, config.field()));
  const FieldTable::Field frames = *found;
  if (frames.spec.type != ValueType::kFloat32 || frames.spec.shape.size() != 2 ||
      frames.spec.shape[0] != kAnySize) {
    return absl::InvalidArgumentError(
        absl::StrCat(field_path, ": field '", config.field(), "' is ", frames.spec.TypeText(),
                     "; expected frames, FLOAT32[-1, values of a frame], as log_mel makes them"));
  }
  FRAZO_RETURN_IF_ERROR(
      audio::CheckSpecAugment(builder->config_path("spec_augment"), config.spec_augment()));
  FRAZO_ASSIGN_OR_RETURN(const FieldId to,
                         builder->AddResult(config.field(), config.output(), frames.spec));
  return std::make_unique<SpecAugmentStep>(frames.id, to, builder->AddRandomStep(),
                                           frames.spec.inner_count(), config.spec_augment());
}

FRAZO_REGISTER_STEP(Step::AugmentSpectrum, MakeSpecAugment);

}  // namespace
}  // namespace frazo::process
