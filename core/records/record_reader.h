#ifndef FRAZO_CORE_RECORDS_RECORD_READER_H_
#define FRAZO_CORE_RECORDS_RECORD_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/bytes/compression.h"
#include "core/bytes/read_buffer.h"
#include "core/records/record_batch.h"
#include "core/records/record_file.h"
#include "core/records/record_position.h"

namespace frazo::records {

// Reads a TFRecord file from front to back and checks both CRCs of every record. An empty file
// holds no records. Not thread-safe.
//
//   FRAZO_ASSIGN_OR_RETURN(RecordReader reader, RecordReader::Open(path));
//   for (std::string_view record; reader.Next(&record);) Use(record);
//   return reader.status();
//
// Errors name the file, the record and its byte. Codes: kDataLoss for a file that is damaged or was
// cut short, kInvalidArgument for a record over the limit or the wrong compression, kUnavailable
// if the device fails. The records before the damage are given first, as far as decompression goes.
class RecordReader final : public RecordFile {
 public:
  // Starts at `start`, which position() of another reader of the same file returned. A compressed
  // file is decompressed up to there. Errors: kNotFound, kPermissionDenied, kInvalidArgument (a
  // folder, or an option out of range), kDataLoss (the file ends before `start`).
  static absl::StatusOr<RecordReader> Open(std::string path, const Options& options,
                                           RecordPosition start);
  static absl::StatusOr<RecordReader> Open(std::string path, const Options& options);
  static absl::StatusOr<RecordReader> Open(std::string path);

  bool Next(std::string_view* record) override;

  // Reads up to `max_records` (>= 1) records without copying them. Returns true: *batch contains at
  // least one record; fewer than max_records only before the end or a failure. false: as for
  // Next().
  bool NextBatch(int64_t max_records, RecordBatch* batch);

  bool NextRun(int64_t max_records, RecordBatch* run) override;

  // If the framing of the damaged record is whole, reading continues after the record. Otherwise
  // the next record is at the first byte where both checksums are right. A damaged compressed
  // stream is lost from the damage on.
  std::optional<int64_t> SkipDamage() override;

  RecordPosition position() const override { return position_; }

  const std::string& path() const { return buffer_.path(); }
  const absl::Status& status() const override { return status_; }

 private:
  // The remedies of SkipDamage() for the failure.
  enum class Failure { kHopeless, kFraming, kData, kTooLong };

  RecordReader(bytes::ReadBuffer buffer, const Options& options, RecordPosition start)
      : buffer_(std::move(buffer)), options_(options), position_(start) {}

  void StartBatch(RecordBatch* batch);
  bool AddToBatch(RecordBatch* batch);
  bool FinishBatch(RecordBatch* batch);
  // Moves to the end of one record; *extent is its data in the buffer's kept bytes.
  bool Advance(RecordBatch::Extent* extent);
  // Whether the whole next record is in memory, if its header is right.
  bool NextIsInMemory() const;

  // Skips a record whose data is damaged.
  void PassData();
  // Skips at least one byte, up to the next record.
  void FindRecord();
  // Whether both checksums fit the bytes ahead. Also true, and skips the rest, if too few bytes for
  // a record are left.
  bool IsAtRecordOrEnd();
  void Pass(size_t count);
  // Skips `count` bytes, or fewer at the end.
  void Discard(uint64_t count);

  // Each of these sets status_ and returns false.
  bool FailCutShort(std::string_view expected);
  bool FailChecksum(std::string_view what, uint32_t stored, uint32_t computed);
  bool FailTooLong(uint64_t length);
  bool Fail(Failure failure, absl::Status status);
  // Returns "'<path>': record 3 at byte 1234".
  std::string Location() const;

  bytes::ReadBuffer buffer_;
  Options options_;
  RecordPosition position_;
  absl::Status status_;
  Failure failure_ = Failure::kHopeless;
};

}  // namespace frazo::records

#endif  // FRAZO_CORE_RECORDS_RECORD_READER_H_
