#ifndef FRAZO_CORE_PROCESS_STEPS_COPY_H_
#define FRAZO_CORE_PROCESS_STEPS_COPY_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/process/field_step.h"
#include "core/process/field_table.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {

// The values of a field under another name too. `place` is where `config` stands. Error:
// kInvalidArgument.
absl::StatusOr<std::unique_ptr<FieldStep>> MakeCopy(const std::string& place,
                                                    const Step::Copy& config, FieldTable* table);

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_STEPS_COPY_H_
