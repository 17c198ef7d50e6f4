#ifndef CORE_IO_RECORD_READER_H_
#define CORE_IO_RECORD_READER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/io/byte_source.h"
#include "core/io/compression.h"
#include "core/io/record_position.h"

namespace frazo {

// Consecutive records that share one piece of memory, which lives as long as a batch refers to it.
struct RecordBatch {
  // Bytes [begin, end) of `bytes` are one record.
  struct Extent {
    int64_t begin;
    int64_t end;
  };

  // The records in order, with their framing between them.
  std::shared_ptr<const char> bytes;
  size_t byte_count = 0;
  std::vector<Extent> extents;

  std::string_view record(size_t index) const {
    const Extent& extent = extents[index];
    return {bytes.get() + extent.begin, static_cast<size_t>(extent.end - extent.begin)};
  }
};

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
class RecordReader {
 public:
  struct Options {
    CompressionKind compression = CompressionKind::kNone;
    // A longer record is an error: it is more likely a mistake than data, and it would have to fit
    // into memory. >= 1. Default: 1 GiB.
    int64_t max_record_bytes = int64_t{1} << 30;
  };

  // Starts at `start`, which position() of another reader of the same file gave. A compressed file
  // is decompressed up to there. Errors: kNotFound, kPermissionDenied, kInvalidArgument (a folder,
  // or an option out of range), kDataLoss (the file ends before `start`).
  static absl::StatusOr<RecordReader> Open(std::string path, const Options& options,
                                           RecordPosition start);
  static absl::StatusOr<RecordReader> Open(std::string path, const Options& options);
  static absl::StatusOr<RecordReader> Open(std::string path);

  // Returns true: *record is set, and valid until the next call. false and status().ok(): the file
  // has ended. false and !status().ok(): it failed, and so will every later call.
  bool Next(std::string_view* record);

  // Up to `max_records` (>= 1) records without copying them. Returns true: *batch holds at least
  // one, fewer than max_records only before the end or a failure. false: as for Next().
  bool NextBatch(int64_t max_records, RecordBatch* batch);

  // Of the record that comes next.
  RecordPosition position() const { return position_; }

  const std::string& path() const { return source_->path(); }
  const absl::Status& status() const { return status_; }

 private:
  RecordReader(std::unique_ptr<ByteSource> source, const Options& options, RecordPosition start)
      : source_(std::move(source)), options_(options), position_(start) {}

  // Moves past one record; *extent is where its data stands, counted from keep_.
  bool Advance(RecordBatch::Extent* extent);
  // Has at least `count` bytes in the buffer from cursor_ on; false if the file ends or fails
  // before.
  bool Require(size_t count);
  // Makes space behind limit_, keeping the bytes from keep_ on.
  void MakeSpace();

  // Each sets status_ and returns false.
  bool FailCutShort(std::string_view expected);
  bool FailChecksum(std::string_view what, uint32_t stored, uint32_t computed);
  bool FailTooLong(uint64_t length);
  bool Fail(absl::Status status);
  // "'<path>': record 3 at byte 1234".
  std::string Place() const;

  std::unique_ptr<ByteSource> source_;
  Options options_;
  RecordPosition position_;
  absl::Status status_;

  // Bytes [keep_, limit_) of buffer_ are of use: those from keep_ to cursor_ belong to records
  // given out by the call at work, those from cursor_ on are still to be parsed.
  std::shared_ptr<char[]> buffer_;
  size_t capacity_ = 0;
  size_t keep_ = 0;
  size_t cursor_ = 0;
  size_t limit_ = 0;
  // A batch refers to buffer_, so that its bytes must not change any more.
  bool buffer_is_shared_ = false;
};

}  // namespace frazo

#endif  // CORE_IO_RECORD_READER_H_
