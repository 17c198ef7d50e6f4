#ifndef FRAZO_CORE_PROCESS_WHOLE_RECORD_PARSER_H_
#define FRAZO_CORE_PROCESS_WHOLE_RECORD_PARSER_H_

#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/process/field_parser.h"
#include "core/process/field_table.h"
#include "core/process/record_fields.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {

// Makes one field of the whole record: one BYTES value, which refers to the record.
class WholeRecordParser : public FieldParser {
 public:
  // Adds the field to `table`. Error: kInvalidArgument if its name is empty.
  static absl::StatusOr<std::unique_ptr<FieldParser>> Create(const RawParser& config,
                                                             FieldTable* table);

  absl::Status Parse(std::string_view record, RecordFields* fields) const override;

 private:
  explicit WholeRecordParser(FieldId field) : field_(field) {}

  const FieldId field_;
};

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_WHOLE_RECORD_PARSER_H_
