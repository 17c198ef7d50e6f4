#ifndef FRAZO_CORE_SOURCES_CREATE_FILE_STREAM_H_
#define FRAZO_CORE_SOURCES_CREATE_FILE_STREAM_H_

#include <memory>

#include "absl/status/statusor.h"
#include "core/sources/file_stream.h"
#include "core/sources/reader_threads.h"
#include "core/sources/record_stream.h"
#include "frazo/proto/record_source.pb.h"

namespace frazo::sources {

// Creates the stream of one file set, in the order that `source` describes. `threads` may be shared
// with other streams. Errors: as RecordStream::Create.
absl::StatusOr<std::unique_ptr<FileStream>> CreateFileStream(
    const FileSource& source, const RecordStream::Options& options,
    std::shared_ptr<ReaderThreads> threads);

}  // namespace frazo::sources

#endif  // FRAZO_CORE_SOURCES_CREATE_FILE_STREAM_H_
