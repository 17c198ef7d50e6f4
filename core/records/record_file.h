#ifndef FRAZO_CORE_RECORDS_RECORD_FILE_H_
#define FRAZO_CORE_RECORDS_RECORD_FILE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "core/bytes/compression.h"
#include "core/records/record_batch.h"
#include "core/records/record_position.h"

namespace frazo::records {

// An open file of records, read from front to back. A format is a subclass and a function that
// opens a file; see core/records/record_file_formats.h. Not thread-safe.
class RecordFile {
 public:
  struct Options {
    bytes::CompressionKind compression = bytes::CompressionKind::kNone;
    // A longer record is an error, because it is more likely damage than data, and it must fit into
    // memory. >= 1. Default: 1 GiB.
    int64_t max_record_bytes = int64_t{1} << 30;
    // Number of bytes read at once; a longer record takes more. The default is small enough that
    // the bytes are still in the processor's cache when they are parsed, and large enough that
    // system calls cost little. >= 1. Default: 1 MiB.
    int64_t buffer_bytes = 1 << 20;

    // Error: kInvalidArgument for a value out of range.
    absl::Status Validate() const;
  };

  virtual ~RecordFile() = default;

  // Returns true: *record is set, and valid until the next call. false and status().ok(): the file
  // has ended. false and !status().ok(): it failed, and so will every later call.
  virtual bool Next(std::string_view* record) = 0;

  // Returns true: *run contains 1 to `max_records` (>= 1) records: the first, and those available
  // without more waiting. false: as for Next(). By default it copies the result of Next().
  virtual bool NextRun(int64_t max_records, RecordBatch* run);

  // After a failure: moves to the next whole record, so that reading can go on there. Returns the
  // number of bytes skipped, which count as one record; nullopt if the rest of the file can't be
  // reached or the failure is not damage, which is the default.
  virtual std::optional<int64_t> SkipDamage() { return std::nullopt; }

  // The position of the next record. A file that is opened at this position continues with that
  // record.
  virtual RecordPosition position() const = 0;

  virtual const absl::Status& status() const = 0;

 protected:
  RecordFile() = default;
  RecordFile(RecordFile&&) = default;
  RecordFile& operator=(RecordFile&&) = default;
};

}  // namespace frazo::records

#endif  // FRAZO_CORE_RECORDS_RECORD_FILE_H_
