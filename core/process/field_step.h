#ifndef FRAZO_CORE_PROCESS_FIELD_STEP_H_
#define FRAZO_CORE_PROCESS_FIELD_STEP_H_

#include <cstdint>

#include "absl/status/status.h"
#include "core/process/record_fields.h"

namespace frazo::process {

// Changes fields of a record, or drops it. Thread-safe.
class FieldStep {
 public:
  virtual ~FieldStep() = default;

  // Error: kInvalidArgument for a bad record; it names the field and the value.
  virtual absl::Status Apply(RecordFields* fields) const = 0;

  // A hash of the files that the step depends on besides the configuration; 0 if there are none.
  virtual uint64_t fingerprint() const { return 0; }
};

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_FIELD_STEP_H_
