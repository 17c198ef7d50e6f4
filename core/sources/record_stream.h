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

// The records that a RecordSource message describes, in its order, which depends on the message,
// the files and the options alone, never on threads. Files are read ahead by threads of its own.
// One thread may use it at a time, but any thread may call Location() and counters() meanwhile.
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
    // This consumer is number `replica` of `replicas`; each record goes to exactly one. Whole files
    // are dealt out where there are at least as many files as replicas, single records otherwise.
    // 0 <= replica < replicas.
    int32_t replica = 0;
    int32_t replicas = 1;
    // Damaged records and files are passed over and counted, instead of ending the stream.
    bool skip_damaged = false;
    // Where a relative pattern is looked for when the current folder has nothing for it, in turn.
    std::vector<std::string> search_folders;
  };

  struct Counters {
    // Given out.
    int64_t records = 0;
    int64_t record_bytes = 0;
    // What skip_damaged passed over, while reading ahead too: stretches of bytes, each a record or
    // more, their bytes after decompression, and files that could not be read (to their end).
    int64_t damaged_records = 0;
    int64_t damaged_bytes = 0;
    int64_t damaged_files = 0;
    // The first of these, as the message of the error that it would have been; empty for none.
    std::string first_damage;
  };

  // Finds the files and notes their sizes; reads nothing. Errors: kInvalidArgument (a value out of
  // range, a format unknown, a folder), kNotFound (a pattern that matches nothing),
  // kPermissionDenied.
  static absl::StatusOr<std::unique_ptr<RecordStream>> Create(const RecordSource& source,
                                                              const Options& options);

  virtual ~RecordStream() = default;
  RecordStream(const RecordStream&) = delete;
  RecordStream& operator=(const RecordStream&) = delete;

  // Returns true: *chunk holds 1 to `max_records` (>= 1) records. false and status().ok(): the
  // stream has ended. false and !status().ok(): it failed, and so will every later call. Errors
  // name the file, the record and its byte: kDataLoss (damaged, cut short, or smaller than when the
  // stream was made), kFailedPrecondition (grown since), kNotFound (vanished since),
  // kInvalidArgument (a record over the limit, no record in an endless source), kUnavailable (the
  // device failed).
  virtual bool NextChunk(int64_t max_records, RecordChunk* chunk) = 0;
  virtual const absl::Status& status() const = 0;

  // Goes on where `state`, of a chunk's origin, says. Only before the first NextChunk. Error:
  // kFailedPrecondition for a state of other files or another configuration, naming what differs.
  virtual absl::Status Restore(const RecordSourceState& state) = 0;

  // Reads single records again, by ids that this stream or an equal one gave; `use` gets the index
  // of each in `ids` and its data, which it must copy. In any order, once each. Errors: as for
  // NextChunk; kInvalidArgument for an id of no file.
  virtual absl::Status ReadAgain(absl::Span<const RecordId> ids,
                                 absl::FunctionRef<void(size_t, std::string_view)> use) const = 0;

  // Where a record is, for an error: "'<path>': record 3 at byte 1234". `id` as for ReadAgain.
  virtual std::string Location(const RecordId& id) const = 0;

  virtual Counters counters() const = 0;

 protected:
  RecordStream() = default;
};

}  // namespace frazo::sources

#endif  // FRAZO_CORE_SOURCES_RECORD_STREAM_H_
