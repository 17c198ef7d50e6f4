#include "core/sources/file_source_plan.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/bytes/compression.h"
#include "core/numeric/fingerprint.h"
#include "core/status/status_macros.h"

namespace frazo::sources {
namespace {

absl::Status CheckAtLeast(std::string_view field, int64_t value, int64_t least) {
  if (value >= least) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(field, " is ", value, " but must be at least ", least));
}

absl::Status CheckValues(const FileSource& source, const RecordStream::Options& options) {
  FRAZO_RETURN_IF_ERROR(CheckAtLeast("epochs", source.epochs(), 0));
  FRAZO_RETURN_IF_ERROR(
      CheckAtLeast("shuffle.buffer_records", source.shuffle().buffer_records(), 1));
  FRAZO_RETURN_IF_ERROR(CheckAtLeast("shuffle.buffer_bytes", source.shuffle().buffer_bytes(), 1));
  FRAZO_RETURN_IF_ERROR(CheckAtLeast("shuffle.lanes", source.shuffle().lanes(), 1));
  FRAZO_RETURN_IF_ERROR(CheckAtLeast("replicas", options.replicas, 1));
  if (options.replica < 0 || options.replica >= options.replicas) {
    return absl::InvalidArgumentError(absl::StrCat("replica is ", options.replica,
                                                   " but must be in 0..", options.replicas - 1,
                                                   ", since replicas is ", options.replicas));
  }
  return absl::OkStatus();
}

FileSourceIdentity IdentityOf(const PinnedFileSet& file_set, const FileSource& source,
                              const RecordStream::Options& options) {
  FileSourceIdentity identity;
  int64_t bytes = 0;
  numeric::Fingerprint hash;
  for (const PinnedFile& file : file_set.files) {
    bytes += file.bytes;
    // The folder does not count: data that was moved as a whole is the same data.
    const std::string_view path = file.path;
    hash.AddBytes(absl::StrCat(path.substr(path.rfind('/') + 1), "/", file.bytes, "/"));
  }
  identity.set_files(file_set.files.size());
  identity.set_bytes(bytes);
  identity.set_hash(hash.value());
  identity.set_format(file_set.format);
  identity.set_compression(bytes::CompressionName(file_set.options.compression));
  identity.set_replica(options.replica);
  identity.set_replicas(options.replicas);
  if (source.has_shuffle()) {
    identity.set_seed(options.seed);
    identity.set_buffer_records(source.shuffle().buffer_records());
    identity.set_buffer_bytes(source.shuffle().buffer_bytes());
    identity.set_lanes(source.shuffle().lanes());
  }
  return identity;
}

template <typename Value>
absl::Status CheckSame(std::string_view what, const Value& saved, const Value& now) {
  if (saved == now) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the saved state does not fit the source: ", what, " was ", saved,
                   " when it was saved and is ", now,
                   " now; restore the configuration that it "
                   "was saved with, or start the source anew"));
}

absl::Status CheckIdentity(const FileSourceIdentity& saved, const FileSourceIdentity& now) {
  FRAZO_RETURN_IF_ERROR(CheckSame("the number of files", saved.files(), now.files()));
  FRAZO_RETURN_IF_ERROR(CheckSame("the bytes of all files", saved.bytes(), now.bytes()));
  FRAZO_RETURN_IF_ERROR(CheckSame("the hash of the files' names and sizes",
                                  absl::StrCat(absl::Hex(saved.hash(), absl::kZeroPad16)),
                                  absl::StrCat(absl::Hex(now.hash(), absl::kZeroPad16))));
  FRAZO_RETURN_IF_ERROR(CheckSame("files.format", saved.format(), now.format()));
  FRAZO_RETURN_IF_ERROR(CheckSame("files.compression", saved.compression(), now.compression()));
  FRAZO_RETURN_IF_ERROR(CheckSame("replicas", saved.replicas(), now.replicas()));
  FRAZO_RETURN_IF_ERROR(CheckSame("replica", saved.replica(), now.replica()));
  FRAZO_RETURN_IF_ERROR(CheckSame<std::string_view>("the order",
                                                    saved.lanes() > 0 ? "shuffled" : "by name",
                                                    now.lanes() > 0 ? "shuffled" : "by name"));
  FRAZO_RETURN_IF_ERROR(CheckSame("the seed", saved.seed(), now.seed()));
  FRAZO_RETURN_IF_ERROR(
      CheckSame("shuffle.buffer_records", saved.buffer_records(), now.buffer_records()));
  FRAZO_RETURN_IF_ERROR(
      CheckSame("shuffle.buffer_bytes", saved.buffer_bytes(), now.buffer_bytes()));
  return CheckSame("shuffle.lanes", saved.lanes(), now.lanes());
}

// Sets *rest to that of `state`; false if it is damaged.
bool ReadRest(const FileSourceState& state, int64_t files,
              std::map<int64_t, std::shared_ptr<const FileParts>>* rest) {
  rest->clear();
  for (const EpochRest& epoch_rest : state.rest()) {
    if (epoch_rest.epoch() < state.epoch()) return false;
    FileParts parts;
    for (const frazo::FilePart& message : epoch_rest.parts()) {
      parts.push_back(FromMessage(message));
      if (!IsSound(parts.back(), files)) return false;
    }
    const bool is_new =
        rest->emplace(epoch_rest.epoch(), std::make_shared<const FileParts>(std::move(parts)))
            .second;
    if (!is_new) return false;
  }
  return true;
}

}  // namespace

std::shared_ptr<const FileParts> FileSourcePlan::Parts(int64_t epoch) const {
  const auto found = rest.find(epoch);
  return found != rest.end() ? found->second : order->OfEpoch(epoch);
}

FileSourceState FileSourcePlan::StateIn(int64_t epoch) const {
  FileSourceState state;
  *state.mutable_identity() = identity;
  state.set_epoch(epoch);
  for (auto remaining = rest.lower_bound(epoch); remaining != rest.end(); ++remaining) {
    EpochRest& epoch_rest = *state.add_rest();
    epoch_rest.set_epoch(remaining->first);
    for (const FilePart& part : *remaining->second) *epoch_rest.add_parts() = ToMessage(part);
  }
  return state;
}

absl::StatusOr<std::shared_ptr<const FileSourcePlan>> FileSourcePlan::WithRestOf(
    const FileSourceState& state) const {
  FRAZO_RETURN_IF_ERROR(CheckIdentity(state.identity(), identity));
  auto plan = std::make_shared<FileSourcePlan>(*this);
  bool is_sound = ReadRest(state, static_cast<int64_t>(file_set.files.size()), &plan->rest) &&
                  state.epoch() >= 0 && state.window() >= 0 && state.given() >= 0 &&
                  state.next_lane() >= 0 && state.next_lane() < lanes &&
                  state.lanes_size() == lanes;
  const size_t parts = is_sound ? plan->Parts(state.epoch())->size() : 0;
  for (int lane = 0; is_sound && lane < lanes; ++lane) {
    const FileSourceState::LanePosition& position = state.lanes(lane);
    is_sound = position.file() >= 0 && position.file() <= share_size(parts, lane) &&
               position.record() >= 0 && position.byte() >= 0;
  }
  if (is_sound) return plan;
  return absl::FailedPreconditionError(
      "the saved state is damaged: it names a position outside of the files; restore an older one, "
      "or start the source anew");
}

absl::StatusOr<std::shared_ptr<const FileSourcePlan>> PlanFileSource(
    const FileSource& source, const RecordStream::Options& options) {
  FRAZO_RETURN_IF_ERROR(CheckValues(source, options));
  FRAZO_ASSIGN_OR_RETURN(PinnedFileSet file_set, PinFiles(source.files(), options.search_folders));

  const int32_t file_count = file_set.files.size();
  const bool deal_files = file_count >= options.replicas;
  FileParts own_parts;
  for (int32_t file = 0; file < file_count; ++file) {
    if (deal_files && file % options.replicas != options.replica) continue;
    FilePart& part = own_parts.emplace_back();
    part.file = file;
    if (deal_files) continue;
    part.modulus = options.replicas;
    part.remainder = options.replica;
  }

  const Shuffle& shuffle = source.shuffle();
  const int32_t lanes =
      source.has_shuffle() ? std::min<int32_t>(shuffle.lanes(), own_parts.size()) : 1;
  if (source.has_shuffle()) {
    // A lane has several of these buffers; all together must be small beside the shuffle buffer.
    file_set.options.buffer_bytes = std::clamp<int64_t>(shuffle.buffer_bytes() / (8 * lanes),
                                                        16 << 10, file_set.options.buffer_bytes);
  }
  FileSourceIdentity identity = IdentityOf(file_set, source, options);
  std::optional<int64_t> seed;
  if (source.has_shuffle()) seed = options.seed;
  // One half of the buffer is given while the other half is read.
  return std::shared_ptr<const FileSourcePlan>(new FileSourcePlan{
      std::move(file_set), std::make_shared<const FileOrder>(std::move(own_parts), seed),
      source.epochs(), lanes, options.skip_damaged, (shuffle.buffer_records() + 1) / 2,
      (shuffle.buffer_bytes() + 1) / 2, std::move(identity),
      /*rest=*/{}});
}

}  // namespace frazo::sources
