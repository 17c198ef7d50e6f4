#ifndef FRAZO_CORE_PROCESS_RECORD_PROCESSOR_H_
#define FRAZO_CORE_PROCESS_RECORD_PROCESSOR_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/process/example.h"
#include "core/process/field_parser.h"
#include "core/process/field_step.h"
#include "core/process/field_table.h"
#include "core/process/processed_chunk.h"
#include "core/sources/record_chunk.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {

// Makes examples from records: parses each record into fields, then changes the fields step by
// step. Thread-safe, because all of it is const.
class RecordProcessor {
 public:
  // Checks the whole configuration and loads its vocabularies. Errors name the field path, as in
  // "steps[2].truncate.field", and what was expected there. Random
  // steps draw from `seed`.
  static absl::StatusOr<std::unique_ptr<RecordProcessor>> Create(const Processor& config,
                                                                 int64_t seed = 0);

  // The features of the examples.
  const ExampleSchema& schema() const { return schema_; }

  // The steps that may drop records, as "steps[3].filter_by_length 'source'".
  const std::vector<std::string>& filters() const { return filters_; }

  // Whether a step draws random numbers. They depend on the seed and on the record's id, with its
  // epoch, and on nothing else.
  bool is_random() const { return random_steps_ > 0; }

  // A hash of the fingerprints of all tokenizers, in the order of the steps; 0 without tokenizers.
  // Examples depend on it and on the configuration, but not on where the vocabulary files are.
  uint64_t vocabulary_fingerprint() const;

  // Sets an outcome for every record in *chunk, in their order. One thread at a time may use the
  // chunk. Pass the same chunk to the next call, because it keeps its memory. Its examples refer to
  // the bytes of the records and to this processor.
  void Process(absl::Span<const sources::SourceRecord> records, ProcessedChunk* chunk) const;

 private:
  explicit RecordProcessor(int64_t seed) : seed_(seed) {}

  absl::Status AddParser(const Processor& config, FieldTable* table);
  absl::Status AddStep(const std::string& path, const Step& config, FieldTable* table);
  // Parses a record and applies the steps until one drops it.
  absl::Status ProcessRecord(std::string_view record, RecordFields* fields) const;

  const int64_t seed_;
  std::unique_ptr<FieldParser> parser_;
  std::vector<std::unique_ptr<FieldStep>> steps_;
  // The types of all fields, by FieldId.
  std::vector<ValueType> types_;
  // The field of each feature.
  std::vector<FieldId> outputs_;
  ExampleSchema schema_;
  std::vector<std::string> filters_;
  int32_t random_steps_ = 0;
};

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_RECORD_PROCESSOR_H_
