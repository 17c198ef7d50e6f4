#include "core/records/record_encoding.h"

#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/bytes/crc32c.h"
#include "core/records/record_format.h"
#include "core/status/status_macros.h"

namespace frazo::records {

absl::Status AppendTfRecord(std::string_view record, bytes::ByteSink* sink) {
  char header[kRecordHeaderBytes];
  StoreLittleEndian<uint64_t>(record.size(), header);
  StoreLittleEndian(bytes::MaskCrc32c(bytes::Crc32c({header, kRecordLengthBytes})),
                    header + kRecordLengthBytes);
  char footer[kRecordFooterBytes];
  StoreLittleEndian(bytes::MaskCrc32c(bytes::Crc32c(record)), footer);

  FRAZO_RETURN_IF_ERROR(sink->Append({header, sizeof(header)}));
  FRAZO_RETURN_IF_ERROR(sink->Append(record));
  return sink->Append({footer, sizeof(footer)});
}

absl::Status AppendTextLine(std::string_view record, bytes::ByteSink* sink) {
  const bool has_line_feed = record.find('\n') != std::string_view::npos;
  if (has_line_feed || absl::EndsWith(record, "\r")) {
    return absl::InvalidArgumentError(absl::StrCat(
        "cannot write a record of ", record.size(), " bytes as a line of '", sink->path(), "': it ",
        has_line_feed ? "has a line feed in it" : "ends with CR",
        ", and would not be read again as it is; write the format tfrecord"));
  }
  FRAZO_RETURN_IF_ERROR(sink->Append(record));
  return sink->Append("\n");
}

absl::StatusOr<RecordEncoder> FindRecordEncoder(std::string_view format) {
  if (format == "tfrecord") return AppendTfRecord;
  if (format == "text") return AppendTextLine;
  return absl::InvalidArgumentError(absl::StrCat("cannot write records in the format '", format,
                                                 "'; choose one of tfrecord, text"));
}

}  // namespace frazo::records
