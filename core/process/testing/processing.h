#ifndef FRAZO_CORE_PROCESS_TESTING_PROCESSING_H_
#define FRAZO_CORE_PROCESS_TESTING_PROCESSING_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/process/processed_chunk.h"
#include "core/process/record_processor.h"
#include "core/sources/record_chunk.h"
#include "frazo/proto/processor.pb.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace frazo::process {

// Parses a processor's textproto.
inline Processor ParseProcessor(const std::string& text) {
  Processor config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config)) << text;
  return config;
}

inline absl::StatusOr<std::unique_ptr<RecordProcessor>> MakeProcessor(const std::string& text) {
  return RecordProcessor::Create(ParseProcessor(text));
}

// Records and the outcomes of a processor.
class Processing {
 public:
  Processing(const std::string& config, std::vector<std::string> records)
      : records_(std::move(records)) {
    absl::StatusOr<std::unique_ptr<RecordProcessor>> processor = MakeProcessor(config);
    EXPECT_TRUE(processor.ok()) << processor.status();
    processor_ = *std::move(processor);
    for (const std::string& record : records_) source_records_.push_back({record, {}});
    processor_->Process(source_records_, &chunk_);
  }

  const RecordProcessor& processor() const { return *processor_; }
  const ProcessedChunk& chunk() const { return chunk_; }

  // Returns the values of a record, which must be an example.
  FeatureValues values(size_t record, const std::string& feature) const {
    EXPECT_EQ(chunk_.outcome(record), ProcessedChunk::Outcome::kExample) << Status(record);
    return chunk_.example(record)[*processor_->schema().Find(feature)];
  }

  // Returns why the record is bad; ok if it isn't.
  absl::Status Status(size_t record) const {
    for (const ProcessedChunk::BadRecord& bad : chunk_.bad_records()) {
      if (bad.record == record) return bad.status;
    }
    return absl::OkStatus();
  }

 private:
  std::vector<std::string> records_;
  std::vector<sources::SourceRecord> source_records_;
  std::unique_ptr<RecordProcessor> processor_;
  ProcessedChunk chunk_;
};

// Returns why a single record is bad.
inline absl::Status ProcessOne(const std::string& config, const std::string& record) {
  return Processing(config, {record}).Status(0);
}

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_TESTING_PROCESSING_H_
