#ifndef FRAZO_CORE_RECORDS_RECORD_ENCODING_H_
#define FRAZO_CORE_RECORDS_RECORD_ENCODING_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/bytes/byte_sink.h"

// How a record lies in a file, by the name of the format; the counterpart of
// core/records/record_file_formats.h.
namespace frazo::records {

// Appends one record to a file. Errors are those of the sink, and kInvalidArgument for a record
// that the format cannot hold.
using RecordEncoder = absl::Status (*)(std::string_view record, bytes::ByteSink* sink);

// TFRecord: the length, its checksum, the record, its checksum.
absl::Status AppendTfRecord(std::string_view record, bytes::ByteSink* sink);

// A line that ends with LF. Error: kInvalidArgument for a record with an LF in it or a CR at its
// end, which would not come back from the file as it was.
absl::Status AppendTextLine(std::string_view record, bytes::ByteSink* sink);

// `tfrecord` or `text`. Error: kInvalidArgument for any other name.
absl::StatusOr<RecordEncoder> FindRecordEncoder(std::string_view format);

}  // namespace frazo::records

#endif  // FRAZO_CORE_RECORDS_RECORD_ENCODING_H_
