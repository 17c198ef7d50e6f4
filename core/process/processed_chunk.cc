#include "core/process/processed_chunk.h"

#include <utility>

namespace frazo::process {

void ProcessedChunk::Begin(absl::Span<const ValueType> types, absl::Span<const FieldId> outputs) {
  fields_.Reset(types);
  outputs_.assign(outputs.begin(), outputs.end());
  outcomes_.clear();
  extents_.clear();
  values_.clear();
  bad_records_.clear();
  filtered_records_.clear();
  invalid_texts_.clear();
  truncated_records_.clear();
}

RecordFields* ProcessedChunk::BeginRecord(int32_t source, uint64_t key) {
  fields_.BeginRecord(source, key);
  return &fields_;
}

void ProcessedChunk::EndRecord(absl::Status status) {
  const size_t row = extents_.size();
  // Records with other outcomes have a row too, so that a record's row is its number.
  extents_.resize(row + outputs_.size());
  const size_t record = outcomes_.size();
  if (fields_.invalid_utf8() > 0) invalid_texts_.push_back({record, fields_.invalid_utf8()});
  if (!status.ok()) {
    bad_records_.push_back({record, std::move(status)});
    outcomes_.push_back(Outcome::kBad);
    return;
  }
  if (fields_.filter().has_value()) {
    filtered_records_.push_back({record, *fields_.filter()});
    outcomes_.push_back(Outcome::kFiltered);
    return;
  }
  if (fields_.truncated()) truncated_records_.push_back(record);
  outcomes_.push_back(Outcome::kExample);
  for (size_t feature = 0; feature < outputs_.size(); ++feature) {
    extents_[row + feature] = fields_.extent(outputs_[feature]);
  }
}

void ProcessedChunk::End() {
  values_.resize(extents_.size());
  size_t index = 0;
  for (const Outcome outcome : outcomes_) {
    for (const FieldId field : outputs_) {
      if (outcome == Outcome::kExample) values_[index] = fields_.Locate(field, extents_[index]);
      ++index;
    }
  }
}

}  // namespace frazo::process
