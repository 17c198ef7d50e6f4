#ifndef FRAZO_CORE_SOURCES_RECORD_STREAM_H_
#define FRAZO_CORE_SOURCES_RECORD_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/sources/record_chunk.h"
#include "frazo/proto/record_source.pb.h"
#include "frazo/proto/record_source_state.pb.h"

namespace frazo::sources {

// Gives the records that a RecordSource message describes. Their order depends on the message, the
// files and the options alone, never on threads. The stream's own threads read files ahead. One
// thread at a time may use it, but any thread may call Location() and counters() meanwhile.
//
//   FRAZO_ASSIGN_OR_RETURN(std::unique_ptr<RecordStream> stream,
//                          RecordStream::Create(source, options));
//   for (RecordChunk chunk; stream->NextChunk(256, &chunk);) {
//     for (const SourceRecord& record : chunk.records()) Use(record.data);
//   }
//   return stream->status();
class RecordStream {
 public:
  struct Options {
    // Decides the order of shuffled and mixed sources.
    int64_t seed = 301;
    // This consumer is replica number `replica` of `replicas`; each record goes to exactly one
    // replica. Replicas get whole files if there are at least as many files as replicas, and single
    // records otherwise. 0 <= replica < replicas.
    int32_t replica = 0;
    int32_t replicas = 1;
    // If true, damaged records and files are skipped and counted; otherwise they end the stream.
    bool skip_damaged = false;
    // A relative pattern is looked up in these folders, in turn, if the current folder has no
    // match.
    std::vector<std::string> search_folders;
    // Number of threads that read files; never more than the lanes of the source. 0: one per core,
    // at least 4. >= 0.
    int reader_threads = 0;
  };

  struct Counters {
    // The number of records given.
    int64_t records = 0;
    int64_t record_bytes = 0;
    // The damage that skip_damaged skipped, also in records read ahead: stretches of bytes, which
    // may be one or more records; their bytes after decompression; and files that could not be read
    // to their end.
    int64_t damaged_records = 0;
    int64_t damaged_bytes = 0;
    int64_t damaged_files = 0;
    // The first of these, as the message of the error that it would have been; empty if there is
    // none.
    std::string first_damage;
  };

  // Finds the files and their sizes; reads nothing. Errors: kInvalidArgument (a value out of range,
  // an unknown format, a folder), kNotFound (a pattern without a match), kPermissionDenied.
  static absl::StatusOr<std::unique_ptr<RecordStream>> Create(const RecordSource& source,
                                                              const Options& options);

  virtual ~RecordStream() = default;
  RecordStream(const RecordStream&) = delete;
  RecordStream& operator=(const RecordStream&) = delete;

  // Returns true: *chunk contains 1 to `max_records` (>= 1) records. false and status().ok(): the
  // stream has ended. false and !status().ok(): it failed, and so will every later call. Errors
  // name the file, the record and its byte: kDataLoss (damaged, cut short, or smaller than when the
  // stream was created), kFailedPrecondition (the file has grown), kNotFound (the file is gone),
  // kInvalidArgument (a record over the limit, no record in an endless source), kUnavailable (the
  // device failed).
  virtual bool NextChunk(int64_t max_records, RecordChunk* chunk) = 0;
  virtual const absl::Status& status() const = 0;

  // Continues at `state`, which a chunk's origin returned. Call it only before the first NextChunk.
  // Error: kFailedPrecondition for a state of other files or another configuration; it names the
  // difference.
  virtual absl::Status Restore(const RecordSourceState& state) = 0;

  // Reads single records again, by ids that this stream or an equal one gave. Calls `use` once for
  // each, in any order, with its index in `ids` and its data, which `use` must copy. Errors: as for
  // NextChunk; kInvalidArgument for an id of no file.
  virtual absl::Status ReadAgain(absl::Span<const RecordId> ids,
                                 absl::FunctionRef<void(size_t, std::string_view)> use) const = 0;

  // Returns the position of a record for an error: "'<path>': record 3 at byte 1234". `id` as for
  // ReadAgain.
  virtual std::string Location(const RecordId& id) const = 0;

  virtual Counters counters() const = 0;

 protected:
  RecordStream() = default;
};

}  // namespace frazo::sources

#endif  // FRAZO_CORE_SOURCES_RECORD_STREAM_H_
