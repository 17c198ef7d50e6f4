#ifndef FRAZO_CORE_PROCESS_STEPS_FILTER_BY_LENGTH_H_
#define FRAZO_CORE_PROCESS_STEPS_FILTER_BY_LENGTH_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/process/field_step.h"
#include "core/process/field_table.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {

// Leaves out records whose field is too short or too long, by RecordFields::FilterOut(filter).
// `place` is where `config` stands. Error: kInvalidArgument.
absl::StatusOr<std::unique_ptr<FieldStep>> MakeFilterByLength(const std::string& place,
                                                              const Step::FilterByLength& config,
                                                              int32_t filter, FieldTable* table);

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_STEPS_FILTER_BY_LENGTH_H_
