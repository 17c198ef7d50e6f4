#ifndef FRAZO_CORE_PROCESS_COLUMN_PARSER_H_
#define FRAZO_CORE_PROCESS_COLUMN_PARSER_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/process/field_parser.h"
#include "core/process/field_table.h"
#include "core/process/record_fields.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {

// Splits a record into columns at single tabs. Each column is one BYTES value, which refers to the
// record.
class ColumnParser : public FieldParser {
 public:
  // Adds a field for each named column to `table`. Errors: kInvalidArgument, as in RecordProcessor.
  static absl::StatusOr<std::unique_ptr<FieldParser>> Create(const TabSeparatedParser& config,
                                                             FieldTable* table);

  absl::Status Parse(std::string_view record, RecordFields* fields) const override;

 private:
  struct Column {
    std::string name;
    // nullopt: the column is ignored.
    std::optional<FieldId> field;
  };

  explicit ColumnParser(std::vector<Column> columns) : columns_(std::move(columns)) {}

  absl::Status WrongNumber(std::string_view record) const;

  std::vector<Column> columns_;
};

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_COLUMN_PARSER_H_
