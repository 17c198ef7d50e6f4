#include "core/process/steps/filter_by_length.h"

#include "absl/strings/str_cat.h"
#include "core/status/status_macros.h"

namespace frazo::process {
namespace {

class FilterByLengthStep : public FieldStep {
 public:
  FilterByLengthStep(FieldId field, const Step::FilterByLength& config, int32_t filter)
      : field_(field),
        shortest_(config.min_length()),
        longest_(config.max_length()),
        filter_(filter) {}

  absl::Status Apply(RecordFields* fields) const override {
    const int64_t count = fields->count(field_);
    if (count < shortest_ || count > longest_) fields->FilterOut(filter_);
    return absl::OkStatus();
  }

 private:
  const FieldId field_;
  const int64_t shortest_;
  const int64_t longest_;
  const int32_t filter_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<FieldStep>> MakeFilterByLength(const std::string& place,
                                                              const Step::FilterByLength& config,
                                                              int32_t filter, FieldTable* table) {
  const std::string field_place = absl::StrCat(place, ".field");
  FRAZO_ASSIGN_OR_RETURN(const FieldTable::Field* const found,
                         table->Find(field_place, config.field()));
  FRAZO_RETURN_IF_ERROR(CheckVariable(field_place, found->spec));
  if (config.min_length() < 0 || config.min_length() > config.max_length()) {
    return absl::InvalidArgumentError(absl::StrCat(place, ".min_length: ", config.min_length(),
                                                   "; expected 0 to max_length, which is ",
                                                   config.max_length()));
  }
  return std::make_unique<FilterByLengthStep>(found->id, config, filter);
}

}  // namespace frazo::process
