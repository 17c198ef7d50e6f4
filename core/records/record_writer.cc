#include "core/records/record_writer.h"

#include "absl/strings/str_cat.h"
#include "core/bytes/atomic_file_writer.h"
#include "core/bytes/compressed_stream.h"
#include "core/records/record_encoding.h"
#include "core/status/status_macros.h"

namespace frazo::records {

absl::StatusOr<RecordWriter> RecordWriter::Create(std::string path,
                                                  bytes::CompressionKind compression) {
  FRAZO_ASSIGN_OR_RETURN(std::unique_ptr<bytes::ByteSink> file,
                         bytes::AtomicFileWriter::Create(path));
  FRAZO_ASSIGN_OR_RETURN(std::unique_ptr<bytes::ByteSink> sink,
                         bytes::Compress(compression, std::move(file)));
  return RecordWriter(std::move(path), std::move(sink));
}

absl::Status RecordWriter::Write(std::string_view record) {
  FRAZO_RETURN_IF_ERROR(CheckOpen());
  return AppendTfRecord(record, sink_.get());
}

absl::Status RecordWriter::Close() {
  FRAZO_RETURN_IF_ERROR(CheckOpen());
  return std::exchange(sink_, nullptr)->Close();
}

absl::Status RecordWriter::CheckOpen() const {
  if (!closed()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("'", path_, "' is closed already; create a new writer"));
}

}  // namespace frazo::records
