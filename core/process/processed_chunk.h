#ifndef FRAZO_CORE_PROCESS_PROCESSED_CHUNK_H_
#define FRAZO_CORE_PROCESS_PROCESSED_CHUNK_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "core/process/example.h"
#include "core/process/record_fields.h"

namespace frazo::process {

// What became of a run of records.
class ProcessedChunk {
 public:
  enum class Outcome : uint8_t {
    // It is an example.
    kExample,
    // A filter left it out.
    kFiltered,
    // It could not be parsed.
    kBad,
  };

  struct BadRecord {
    // Among the records of the chunk, from 0.
    size_t record;
    // kInvalidArgument; names the field, what was expected and what came. Not the record: its place
    // in a file is the caller's knowledge.
    absl::Status status;
  };

  struct FilteredRecord {
    size_t record;
    // That left it out: an index into RecordProcessor::filters().
    int32_t filter;
  };

  // A record with bytes that are not UTF-8.
  struct InvalidText {
    size_t record;
    // Number of sequences of such bytes, which tokenizers replaced by U+FFFD.
    int64_t sequences;
  };

  // Records.
  size_t size() const { return outcomes_.size(); }
  Outcome outcome(size_t record) const { return outcomes_[record]; }

  // Valid until the chunk is filled again, and while the records' memory and the processor live.
  // The record's outcome is kExample.
  Example example(size_t record) const {
    return Example(values_).subspan(record * outputs_.size(), outputs_.size());
  }

  // These four are in the order of the records.
  absl::Span<const BadRecord> bad_records() const { return bad_records_; }
  absl::Span<const FilteredRecord> filtered_records() const { return filtered_records_; }
  absl::Span<const InvalidText> invalid_texts() const { return invalid_texts_; }
  // Examples that lack the last values of a field: a step cut them off.
  absl::Span<const size_t> truncated_records() const { return truncated_records_; }

 private:
  // Fills it: Begin(), then BeginRecord() and EndRecord() for each record, then End().
  friend class RecordProcessor;

  // `types` are those of all fields; `outputs` the fields that are features.
  void Begin(absl::Span<const ValueType> types, absl::Span<const FieldId> outputs);
  RecordFields* BeginRecord();
  void EndRecord(absl::Status status);
  void End();

  RecordFields fields_;
  std::vector<FieldId> outputs_;
  std::vector<Outcome> outcomes_;
  // Both [record, feature]. Where the values are is known at the end only, when no column grows any
  // more.
  std::vector<RecordFields::Extent> extents_;
  std::vector<FeatureValues> values_;
  std::vector<BadRecord> bad_records_;
  std::vector<FilteredRecord> filtered_records_;
  std::vector<InvalidText> invalid_texts_;
  std::vector<size_t> truncated_records_;
};

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_PROCESSED_CHUNK_H_
