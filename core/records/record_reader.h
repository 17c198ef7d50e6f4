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

// Reads a TFRecord file front to back and checks both CRCs of every record. An empty file holds no
// records. Not thread-safe.
//
//   FRAZO_ASSIGN_OR_RETURN(RecordReader reader, RecordReader::Open(path));
//   for (std::string_view record; reader.Next(&record);) Use(record);
//   return reader.status();
//
// Errors name the file, the record and its byte. Codes: kDataLoss for a file that is damaged or was
// cut short, kInvalidArgument for a record over the limit or the wrong compression, kUnavailable
// where the device fails. The records before the damage are given out first, as far as
// decompression goes.
class RecordReader final : public RecordFile {
 public:
  // Starts at `start`, which position() of another reader of the same file gave. A compressed file
  // is decompressed up to there. Errors: kNotFound, kPermissionDenied, kInvalidArgument (a folder,
  // or an option out of range), kDataLoss (the file ends before `start`).
  static absl::StatusOr<RecordReader> Open(std::string path, const Options& options,
                                           RecordPosition start);
  static absl::StatusOr<RecordReader> Open(std::string path, const Options& options);
  static absl::StatusOr<RecordReader> Open(std::string path);

  bool Next(std::string_view* record) override;

  // Up to `max_records` (>= 1) records without copying them. Returns true: *batch holds at least
  // one, fewer than max_records only before the end or a failure. false: as for Next().
  bool NextBatch(int64_t max_records, RecordBatch* batch);

  bool NextRun(int64_t max_records, RecordBatch* run) override;

  // Where the framing of the damaged record is whole, reading goes on behind it. Otherwise the next
  // record is the first place at which both checksums fit. A damaged compressed stream is lost from
  // there on.
  std::optional<int64_t> SkipDamage() override;

  RecordPosition position() const override { return position_; }

  const std::string& path() const { return buffer_.path(); }
  const absl::Status& status() const override { return status_; }

 private:
  // What SkipDamage() can do about the failure.
  enum class Failure { kHopeless, kFraming, kData, kTooLong };

  RecordReader(bytes::ReadBuffer buffer, const Options& options, RecordPosition start)
      : buffer_(std::move(buffer)), options_(options), position_(start) {}

  void StartBatch(RecordBatch* batch);
  bool AddToBatch(RecordBatch* batch);
  bool FinishBatch(RecordBatch* batch);
  // Moves past one record; *extent is where its data stands in the buffer's kept bytes.
  bool Advance(RecordBatch::Extent* extent);
  // The next record is in memory as a whole, or so its header says.
  bool NextIsInMemory() const;

  // Passes a record whose data is damaged.
  void PassData();
  // Passes bytes up to the next record, at least one.
  void FindRecord();
  // Both checksums fit the bytes ahead; or those that are left are too few for a record, and were
  // passed.
  bool IsAtRecordOrEnd();
  void Pass(size_t count);
  // Passes `count` bytes or as many as there are.
  void Discard(uint64_t count);

  // Each sets status_ and returns false.
  bool FailCutShort(std::string_view expected);
  bool FailChecksum(std::string_view what, uint32_t stored, uint32_t computed);
  bool FailTooLong(uint64_t length);
  bool Fail(Failure failure, absl::Status status);
  // "'<path>': record 3 at byte 1234".
  std::string Location() const;

  bytes::ReadBuffer buffer_;
  Options options_;
  RecordPosition position_;
  absl::Status status_;
  Failure failure_ = Failure::kHopeless;
};

}  // namespace frazo::records

#endif  // FRAZO_CORE_RECORDS_RECORD_READER_H_
