#ifndef FRAZO_CORE_RECORDS_SHARDED_RECORD_WRITER_H_
#define FRAZO_CORE_RECORDS_SHARDED_RECORD_WRITER_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/bytes/atomic_file_writer.h"
#include "core/bytes/byte_sink.h"
#include "core/bytes/compression.h"
#include "core/records/record_encoding.h"

namespace frazo::records {

// Writes records to a sharded set of files, which appear when all of them are whole. Until Close()
// they have temporary names. On an error, and when the writer is destroyed before Close(), no files
// are left. Each shard is an open file with a buffer of 256 KiB. Not thread-safe.
//
//   FRAZO_ASSIGN_OR_RETURN(auto writer, ShardedRecordWriter::Create("train@8.tfrecord", {}));
//   for (const std::string& example : examples) FRAZO_RETURN_IF_ERROR(writer.Write(example));
//   return writer.Close();
//
// A process that is killed while Close() renames the files may leave a part of the set. Readers
// refuse an incomplete set.
class ShardedRecordWriter {
 public:
  struct Options {
    // `tfrecord` or `text` (one record per line).
    std::string format = "tfrecord";
    bytes::CompressionKind compression = bytes::CompressionKind::kNone;
  };

  // `pattern`: name@8.ext for the shards name-00000-of-00008.ext to name-00007-of-00008.ext; any
  // other path is a single file of that name. Errors: kAlreadyExists (one of the files, or a shard
  // of a set with another number), kInvalidArgument (a number of shards not in 1..99999 or `*`, an
  // unknown format), kNotFound (no such folder), kPermissionDenied, kResourceExhausted (more files
  // than the process may open).
  static absl::StatusOr<ShardedRecordWriter> Create(const std::string& pattern,
                                                    const Options& options);

  // Adds a record; the shards take turns, beginning with the first. Errors: kInvalidArgument (a
  // record that the format cannot store; the writer can go on), kResourceExhausted (disk full),
  // kFailedPrecondition (after Close()).
  absl::Status Write(std::string_view record);

  // Adds a record to one shard; this does not advance the round-robin. Further error: kOutOfRange
  // unless shard < paths().size().
  absl::Status WriteTo(size_t shard, std::string_view record);

  // Completes all files, syncs them to disk and renames them to their names. After an error none of
  // them exists.
  absl::Status Close();

  // Discards the files, as the destructor of a writer does that is not closed.
  void Discard() { shards_.clear(); }

  // Whether Close() or Discard() was called.
  bool closed() const { return shards_.empty(); }

  // The paths of the shards, in order.
  const std::vector<std::string>& paths() const { return paths_; }

 private:
  struct Shard {
    std::unique_ptr<bytes::AtomicFileWriter> file;
    // Compresses into the file. Its Close() completes the file but doesn't rename it.
    std::unique_ptr<bytes::ByteSink> sink;
  };

  ShardedRecordWriter(RecordEncoder encoder, std::vector<std::string> paths)
      : encoder_(encoder), paths_(std::move(paths)) {}

  absl::Status AddShard(const std::string& path, bytes::CompressionKind compression);
  absl::Status CheckOpen() const;

  RecordEncoder encoder_;
  std::vector<std::string> paths_;
  std::vector<Shard> shards_;
  size_t turn_ = 0;
};

}  // namespace frazo::records

#endif  // FRAZO_CORE_RECORDS_SHARDED_RECORD_WRITER_H_
