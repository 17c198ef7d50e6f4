#include "core/sources/file_stream.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/status/status_macros.h"

namespace frazo::sources {

FileStream::FileStream(std::shared_ptr<const FileSourcePlan> plan,
                       std::shared_ptr<ReaderThreads> threads)
    : plan_(std::move(plan)), threads_(std::move(threads)) {
  *start_.mutable_identity() = plan_->identity;
  for (int32_t lane = 0; lane < plan_->lanes; ++lane) start_.add_lanes();
}

absl::Status FileStream::Restore(const RecordSourceState& state) {
  if (has_started_) {
    return absl::FailedPreconditionError("a stream can be restored only before its first record");
  }
  if (!state.has_files()) {
    return absl::FailedPreconditionError(
        "the saved state does not fit the source: it is of a mixture, but the source is a single "
        "set of files; restore the configuration that it was saved with, or start the source anew");
  }
  FRAZO_ASSIGN_OR_RETURN(plan_, plan_->WithRestOf(state.files()));
  start_ = state.files();
  return absl::OkStatus();
}

std::unique_ptr<ReadAhead> FileStream::StartReading(const ReadAhead::Limits& limits) {
  has_started_ = true;
  std::vector<LaneReader> readers;
  for (int32_t lane = 0; lane < plan_->lanes; ++lane) {
    const FileSourceState::LanePosition& position = start_.lanes(lane);
    const LanePosition lane_position = {position.file(), {position.record(), position.byte()}};
    readers.emplace_back(plan_, lane, start_.epoch(), lane_position, &damage_);
  }
  return std::make_unique<ReadAhead>(std::move(readers), limits, threads_);
}

bool FileStream::Count(const RecordChunk& chunk) {
  int64_t bytes = 0;
  for (const SourceRecord& record : chunk.records()) bytes += record.data.size();
  records_.fetch_add(chunk.records().size(), std::memory_order_relaxed);
  record_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  return true;
}

bool FileStream::Fail(absl::Status status) {
  status_ = std::move(status);
  return false;
}

absl::Status FileStream::CheckEmptyEpoch() const {
  const records::DamageLog::Totals damage = damage_.totals();
  if (damage.records > 0 || damage.files > 0) {
    return absl::DataLossError(
        absl::StrCat("nothing is left of the ", plan_->identity.files(),
                     " files after passing over damage, the first: ", damage.first));
  }
  if (!plan_->is_endless()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "an endless source has no record to give: the ", plan_->identity.files(), " files, '",
      plan_->file_set.files.front().path, "' first, hold none for replica ",
      plan_->identity.replica(), " of ", plan_->identity.replicas(), "; check the file patterns"));
}

absl::Status FileStream::ReadAgain(absl::Span<const RecordId> ids,
                                   absl::FunctionRef<void(size_t, std::string_view)> use) const {
  std::vector<size_t> indices(ids.size());
  std::iota(indices.begin(), indices.end(), 0);
  std::sort(indices.begin(), indices.end(), [ids](size_t left, size_t right) {
    if (ids[left].file != ids[right].file) return ids[left].file < ids[right].file;
    return ids[left].position.record < ids[right].position.record;
  });
  for (size_t begin = 0; begin < indices.size();) {
    size_t end = begin;
    while (end < indices.size() && ids[indices[end]].file == ids[indices[begin]].file) ++end;
    FRAZO_RETURN_IF_ERROR(
        ReadFileAgain(ids, absl::MakeSpan(indices).subspan(begin, end - begin), use));
    begin = end;
  }
  return absl::OkStatus();
}

absl::Status FileStream::ReadFileAgain(
    absl::Span<const RecordId> ids, absl::Span<const size_t> indices,
    absl::FunctionRef<void(size_t, std::string_view)> use) const {
  const int32_t number = ids[indices.front()].file;
  if (number < 0 || number >= plan_->file_set.files.size()) {
    return absl::InvalidArgumentError(absl::StrCat("a record is said to be in file ", number,
                                                   ", but the source has ",
                                                   plan_->file_set.files.size(), " files"));
  }
  const PinnedFile& pinned = plan_->file_set.files[number];
  FRAZO_RETURN_IF_ERROR(CheckUnchanged(pinned));
  // A compressed file must be read up to each record, so it is read once for all records.
  const bool can_jump = plan_->file_set.options.compression == bytes::CompressionKind::kNone;
  std::unique_ptr<records::RecordFile> file;
  std::string_view data;
  const RecordId* last = nullptr;
  for (const size_t index : indices) {
    const records::RecordPosition wanted = ids[index].position;
    if (last != nullptr && last->position == wanted) {
      use(index, data);
      continue;
    }
    if (file == nullptr || (can_jump && !(file->position() == wanted))) {
      FRAZO_ASSIGN_OR_RETURN(file,
                             plan_->file_set.opener(pinned.path, plan_->file_set.options, wanted));
    }
    while (file->position().record < wanted.record && file->Next(&data)) {
    }
    const bool is_there = file->position() == wanted && file->Next(&data);
    FRAZO_RETURN_IF_ERROR(file->status());
    if (!is_there) {
      return absl::DataLossError(absl::StrCat(
          Location(ids[index]), " is not there any more; the file was replaced by another one"));
    }
    use(index, data);
    last = &ids[index];
  }
  return absl::OkStatus();
}

std::string FileStream::Location(const RecordId& id) const {
  const std::string path = id.file >= 0 && id.file < plan_->file_set.files.size()
                               ? absl::StrCat("'", plan_->file_set.files[id.file].path, "'")
                               : absl::StrCat("file ", id.file);
  return absl::StrCat(path, ": record ", id.position.record, " at byte ", id.position.byte,
                      plan_->file_set.options.compression == bytes::CompressionKind::kNone
                          ? ""
                          : " after decompression");
}

RecordStream::Counters FileStream::counters() const {
  const records::DamageLog::Totals damage = damage_.totals();
  Counters counters;
  counters.records = records_.load(std::memory_order_relaxed);
  counters.record_bytes = record_bytes_.load(std::memory_order_relaxed);
  counters.damaged_records = damage.records;
  counters.damaged_bytes = damage.bytes;
  counters.damaged_files = damage.files;
  counters.first_damage = damage.first;
  return counters;
}

}  // namespace frazo::sources
