#ifndef FRAZO_CORE_PROCESS_STEPS_PARSE_NUMBERS_H_
#define FRAZO_CORE_PROCESS_STEPS_PARSE_NUMBERS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/process/field_step.h"
#include "core/process/field_table.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {

// Numbers that the text of a field spells. `place` is where `config` stands. Error:
// kInvalidArgument.
absl::StatusOr<std::unique_ptr<FieldStep>> MakeParseNumbers(const std::string& place,
                                                            const Step::ParseNumbers& config,
                                                            FieldTable* table);

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_STEPS_PARSE_NUMBERS_H_
