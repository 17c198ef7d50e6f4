#include "core/process/steps/truncate.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "core/status/status_macros.h"

namespace frazo::process {
namespace {

class TruncateStep : public FieldStep {
 public:
  TruncateStep(FieldId field, int64_t length) : field_(field), length_(length) {}

  absl::Status Apply(RecordFields* fields) const override {
    fields->Shorten(field_, std::min(fields->count(field_), length_));
    return absl::OkStatus();
  }

 private:
  const FieldId field_;
  const int64_t length_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<FieldStep>> MakeTruncate(const std::string& place,
                                                        const Step::Truncate& config,
                                                        FieldTable* table) {
  const std::string field_place = absl::StrCat(place, ".field");
  FRAZO_ASSIGN_OR_RETURN(const FieldTable::Field* const found,
                         table->Find(field_place, config.field()));
  FRAZO_RETURN_IF_ERROR(CheckVariable(field_place, found->spec));
  if (!config.has_length() || config.length() < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(place, ".length: expected the number of values to keep, at least 0"));
  }
  return std::make_unique<TruncateStep>(found->id, config.length());
}

}  // namespace frazo::process
