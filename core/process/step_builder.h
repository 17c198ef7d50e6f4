#ifndef FRAZO_CORE_PROCESS_STEP_BUILDER_H_
#define FRAZO_CORE_PROCESS_STEP_BUILDER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/process/field_table.h"

namespace frazo::process {

// Gives a step access to the processor that is being built.
class StepBuilder {
 public:
  // `config_path` is the field path of the step, as in "steps[2].truncate". `random_steps` counts
  // the steps that draw random numbers. All pointers must outlive the builder.
  StepBuilder(std::string config_path, FieldTable* fields, std::vector<std::string>* filters,
              int32_t* random_steps)
      : config_path_(std::move(config_path)),
        fields_(fields),
        filters_(filters),
        random_steps_(random_steps) {}

  // The field path of the step, or of one of its fields: "steps[2].truncate.length"; for errors.
  const std::string& config_path() const { return config_path_; }
  std::string config_path(std::string_view field) const {
    return absl::StrCat(config_path_, ".", field);
  }

  // The fields before the step. The step adds, replaces or removes fields.
  FieldTable& fields() { return *fields_; }

  // Adds the result of a step that reads `field`: as a new field `output`, or, if that is empty or
  // the same, in place of `field`. Error: kInvalidArgument if the name `output` is taken.
  absl::StatusOr<FieldId> AddResult(const std::string& field, const std::string& output,
                                    FeatureSpec spec) {
    if (output.empty() || output == field) {
      spec.name = field;
      return fields_->Replace(std::move(spec));
    }
    spec.name = output;
    return fields_->Add(config_path("output"), std::move(spec));
  }

  // Returns the number that a step that drops records by `field` passes to
  // RecordFields::FilterOut().
  int32_t AddFilter(std::string_view field) {
    filters_->push_back(absl::StrCat(config_path_, " '", field, "'"));
    return static_cast<int32_t>(filters_->size() - 1);
  }

  // Returns the number that a step that draws random numbers passes to RecordFields::random(). It
  // is the step's number among these steps, so that two of them draw different numbers.
  int32_t AddRandomStep() { return (*random_steps_)++; }

 private:
  const std::string config_path_;
  FieldTable* const fields_;
  std::vector<std::string>* const filters_;
  int32_t* const random_steps_;
};

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_STEP_BUILDER_H_
