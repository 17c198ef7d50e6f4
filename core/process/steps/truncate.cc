#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/process/step_registry.h"
#include "core/process/text_encoding.h"
#include "core/status/status_macros.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {
namespace {

class TruncateStep : public FieldStep {
 public:
  TruncateStep(FieldId field, int64_t most_values) : field_(field), most_values_(most_values) {}

  absl::Status Apply(RecordFields* fields) const override {
    fields->Shorten(field_, std::min(fields->count(field_), most_values_));
    return absl::OkStatus();
  }

 private:
  const FieldId field_;
  const int64_t most_values_;
};

// Notes in the field's text that longer ids are cut off. An export can do the same before it
// appends eos, but not after.
void TellText(const FieldTable::Field& field, int64_t length, StepBuilder* builder) {
  if (field.spec.text == nullptr || field.spec.text->append_eos || length == 0) return;
  TextEncoding text = *field.spec.text;
  text.max_length = text.max_length == 0 ? length : std::min(text.max_length, length);
  builder->fields().SetText(field.id, std::move(text));
}

// Keeps the beginning of a field of any length.
absl::StatusOr<std::unique_ptr<FieldStep>> MakeTruncate(const Step::Truncate& config,
                                                        StepBuilder* builder) {
  const std::string field_path = builder->config_path("field");
  FRAZO_ASSIGN_OR_RETURN(const FieldTable::Field* const found,
                         builder->fields().Find(field_path, config.field()));
  FRAZO_RETURN_IF_ERROR(CheckVariable(field_path, found->spec));
  if (!config.has_length() || config.length() < 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        builder->config_path(), ".length: expected the number of values to keep, at least 0"));
  }
  const int64_t inner_count = found->spec.inner_count();
  const int64_t longest = std::numeric_limits<int64_t>::max() / inner_count;
  auto step =
      std::make_unique<TruncateStep>(found->id, std::min(config.length(), longest) * inner_count);
  TellText(*found, config.length(), builder);
  return step;
}

FRAZO_REGISTER_STEP(Step::Truncate, MakeTruncate);

}  // namespace
}  // namespace frazo::process
