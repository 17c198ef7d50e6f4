#ifndef FRAZO_CORE_PROCESS_STEPS_SOUND_FIELD_H_
#define FRAZO_CORE_PROCESS_STEPS_SOUND_FIELD_H_

#include <string>

#include "absl/status/statusor.h"
#include "core/process/field_table.h"
#include "core/process/step_builder.h"

namespace frazo::process {

// Finds the field of a sound's samples that the step's configuration names as `field`. It is only
// read: the result of the step is a new field, maybe of the same name. Error: kInvalidArgument for
// any other field.
absl::StatusOr<FieldTable::Field> FindSound(const std::string& name, StepBuilder* builder);

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_STEPS_SOUND_FIELD_H_
