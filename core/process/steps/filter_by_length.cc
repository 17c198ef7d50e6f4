#include <algorithm>
#include <cstdint>
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

class FilterByLengthStep : public FieldStep {
 public:
  FilterByLengthStep(FieldId field, int64_t inner_count, const Step::FilterByLength& config,
                     int32_t filter)
      : field_(field),
        inner_count_(inner_count),
        shortest_(config.min_length()),
        longest_(config.max_length()),
        filter_(filter) {}

  absl::Status Apply(RecordFields* fields) const override {
    const int64_t length = fields->count(field_) / inner_count_;
    if (length < shortest_ || length > longest_) fields->FilterOut(filter_);
    return absl::OkStatus();
  }

 private:
  const FieldId field_;
  const int64_t inner_count_;
  const int64_t shortest_;
  const int64_t longest_;
  const int32_t filter_;
};

// Drops records whose field is too short or too long.
absl::StatusOr<std::unique_ptr<FieldStep>> MakeFilterByLength(const Step::FilterByLength& config,
                                                              StepBuilder* builder) {
  const std::string field_path = builder->config_path("field");
  FRAZO_ASSIGN_OR_RETURN(const FieldTable::Field* const found,
                         builder->fields().Find(field_path, config.field()));
  FRAZO_RETURN_IF_ERROR(CheckVariable(field_path, found->spec));
  if (config.min_length() < 0 || config.min_length() > config.max_length()) {
    return absl::InvalidArgumentError(
        absl::StrCat(builder->config_path(), ".min_length: ", config.min_length(),
                     "; expected 0 to max_length, which is ", config.max_length()));
  }
  auto step = std::make_unique<FilterByLengthStep>(found->id, found->spec.inner_count(), config,
                                                   builder->AddFilter(config.field()));
  if (found->spec.text != nullptr) {
    TextEncoding text = *found->spec.text;
    const int64_t longest = config.max_length();
    const bool is_first = text.max_length == 0;
    if (config.has_max_length()) {
      text.max_length = is_first ? longest : std::min(text.max_length, longest);
    }
    builder->fields().SetText(found->id, std::move(text));
  }
  return step;
}

FRAZO_REGISTER_STEP(Step::FilterByLength, MakeFilterByLength);

}  // namespace
}  // namespace frazo::process
