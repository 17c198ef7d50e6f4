#ifndef CORE_PROCESS_RECORD_PROCESSOR_H_
#define CORE_PROCESS_RECORD_PROCESSOR_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/io/record_chunk.h"
#include "core/process/example.h"
#include "core/process/processed_chunk.h"
#include "frazo/proto/processor.pb.h"

namespace frazo {

// Makes examples of records: parses each into fields, then changes the fields step by step.
// Thread-safe: all of it is const.
class RecordProcessor {
 public:
  // Checks the whole configuration and loads its vocabularies. Errors name the place in the
  // configuration, as in "steps[2].truncate.field", and what was expected there.
  static absl::StatusOr<std::unique_ptr<RecordProcessor>> Create(const Processor& config);

  virtual ~RecordProcessor() = default;

  // What the examples hold.
  virtual const ExampleSchema& schema() const = 0;

  // The steps that may leave examples out, as "steps[3].filter_by_length 'source'".
  virtual const std::vector<std::string>& filters() const = 0;

  // Hash of the fingerprints of all tokenizers, in the order of the steps: what examples depend on
  // besides the configuration, wherever the vocabularies' files are. 0 without tokenizers.
  virtual uint64_t vocabulary_fingerprint() const = 0;

  // `*chunk` then holds an outcome for every record, in their order. It is for one thread at a
  // time, and best used again for the next call: its memory stays. The example of a record refers
  // to the record's bytes.
  virtual void Process(absl::Span<const SourceRecord> records, ProcessedChunk* chunk) const = 0;
};

}  // namespace frazo

#endif  // CORE_PROCESS_RECORD_PROCESSOR_H_
