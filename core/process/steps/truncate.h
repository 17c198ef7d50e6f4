#ifndef FRAZO_CORE_PROCESS_STEPS_TRUNCATE_H_
#define FRAZO_CORE_PROCESS_STEPS_TRUNCATE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/process/field_step.h"
#include "core/process/field_table.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {

// Keeps the first values of a field. `place` is where `config` stands. Error: kInvalidArgument.
absl::StatusOr<std::unique_ptr<FieldStep>> MakeTruncate(const std::string& place,
                                                        const Step::Truncate& config,
                                                        FieldTable* table);

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_STEPS_TRUNCATE_H_
