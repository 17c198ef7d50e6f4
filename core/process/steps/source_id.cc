#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "core/process/step_registry.h"
#include "core/status/status_macros.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {
namespace {

class SourceIdStep : public FieldStep {
 public:
  explicit SourceIdStep(FieldId output) : output_(output) {}

  absl::Status Apply(RecordFields* fields) const override {
    fields->Begin<int32_t>(output_).push_back(fields->source());
    fields->End<int32_t>(output_);
    return absl::OkStatus();
  }

 private:
  const FieldId output_;
};

// Makes a new field of the number of the record's source.
absl::StatusOr<std::unique_ptr<FieldStep>> MakeSourceId(const Step::SourceId& config,
                                                        StepBuilder* builder) {
  FeatureSpec spec;
  spec.name = config.output();
  spec.type = ValueType::kInt32;
  spec.shape = {};
  FRAZO_ASSIGN_OR_RETURN(const FieldId output,
                         builder->fields().Add(builder->config_path("output"), std::move(spec)));
  return std::make_unique<SourceIdStep>(output);
}

FRAZO_REGISTER_STEP(Step::SourceId, MakeSourceId);

}  // namespace
}  // namespace frazo::process
