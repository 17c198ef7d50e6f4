#ifndef FRAZO_CORE_RECORDS_RECORD_WRITER_H_
#define FRAZO_CORE_RECORDS_RECORD_WRITER_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/bytes/byte_sink.h"
#include "core/bytes/compression.h"

namespace frazo::records {

// Writes one TFRecord file. It appears at its path, whole, when Close() has returned ok. Otherwise
// it never appears, and an older file at the path stays. Not thread-safe.
//
// clang-format off
//   FRAZO_ASSIGN_OR_RETURN(RecordWriter writer,
//                          RecordWriter::Create(path, bytes::CompressionKind::kZstd));
//   for (const std::string& example : examples) FRAZO_RETURN_IF_ERROR(writer.Write(example));
//   return writer.Close();
// clang-format on
class RecordWriter {
 public:
  // Errors: kNotFound (no such folder), kPermissionDenied, kInvalidArgument (a folder or a device).
  static absl::StatusOr<RecordWriter> Create(std::string path, bytes::CompressionKind compression);

  // Writes a record, which may be empty. Errors: kResourceExhausted (disk full),
  // kFailedPrecondition (after Close()); after an error every call returns an error.
  absl::Status Write(std::string_view record);

  // Completes the file, syncs it to disk and renames it to its name.
  absl::Status Close();

  // Discards the file, as the destructor of a writer does that is not closed.
  void Discard() { sink_.reset(); }

  // Whether Close() or Discard() was called.
  bool closed() const { return sink_ == nullptr; }

 private:
  RecordWriter(std::string path, std::unique_ptr<bytes::ByteSink> sink)
      : path_(std::move(path)), sink_(std::move(sink)) {}

  absl::Status CheckOpen() const;

  std::string path_;
  std::unique_ptr<bytes::ByteSink> sink_;
};

}  // namespace frazo::records

#endif  // FRAZO_CORE_RECORDS_RECORD_WRITER_H_
