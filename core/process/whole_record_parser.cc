#include "core/process/whole_record_parser.h"

#include <utility>

#include "absl/memory/memory.h"
#include "core/status/status_macros.h"

namespace frazo::process {

absl::StatusOr<std::unique_ptr<FieldParser>> WholeRecordParser::Create(const RawParser& config,
                                                                       FieldTable* table) {
  FeatureSpec spec;
  spec.name = config.name();
  spec.type = ValueType::kBytes;
  spec.shape.clear();
  FRAZO_ASSIGN_OR_RETURN(const FieldId field, table->Add("raw.name", std::move(spec)));
  return absl::WrapUnique(new WholeRecordParser(field));
}

absl::Status WholeRecordParser::Parse(std::string_view record, RecordFields* fields) const {
  fields->Begin<std::string_view>(field_).push_back(record);
  fields->End<std::string_view>(field_);
  return absl::OkStatus();
}

}  // namespace frazo::process
