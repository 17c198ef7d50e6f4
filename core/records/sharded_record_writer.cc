#include "core/records/sharded_record_writer.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "core/bytes/compressed_stream.h"
#include "core/records/shard_name.h"
#include "core/status/status_macros.h"

namespace frazo::records {
namespace {

// Writes a file and completes it, but leaves it under its temporary name.
class StagedFile final : public bytes::ByteSink {
 public:
  explicit StagedFile(bytes::AtomicFileWriter* file) : file_(file) {}

  absl::Status Append(std::string_view bytes) override { return file_->Append(bytes); }
  absl::Status Close() override { return file_->Complete(); }
  const std::string& path() const override { return file_->path(); }

 private:
  bytes::AtomicFileWriter* file_;
};

absl::Status AlreadyExists(const std::string& path) {
  return absl::AlreadyExistsError(absl::StrCat(
      "'", path, "' exists already; remove it with its set, or write to another name"));
}

absl::Status CheckIsAbsent(const std::string& path) {
  struct stat info;
  return lstat(path.c_str(), &info) == 0 ? AlreadyExists(path) : absl::OkStatus();
}

// With another set of the same name, `name@*.ext` would have two meanings.
absl::Status CheckHasNoOtherSet(const ShardedPattern& pattern) {
  const std::filesystem::path name(pattern.name);
  const std::filesystem::path folder = name.has_parent_path() ? name.parent_path() : ".";
  std::error_code error;  // A folder that cannot be listed may still be written to.
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string file = entry->path().filename().string();
    const std::optional<ShardName> shard = ParseShardPath(file, pattern.extension);
    if (shard.has_value() && shard->name == name.filename() && shard->shards != *pattern.shards) {
      return AlreadyExists(name.has_parent_path() ? entry->path().string() : file);
    }
  }
  return absl::OkStatus();
}

// Returns the paths of the files to write; none of them exists.
absl::StatusOr<std::vector<std::string>> NewPaths(const std::string& pattern) {
  FRAZO_ASSIGN_OR_RETURN(const std::optional<ShardedPattern> sharded, ParseShardedPattern(pattern));
  std::vector<std::string> paths;
  if (!sharded.has_value()) {
    paths.push_back(pattern);
  } else if (sharded->shards.has_value()) {
    for (int shard = 0; shard < *sharded->shards; ++shard) {
      paths.push_back(ShardPath(sharded->name, shard, *sharded->shards, sharded->extension));
    }
    FRAZO_RETURN_IF_ERROR(CheckHasNoOtherSet(*sharded));
  } else {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", pattern, "' does not say how many shards to write; put a number in place of *"));
  }
  for (const std::string& path : paths) FRAZO_RETURN_IF_ERROR(CheckIsAbsent(path));
  return paths;
}

}  // namespace

absl::StatusOr<ShardedRecordWriter> ShardedRecordWriter::Create(const std::string& pattern,
                                                                const Options& options) {
  FRAZO_ASSIGN_OR_RETURN(const RecordEncoder encoder, FindRecordEncoder(options.format));
  FRAZO_ASSIGN_OR_RETURN(std::vector<std::string> paths, NewPaths(pattern));
  ShardedRecordWriter writer(encoder, std::move(paths));
  for (const std::string& path : writer.paths_) {
    FRAZO_RETURN_IF_ERROR(writer.AddShard(path, options.compression));
  }
  return writer;
}

absl::Status ShardedRecordWriter::AddShard(const std::string& path,
                                           bytes::CompressionKind compression) {
  Shard shard;
  FRAZO_ASSIGN_OR_RETURN(shard.file, bytes::AtomicFileWriter::Create(path));
  FRAZO_ASSIGN_OR_RETURN(
      shard.sink, bytes::Compress(compression, std::make_unique<StagedFile>(shard.file.get())));
  shards_.push_back(std::move(shard));
  return absl::OkStatus();
}

absl::Status ShardedRecordWriter::Write(std::string_view record) {
  FRAZO_RETURN_IF_ERROR(CheckOpen());
  FRAZO_RETURN_IF_ERROR(encoder_(record, shards_[turn_].sink.get()));
  turn_ = turn_ + 1 == shards_.size() ? 0 : turn_ + 1;
  return absl::OkStatus();
}

absl::Status ShardedRecordWriter::WriteTo(size_t shard, std::string_view record) {
  FRAZO_RETURN_IF_ERROR(CheckOpen());
  if (shard >= shards_.size()) {
    return absl::OutOfRangeError(absl::StrCat("there is no shard ", shard, ": '", paths_.front(),
                                              "' is the first of ", shards_.size()));
  }
  return encoder_(record, shards_[shard].sink.get());
}

absl::Status ShardedRecordWriter::Close() {
  FRAZO_RETURN_IF_ERROR(CheckOpen());
  // The files that are not renamed are removed with these.
  const std::vector<Shard> shards = std::exchange(shards_, {});
  for (const Shard& shard : shards) FRAZO_RETURN_IF_ERROR(shard.sink->Close());
  for (size_t index = 0; index < shards.size(); ++index) {
    const absl::Status status = shards[index].file->Publish();
    if (status.ok()) continue;
    for (size_t named = 0; named <= index; ++named) unlink(paths_[named].c_str());
    return status;
  }
  return absl::OkStatus();
}

absl::Status ShardedRecordWriter::CheckOpen() const {
  if (!closed()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("'", paths_.front(), "' is closed already; create a new writer"));
}

}  // namespace frazo::records
