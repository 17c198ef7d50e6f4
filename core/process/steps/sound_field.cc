#include "core/process/steps/sound_field.h"

#include "absl/strings/str_cat.h"
#include "core/status/status_macros.h"

namespace frazo::process {

absl::StatusOr<FieldTable::Field> FindSound(const std::string& name, StepBuilder* builder) {
  const std::string path = builder->config_path("field");
  FRAZO_ASSIGN_OR_RETURN(const FieldTable::Field* const found,
                         builder->fields().FindToRead(path, name));
  const FeatureSpec& spec = found->spec;
  if (spec.type == ValueType::kFloat32 && spec.shape.size() == 1) return *found;
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": field '", name, "' is ", spec.TypeText(),
                   "; expected samples, FLOAT32[any], as decode_audio makes them"));
}

}  // namespace frazo::process
