#ifndef FRAZO_CORE_PROCESS_STEPS_TOKENIZE_H_
#define FRAZO_CORE_PROCESS_STEPS_TOKENIZE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/process/field_step.h"
#include "core/process/field_table.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {

// Ids of the text in a field. Loads the vocabulary. `place` is where `config` stands, as in
// "steps[0].tokenize". Errors: kInvalidArgument for the fields that it names; those of the
// tokenizer.
absl::StatusOr<std::unique_ptr<FieldStep>> MakeTokenize(const std::string& place,
                                                        const Step::Tokenize& config,
                                                        FieldTable* table);

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_STEPS_TOKENIZE_H_
