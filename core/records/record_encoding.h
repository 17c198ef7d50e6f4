#ifndef FRAZO_CORE_RECORDS_RECORD_ENCODING_H_
#define FRAZO_CORE_RECORDS_RECORD_ENCODING_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/bytes/byte_sink.h"

// Writes records in the format of a given name; the counterpart of
// core/records/record_file_formats.h.
namespace frazo::records {

// Appends one record to a file. Errors: those of the sink, and kInvalidArgument for a record that
// the format cannot store.
using RecordEncoder = absl::Status (*)(std::string_view record, bytes::ByteSink* sink);

// TFRecord: the length, its checksum, the record, its checksum.
absl::Status AppendTfRecord(std::string_view record, bytes::ByteSink* sink);

// Appends the record and an LF. Error: kInvalidArgument for a record that contains an LF or ends
// with a CR, because a reader would not return it unchanged.
absl::Status AppendTextLine(std::string_view record, bytes::ByteSink* sink);

// Finds the encoder of `tfrecord` or `text`. Error: kInvalidArgument for any other name.
absl::StatusOr<RecordEncoder> FindRecordEncoder(std::string_view format);

}  // namespace frazo::records

#endif  // FRAZO_CORE_RECORDS_RECORD_ENCODING_H_
