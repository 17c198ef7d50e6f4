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

// Lines of text as records, without the LF or CRLF that ends them; the last line need not end with
// one. An empty line is an empty record; an empty file holds none. Bytes are taken as they are,
// whatever the encoding, if only its LF is the byte 10. Not thread-safe.
class TextRecordFile final : public RecordFile {
 public:
  // As RecordReader::Open.
  static absl::StatusOr<std::unique_ptr<RecordFile>> Open(std::string path, const Options& options,
                                                          RecordPosition start);

  bool Next(std::string_view* record) override;
  bool NextRun(int64_t max_records, RecordBatch* run) override;
  // Passes over a line that is too long.
  std::optional<int64_t> SkipDamage() override;
  RecordPosition position() const override { return position_; }
  const absl::Status& status() const override { return status_; }

 private:
  TextRecordFile(bytes::ReadBuffer buffer, const Options& options, RecordPosition start)
      : buffer_(std::move(buffer)), options_(options), position_(start) {}

  // Moves past one line; *extent is where it stands in the buffer's kept bytes.
  bool Advance(bool may_read, RecordBatch::Extent* extent);
  // Has the whole line ahead; its bytes with what ends it. Nothing at the end of the file, after a
  // failure, or where the file would have to be read and must not.
  std::optional<size_t> FindLine(bool may_read);
  bool FailTooLong();
  void Pass(size_t count);

  bytes::ReadBuffer buffer_;
  Options options_;
  RecordPosition position_;
  absl::Status status_;
  bool is_too_long_ = false;
};

}  // namespace frazo::records

#endif  // FRAZO_CORE_RECORDS_TEXT_RECORD_FILE_H_
