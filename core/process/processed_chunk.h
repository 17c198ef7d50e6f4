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

// The outcomes of a run of records.
class ProcessedChunk {
 public:
  enum class Outcome : uint8_t {
    // The record is an example.
    kExample,
    // A filter dropped it.
    kFiltered,
    // It could not be parsed.
    kBad,
  };

  struct BadRecord {
    // The number of the record in the chunk, from 0.
    size_t record;
    // kInvalidArgument, which names the field, what was expected and what came. It doesn't name the
    // record, whose position in a file only the caller knows.
    absl::Status status;
  };

  struct FilteredRecord {
    size_t record;
    // The filter that dropped the record: an index into RecordProcessor::filters().
    int32_t filter;
  };

  // A record with bytes that are not UTF-8.
  struct InvalidText {
    size_t record;
    // The number of sequences of such bytes; tokenizers replaced each by U+FFFD.
    int64_t sequences;
  };

  // The number of records.
  size_t size() const { return outcomes_.size(); }
  Outcome outcome(size_t record) const { return outcomes_[record]; }

  // Returns the example of a record whose outcome is kExample. It is valid until the chunk is
  // filled again, and as long as the records' memory and the processor live.
  Example example(size_t record) const {
    return Example(values_).subspan(record * outputs_.size(), outputs_.size());
  }

  // These four lists are in the order of the records.
  absl::Span<const BadRecord> bad_records() const { return bad_records_; }
  absl::Span<const FilteredRecord> filtered_records() const { return filtered_records_; }
  absl::Span<const InvalidText> invalid_texts() const { return invalid_texts_; }
  // Examples that lack the last values of a field: a step cut them off.
  absl::Span<const size_t> truncated_records() const { return truncated_records_; }

 private:
  // Fills the chunk: Begin(), then BeginRecord() and EndRecord() for each record, then End().
  friend class RecordProcessor;

  // `types` are those of all fields; `outputs` are the fields that are features.
  void Begin(absl::Span<const ValueType> types, absl::Span<const FieldId> outputs);
  RecordFields* BeginRecord(int32_t source, uint64_t key);
  void EndRecord(absl::Status status);
  void End();

  RecordFields fields_;
  std::vector<FieldId> outputs_;
  std::vector<Outcome> outcomes_;
  // Both are [record, feature]. The addresses of the values are known only at the end, when columns
  // no longer grow.
  std::vector<RecordFields::Extent> extents_;
  std::vector<FeatureValues> values_;
  std::vector<BadRecord> bad_records_;
  std::vector<FilteredRecord> filtered_records_;
  std::vector<InvalidText> invalid_texts_;
  std::vector<size_t> truncated_records_;
};

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_PROCESSED_CHUNK_H_
