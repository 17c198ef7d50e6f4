#ifndef FRAZO_CORE_PROCESS_FIELD_PARSER_H_
#define FRAZO_CORE_PROCESS_FIELD_PARSER_H_

#include <string_view>

#include "absl/status/status.h"
#include "core/process/record_fields.h"

namespace frazo::process {

// Splits records into fields. Thread-safe.
class FieldParser {
 public:
  virtual ~FieldParser() = default;

  // Sets the values of every field that the parser added to its table. They may refer to the record
  // and to the parser. Error: kInvalidArgument, which names the field, what was expected and what
  // came; some fields then have no values.
  virtual absl::Status Parse(std::string_view record, RecordFields* fields) const = 0;
};

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_FIELD_PARSER_H_
