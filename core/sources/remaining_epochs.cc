#include "core/sources/remaining_epochs.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/numeric/random.h"
#include "core/sources/create_file_stream.h"
#include "core/sources/file_source_plan.h"
#include "core/sources/file_stream.h"
#include "core/sources/reader_threads.h"
#include "core/status/status_macros.h"

namespace frazo::sources {
namespace {

// Makes these random numbers differ from others of the same seed.
constexpr uint64_t kPurpose = 5;

constexpr int64_t kChunkRecords = 1024;

// A part that is divided more often than this has less than one record per division.
constexpr int32_t kMostModulus = 1 << 20;

using Plan = std::shared_ptr<const FileSourcePlan>;

// A former replica: its plan and its state.
struct Replica {
  Plan plan;
  FileSourceState state;
};

absl::StatusOr<Replica> FindReplica(const FileSource& source, const RecordStream::Options& options,
                                    const FileSourceState* state) {
  Replica replica;
  FRAZO_ASSIGN_OR_RETURN(replica.plan, PlanFileSource(source, options));
  if (state == nullptr) {
    replica.state = replica.plan->StateIn(/*epoch=*/0);
    for (int32_t lane = 0; lane < replica.plan->lanes; ++lane) replica.state.add_lanes();
  } else {
    FRAZO_ASSIGN_OR_RETURN(replica.plan, replica.plan->WithRestOf(*state));
    replica.state = *state;
  }
  return replica;
}

// Returns the records of the present window that have been given.
absl::StatusOr<std::vector<RecordId>> GivenOfWindow(const FileSource& source,
                                                    const RecordStream::Options& options,
                                                    const FileSourceState& state) {
  std::vector<RecordId> given;
  if (state.given() == 0) return given;
  FRAZO_ASSIGN_OR_RETURN(
      const std::unique_ptr<FileStream> stream,
      CreateFileStream(source, options, std::make_shared<ReaderThreads>(/*count=*/1)));
  RecordSourceState window_start;
  *window_start.mutable_files() = state;
  window_start.mutable_files()->set_given(0);
  FRAZO_RETURN_IF_ERROR(stream->Restore(window_start));
  RecordChunk chunk;
  while (
      given.size() < state.given() &&
      stream->NextChunk(std::min<int64_t>(kChunkRecords, state.given() - given.size()), &chunk)) {
    for (const SourceRecord& record : chunk.records()) given.push_back(record.id);
  }
  FRAZO_RETURN_IF_ERROR(stream->status());
  return given;
}

// Returns the parts that the replica has left of its present epoch. `given`: the records given from
// its window.
FileParts PartsLeft(const Replica& replica, absl::Span<const RecordId> given) {
  const FileSourcePlan& plan = *replica.plan;
  const std::shared_ptr<const FileParts> all = plan.Parts(replica.state.epoch());
  FileParts left;
  for (int32_t lane = 0; lane < plan.lanes; ++lane) {
    const FileSourceState::LanePosition& position = replica.state.lanes(lane);
    for (int32_t part = position.file(); part < plan.share_size(all->size(), lane); ++part) {
      left.push_back((*all)[lane + part * plan.lanes]);
      if (part > position.file() || position.record() <= left.back().start.record) continue;
      left.back().start = {position.record(), position.byte()};
    }
  }
  std::map<int32_t, std::vector<FilePart*>> parts_of_file;
  for (FilePart& part : left) parts_of_file[part.file].push_back(&part);
  for (const RecordId& id : given) {
    // Two parts may have the same record. It is then given twice, and either part may lose it.
    for (FilePart* const part : parts_of_file[id.file]) {
      if (!part->Holds(id.position.record)) continue;
      const auto behind =
          std::upper_bound(part->given.begin(), part->given.end(), id.position.record);
      part->given.insert(behind, id.position.record);
      break;
    }
  }
  for (FilePart& part : left) {
    // Numbers before the start have no meaning, and a state does not have them.
    const auto is_before = [&part](int64_t record) { return record < part.start.record; };
    part.given.erase(std::remove_if(part.given.begin(), part.given.end(), is_before),
                     part.given.end());
    const bool was_single = !part.only.empty();
    part.only.erase(std::remove_if(part.only.begin(), part.only.end(), is_before), part.only.end());
    // An empty list would mean all records, so a part without records is removed.
    if (was_single && part.only.empty()) part.file = -1;
  }
  left.erase(
      std::remove_if(left.begin(), left.end(), [](const FilePart& part) { return part.file < 0; }),
      left.end());
  return left;
}

// Splits the parts, if possible into at least as many as there are replicas.
FileParts Split(FileParts parts, int32_t replicas) {
  if (parts.empty() || parts.size() >= replicas) return parts;
  const int32_t ways = (replicas + static_cast<int32_t>(parts.size()) - 1) / parts.size();
  FileParts split;
  for (const FilePart& part : parts) {
    if (part.modulus > kMostModulus / ways) {
      split.push_back(part);
      continue;
    }
    for (int32_t way = 0; way < ways; ++way) {
      FilePart& piece = split.emplace_back(part);
      piece.modulus = part.modulus * ways;
      piece.remainder = part.remainder + part.modulus * way;
    }
  }
  return split;
}

// Returns parts of just these records, once for each time that they occur.
FileParts PartsOf(std::vector<RecordId> records) {
  std::sort(records.begin(), records.end(), [](const RecordId& left, const RecordId& right) {
    return std::tie(left.file, left.position.record) < std::tie(right.file, right.position.record);
  });
  // The first part has all records of a file that occur, the next one those that occur twice, and
  // so on.
  FileParts parts;
  size_t file_begin = 0;
  for (size_t i = 0; i < records.size(); ++i) {
    const RecordId& id = records[i];
    if (i == 0 || records[i - 1].file != id.file) file_begin = parts.size();
    const auto part = std::find_if(
        parts.begin() + file_begin, parts.end(),
        [&id](const FilePart& other) { return other.only.back() < id.position.record; });
    if (part != parts.end()) {
      part->only.push_back(id.position.record);
    } else {
      FilePart& made = parts.emplace_back();
      made.file = id.file;
      made.start = id.position;
      made.only = {id.position.record};
    }
  }
  return parts;
}

// Sorts by file, which is the order of a source that is not shuffled.
void Sort(FileParts* parts) {
  std::stable_sort(parts->begin(), parts->end(), [](const FilePart& left, const FilePart& right) {
    return std::tie(left.file, left.remainder) < std::tie(right.file, right.remainder);
  });
}

}  // namespace

absl::StatusOr<RemainingEpochs> FindRemaining(const FileSource& source,
                                              const RecordStream::Options& options,
                                              absl::Span<const FileSourceState* const> states) {
  std::vector<Replica> replicas;
  RemainingEpochs remaining;
  RecordStream::Options own_options = options;
  own_options.replicas = static_cast<int32_t>(states.size());
  for (own_options.replica = 0; own_options.replica < own_options.replicas; ++own_options.replica) {
    FRAZO_ASSIGN_OR_RETURN(Replica replica,
                           FindReplica(source, own_options, states[own_options.replica]));
    const int64_t epoch = replica.state.epoch();
    if (source.epochs() == 0 || epoch < source.epochs()) {
      FRAZO_ASSIGN_OR_RETURN(const std::vector<RecordId> given,
                             GivenOfWindow(source, own_options, replica.state));
      FileParts left = PartsLeft(replica, given);
      FileParts& parts = remaining[epoch];
      parts.insert(parts.end(), left.begin(), left.end());
      for (const auto& [rest_epoch, rest] : replica.plan->rest) remaining[rest_epoch];
    }
    replicas.push_back(std::move(replica));
  }
  // From the first epoch in progress to the last one: the parts of replicas that have not reached
  // them.
  if (remaining.empty()) return remaining;
  const int64_t last = remaining.rbegin()->first;
  for (int64_t epoch = remaining.begin()->first; epoch <= last; ++epoch) {
    FileParts& parts = remaining[epoch];
    for (const Replica& replica : replicas) {
      if (replica.state.epoch() >= epoch) continue;
      const std::shared_ptr<const FileParts> all = replica.plan->Parts(epoch);
      parts.insert(parts.end(), all->begin(), all->end());
    }
  }
  return remaining;
}

absl::Status AddAgain(absl::Span<const RecordId> again, int64_t files, RemainingEpochs* remaining) {
  const int64_t last_epoch = remaining->rbegin()->first;
  std::map<int64_t, std::vector<RecordId>> records_of_epoch;
  for (const RecordId& id : again) {
    if (id.file < 0 || id.file >= files) {
      return absl::InvalidArgumentError(absl::StrCat("a record is said to be in file ", id.file,
                                                     ", but the source has ", files, " files"));
    }
    if (id.epoch < 0 || id.epoch > last_epoch) {
      return absl::InvalidArgumentError(absl::StrCat("a record is said to be of epoch ", id.epoch,
                                                     ", but the source has given those of epochs 0 "
                                                     "to ",
                                                     last_epoch));
    }
    records_of_epoch[id.epoch].push_back(id);
  }
  for (auto& [epoch, records] : records_of_epoch) {
    const FileParts parts = PartsOf(std::move(records));
    FileParts& left = (*remaining)[epoch];
    left.insert(left.end(), parts.begin(), parts.end());
  }
  // Nothing else is left of the epochs before those in progress.
  for (int64_t epoch = remaining->begin()->first; epoch < last_epoch; ++epoch) (*remaining)[epoch];
  return absl::OkStatus();
}

absl::StatusOr<std::vector<FileSourceState>> ShareRemaining(const FileSource& source,
                                                            const RecordStream::Options& options,
                                                            const RemainingEpochs& remaining,
                                                            int32_t replicas) {
  std::vector<FileSourceState> states;
  RecordStream::Options own_options = options;
  own_options.replicas = replicas;
  for (own_options.replica = 0; own_options.replica < replicas; ++own_options.replica) {
    FRAZO_ASSIGN_OR_RETURN(const Plan plan, PlanFileSource(source, own_options));
    FileSourceState& state = states.emplace_back(
        plan->StateIn(remaining.empty() ? source.epochs() : remaining.begin()->first));
    for (int32_t lane = 0; lane < plan->lanes; ++lane) state.add_lanes();
  }
  for (const auto& [epoch, parts] : remaining) {
    FileParts dealt = Split(parts, replicas);
    Sort(&dealt);
    if (source.has_shuffle()) {
      numeric::Permute(
          numeric::Random({kPurpose, static_cast<uint64_t>(options.seed),
                           static_cast<uint64_t>(epoch), static_cast<uint64_t>(replicas)}),
          dealt);
    }
    for (FileSourceState& state : states) state.add_rest()->set_epoch(epoch);
    for (size_t i = 0; i < dealt.size(); ++i) {
      EpochRest& rest = *states[i % replicas].mutable_rest()->rbegin();
      *rest.add_parts() = ToMessage(dealt[i]);
    }
  }
  return states;
}

}  // namespace frazo::sources
