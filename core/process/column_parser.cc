#include "core/process/column_parser.h"

#include <algorithm>
#include <cstdint>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/status/status_macros.h"

namespace frazo::process {

absl::StatusOr<std::unique_ptr<FieldParser>> ColumnParser::Create(const TabSeparatedParser& config,
                                                                  FieldTable* table) {
  std::vector<Column> columns;
  for (int index = 0; index < config.columns_size(); ++index) {
    Column column{config.columns(index), std::nullopt};
    if (!column.name.empty()) {
      const std::string path = absl::StrCat("tab_separated.columns[", index, "]");
      FeatureSpec spec;
      spec.name = column.name;
      spec.type = ValueType::kBytes;
      spec.shape.clear();
      FRAZO_ASSIGN_OR_RETURN(column.field, table->Add(path, std::move(spec)));
    }
    columns.push_back(std::move(column));
  }
  if (table->fields().empty()) {
    return absl::InvalidArgumentError("tab_separated.columns: name at least one column");
  }
  return absl::WrapUnique(new ColumnParser(std::move(columns)));
}

absl::Status ColumnParser::Parse(std::string_view record, RecordFields* fields) const {
  size_t begin = 0;
  for (size_t index = 0; index < columns_.size(); ++index) {
    const bool is_last = index + 1 == columns_.size();
    const size_t end = record.find('\t', begin);
    if ((end == std::string_view::npos) != is_last) return WrongNumber(record);
    if (columns_[index].field.has_value()) {
      const FieldId field = *columns_[index].field;
      fields->Begin<std::string_view>(field).push_back(record.substr(begin, end - begin));
      fields->End<std::string_view>(field);
    }
    begin = end + 1;
  }
  return absl::OkStatus();
}

absl::Status ColumnParser::WrongNumber(std::string_view record) const {
  const int64_t found = std::count(record.begin(), record.end(), '\t') + 1;
  const auto append_name = [](std::string* text, const Column& column) {
    text->append(column.name.empty() ? "''" : column.name);
  };
  return absl::InvalidArgumentError(
      absl::StrCat(found, " columns; expected ", columns_.size(),
                   ", separated by tabs: ", absl::StrJoin(columns_, ", ", append_name)));
}

}  // namespace frazo::process
