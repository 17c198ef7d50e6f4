#ifndef FRAZO_CORE_PROCESS_FIELD_STEP_H_
#define FRAZO_CORE_PROCESS_FIELD_STEP_H_

#include <cstdint>

#include "absl/status/status.h"
#include "core/process/record_fields.h"

namespace frazo::process {

// Changes fields of a record, or filters it out. Thread-safe.
class FieldStep {
 public:
  virtual ~FieldStep() = default;

  // Error: kInvalidArgument, naming the field and the value, for a record that is bad.
  virtual absl::Status Apply(RecordFields* fields) const = 0;

  // A hash of the files that it depends on besides the configuration; 0 where there are none.
  virtual uint64_t fingerprint() const { return 0; }
};

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_FIELD_STEP_H_
