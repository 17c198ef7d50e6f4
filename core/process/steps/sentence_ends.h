#ifndef FRAZO_CORE_PROCESS_STEPS_SENTENCE_ENDS_H_
#define FRAZO_CORE_PROCESS_STEPS_SENTENCE_ENDS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/process/field_step.h"
#include "core/process/field_table.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {

// Adds the id of the end of a sentence behind the ids of a field, or that of the start before them.
// `place` is where `config` stands. Error: kInvalidArgument.
absl::StatusOr<std::unique_ptr<FieldStep>> MakeAppendEos(const std::string& place,
                                                         const Step::AppendEos& config,
                                                         FieldTable* table);
absl::StatusOr<std::unique_ptr<FieldStep>> MakePrependSos(const std::string& place,
                                                          const Step::PrependSos& config,
                                                          FieldTable* table);

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_STEPS_SENTENCE_ENDS_H_
