#include "core/batch/example_store.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace frazo::batch {

ExampleStore::ExampleStore(const process::ExampleSchema& schema) {
  for (const process::FeatureSpec& spec : schema.features) {
    Column column;
    column.type = spec.type;
    column.inner_count = spec.inner_count();
    columns_.push_back(std::move(column));
  }
}

void ExampleStore::Add(process::Example example, const sources::RecordId& id) {
  for (size_t feature = 0; feature < columns_.size(); ++feature) {
    Column& column = columns_[feature];
    const process::FeatureValues& values = example[feature];
    column.counts.push_back(values.count / column.inner_count);
    column.longest = std::max(column.longest, column.counts.back());
    if (column.type == process::ValueType::kBytes) {
      for (const std::string_view value : values.As<std::string_view>()) {
        column.bytes.insert(column.bytes.end(), value.begin(), value.end());
        column.lengths.push_back(static_cast<int64_t>(value.size()));
      }
    } else {
      const char* const begin = static_cast<const char*>(values.data);
      column.bytes.insert(column.bytes.end(), begin,
                          begin + values.count * process::ValueTypeSize(column.type));
    }
  }
  ids_.push_back(id);
}

void ExampleStore::Clear() {
  for (Column& column : columns_) {
    column.counts.clear();
    column.longest = 0;
    column.bytes.clear();
    column.lengths.clear();
  }
  ids_.clear();
}

}  // namespace frazo::batch
