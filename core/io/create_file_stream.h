#ifndef CORE_IO_CREATE_FILE_STREAM_H_
#define CORE_IO_CREATE_FILE_STREAM_H_

#include <memory>

#include "absl/status/statusor.h"
#include "core/io/file_stream.h"
#include "core/io/reader_threads.h"
#include "core/io/record_stream.h"
#include "frazo/proto/record_source.pb.h"

namespace frazo {

// The stream of one file set, in the order that `source` says. `threads` may be shared with other
// streams. Errors: as RecordStream::Create.
absl::StatusOr<std::unique_ptr<FileStream>> CreateFileStream(
    const FileSource& source, const RecordStream::Options& options,
    std::shared_ptr<ReaderThreads> threads);

}  // namespace frazo

#endif  // CORE_IO_CREATE_FILE_STREAM_H_
