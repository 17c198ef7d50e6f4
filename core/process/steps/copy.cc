#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/process/step_registry.h"
#include "core/status/status_macros.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {
namespace {

// T: the type of the field's values, which is not uint8_t.
template <typename T>
class CopyStep : public FieldStep {
 public:
  CopyStep(FieldId from, FieldId to) : from_(from), to_(to) {}

  absl::Status Apply(RecordFields* fields) const override {
    const absl::Span<const T> values = fields->values<T>(from_);
    std::vector<T>& column = fields->Begin<T>(to_);
    column.insert(column.end(), values.begin(), values.end());
    fields->End<T>(to_);
    return absl::OkStatus();
  }

 private:
  const FieldId from_;
  const FieldId to_;
};

// UINT8 values are not copied: both fields refer to them.
class CopyReferenceStep : public FieldStep {
 public:
  CopyReferenceStep(FieldId from, FieldId to) : from_(from), to_(to) {}

  absl::Status Apply(RecordFields* fields) const override {
    fields->Refer(to_, fields->extent(from_).outside, fields->count(from_));
    return absl::OkStatus();
  }

 private:
  const FieldId from_;
  const FieldId to_;
};

// Copies the values of a field into a new field.
absl::StatusOr<std::unique_ptr<FieldStep>> MakeCopy(const Step::Copy& config,
                                                    StepBuilder* builder) {
  FRAZO_ASSIGN_OR_RETURN(
      const FieldTable::Field* const found,
      builder->fields().FindToRead(builder->config_path("field"), config.field()));
  const FieldId from = found->id;
  FeatureSpec spec = found->spec;
  const ValueType type = spec.type;
  spec.name = config.output();
  FRAZO_ASSIGN_OR_RETURN(const FieldId to,
                         builder->fields().Add(builder->config_path("output"), std::move(spec)));
  switch (type) {
    case ValueType::kInt64:
      return std::make_unique<CopyStep<int64_t>>(from, to);
    case ValueType::kInt32:
      return std::make_unique<CopyStep<int32_t>>(from, to);
    case ValueType::kFloat32:
      return std::make_unique<CopyStep<float>>(from, to);
    case ValueType::kBytes:
      return std::make_unique<CopyStep<std::string_view>>(from, to);
    case ValueType::kUint8:
      break;
  }
  return std::make_unique<CopyReferenceStep>(from, to);
}

FRAZO_REGISTER_STEP(Step::Copy, MakeCopy);

}  // namespace
}  // namespace frazo::process
