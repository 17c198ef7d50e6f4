#ifndef FRAZO_CORE_RECORDS_TEXT_RECORD_FILE_H_
#define FRAZO_CORE_RECORDS_TEXT_RECORD_FILE_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/bytes/read_buffer.h"
#include "core/records/record_file.h"

namespace frazo::records {

// Lines of text as records, without their LF or CRLF; the last line may lack it. An empty line is
// an empty record; an empty file has no records. A byte order mark at the file's start is passed
// over. Any encoding is allowed in which only LF is the byte 10. Not thread-safe.
class TextRecordFile final : public RecordFile {
 public:
  // See RecordReader::Open. The first read fails with kInvalidArgument if the file is UTF-16, or
  // compressed and `options` do not say so.
  static absl::StatusOr<std::unique_ptr<RecordFile>> Open(std::string path, const Options& options,
                                                          RecordPosition start);

  bool Next(std::string_view* record) override;
  bool NextRun(int64_t max_records, RecordBatch* run) override;
  // Skips a line that is too long.
  std::optional<int64_t> SkipDamage() override;
  RecordPosition position() const override { return position_; }
  const absl::Status& status() const override { return status_; }

 private:
  TextRecordFile(bytes::ReadBuffer buffer, const Options& options, RecordPosition start)
      : buffer_(std::move(buffer)),
        options_(options),
        position_(start),
        is_at_start_(start.byte == 0) {}

  // Looks at the first bytes of the file, once: passes over a byte order mark, and fails if they
  // are not those of a text.
  void CheckStart();
  // Moves to the end of one line; *extent is the line in the buffer's kept bytes.
  bool Advance(bool may_read, RecordBatch::Extent* extent);
  // Makes the whole line available ahead, and returns the number of its bytes with its end. nullopt
  // at the end of the file, after a failure, or if may_read is false and the line is not in memory.
  std::optional<size_t> FindLine(bool may_read);
  bool FailTooLong();
  void Pass(size_t count);

  bytes::ReadBuffer buffer_;
  Options options_;
  RecordPosition position_;
  absl::Status status_;
  bool is_too_long_ = false;
  bool is_at_start_;
};

}  // namespace frazo::records

#endif  // FRAZO_CORE_RECORDS_TEXT_RECORD_FILE_H_
