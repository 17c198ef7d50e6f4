#ifndef CORE_PROCESS_PROCESSED_CHUNK_H_
#define CORE_PROCESS_PROCESSED_CHUNK_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "core/process/example.h"

namespace frazo {

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
    // kInvalidArgument; names the field and the cause, not the record: its place in a file is the
    // caller's knowledge.
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
    // Of such bytes, which tokenizers replaced by U+FFFD.
    int64_t sequences;
  };

  // Records.
  size_t size() const { return outcomes_.size(); }
  Outcome outcome(size_t record) const { return outcomes_[record]; }

  // Valid until the chunk is filled again and while the records' memory lives. Its outcome is
  // kExample.
  Example example(size_t record) const {
    return Example(values_).subspan(record * features_, features_);
  }

  // These three are in the order of the records.
  absl::Span<const BadRecord> bad_records() const { return bad_records_; }
  absl::Span<const FilteredRecord> filtered_records() const { return filtered_records_; }
  absl::Span<const InvalidText> invalid_texts() const { return invalid_texts_; }

 private:
  friend class ChunkBuilder;

  size_t features_ = 0;
  std::vector<Outcome> outcomes_;
  // [record, feature]
  std::vector<FeatureValues> values_;
  std::vector<BadRecord> bad_records_;
  std::vector<FilteredRecord> filtered_records_;
  std::vector<InvalidText> invalid_texts_;
};

}  // namespace frazo

#endif  // CORE_PROCESS_PROCESSED_CHUNK_H_
