#include "core/sources/mixed_stream.h"

#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/numeric/random.h"
#include "core/sources/create_file_stream.h"
#include "core/status/status_macros.h"

namespace frazo::sources {
namespace {

// Makes these random numbers differ from others of the same seed.
constexpr uint64_t kDrawPurpose = 3;
constexpr uint64_t kSeedPurpose = 4;

constexpr int64_t kPartChunkRecords = 256;

constexpr std::string_view kStateRemedy =
    "; restore the configuration that it was saved with, or start the source anew";

absl::Status InPart(const absl::Status& status, size_t part) {
  return absl::Status(status.code(), absl::StrCat("mixture.parts[", part, "]: ", status.message()));
}

}  // namespace

// The chunks that the parts gave during a chunk of the mixture.
class MixedStream::Origin final : public ChunkOrigin {
 public:
  Origin(int64_t seed, int64_t draws) : seed_(seed), draws_(draws) {}

  // Adds the parts in order, in their state before the chunk.
  void AddPart(const Part& part) {
    PartHistory history;
    history.start = part.stream->start();
    history.share = part.share;
    history.dropped_at = part.dropped ? -1 : std::numeric_limits<int64_t>::max();
    history.pieces.push_back({0, part.chunk.origin(), part.taken});
    parts_.push_back(std::move(history));
  }
  void AddPiece(size_t part, std::shared_ptr<const ChunkOrigin> origin) {
    parts_[part].pieces.push_back({parts_[part].records, std::move(origin), 0});
  }
  void AddRecord(size_t part) {
    record_parts_.push_back(part);
    ++parts_[part].records;
  }
  // The drop happens at the draw of the next record.
  void AddDrop(size_t part) { parts_[part].dropped_at = record_parts_.size(); }

  RecordSourceState StateAfter(int64_t count) const override {
    std::vector<size_t> taken(parts_.size(), 0);
    for (int64_t i = 0; i < count; ++i) ++taken[record_parts_[i]];
    RecordSourceState state;
    MixtureSourceState& mixture = *state.mutable_mixture();
    mixture.set_draws(draws_ + count);
    mixture.set_seed(seed_);
    for (size_t part = 0; part < parts_.size(); ++part) {
      MixtureSourceState::PartState& part_state = *mixture.add_parts();
      *part_state.mutable_source() = parts_[part].StateAfter(taken[part]);
      part_state.set_share(parts_[part].share);
      part_state.set_dropped(parts_[part].dropped_at < count);
    }
    return state;
  }

 private:
  // A sequence of the part's records that come from one of its chunks.
  struct Piece {
    // The number of the part's records before it.
    size_t begin;
    // Null before the part's first chunk.
    std::shared_ptr<const ChunkOrigin> origin;
    // The number of the chunk's records before it.
    size_t offset;
  };
  struct PartHistory {
    FileSourceState start;
    double share;
    int64_t dropped_at;
    size_t records = 0;
    std::vector<Piece> pieces;

    FileSourceState StateAfter(size_t taken) const {
      auto piece = pieces.rbegin();
      // A piece counts once one of its records is taken.
      while (piece + 1 != pieces.rend() && piece->begin >= taken) ++piece;
      if (piece->origin == nullptr) return start;
      return piece->origin->StateAfter(piece->offset + taken - piece->begin).files();
    }
  };

  const int64_t seed_;
  const int64_t draws_;
  std::vector<PartHistory> parts_;
  // The part of each record.
  std::vector<int32_t> record_parts_;
};

absl::StatusOr<std::vector<double>> MixedStream::Shares(const MixtureSource& source) {
  if (source.parts().empty()) {
    return absl::InvalidArgumentError("mixture.parts is empty; give at least one");
  }
  if (!(source.temperature() > 0)) {
    return absl::InvalidArgumentError(absl::StrCat("mixture.temperature is ", source.temperature(),
                                                   " but must be greater than 0"));
  }
  std::vector<double> shares;
  double sum = 0;
  for (const MixtureSource::Part& part : source.parts()) {
    if (!(part.weight() > 0) || !std::isfinite(part.weight())) {
      return InPart(absl::InvalidArgumentError(absl::StrCat(
                        "weight is ", part.weight(), " but must be a number greater than 0")),
                    shares.size());
    }
    shares.push_back(std::pow(part.weight(), 1.0 / source.temperature()));
    sum += shares.back();
  }
  if (!(sum > 0) || !std::isfinite(sum)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "mixture.temperature ", source.temperature(),
        " takes weights out of the range of numbers; bring the weights near 1 or raise it"));
  }
  for (double& share : shares) share /= sum;
  return shares;
}

FileSource MixedStream::PartSource(const MixtureSource& source, int part) {
  FileSource part_source = source.parts(part).source();
  if (source.at_end() == MixtureSource::REPEAT) part_source.set_epochs(0);
  return part_source;
}

RecordStream::Options MixedStream::PartOptions(const Options& options, int part) {
  Options part_options = options;
  // Parts with the same files must not read them in the same order.
  part_options.seed = numeric::Random({kSeedPurpose, static_cast<uint64_t>(options.seed),
                                       static_cast<uint64_t>(part)})
                          .Next() >>
                      1;
  return part_options;
}

absl::StatusOr<std::unique_ptr<MixedStream>> MixedStream::Create(
    const MixtureSource& source, const Options& options, std::shared_ptr<ReaderThreads> threads) {
  FRAZO_ASSIGN_OR_RETURN(const std::vector<double> shares, Shares(source));
  std::vector<Part> parts;
  for (size_t i = 0; i < shares.size(); ++i) {
    absl::StatusOr<std::unique_ptr<FileStream>> stream =
        CreateFileStream(PartSource(source, static_cast<int>(i)),
                         PartOptions(options, static_cast<int>(i)), threads);
    if (!stream.ok()) return InPart(stream.status(), i);
    Part& part = parts.emplace_back();
    part.stream = *std::move(stream);
    part.share = shares[i];
  }
  return std::unique_ptr<MixedStream>(
      new MixedStream(std::move(parts), source.at_end(), options.seed));
}

MixedStream::MixedStream(std::vector<Part> parts, MixtureSource::AtEnd at_end, int64_t seed)
    : parts_(std::move(parts)), at_end_(at_end), seed_(seed) {}

bool MixedStream::NextChunk(int64_t max_records, RecordChunk* chunk) {
  // Frees the memory of the previous chunk first.
  *chunk = RecordChunk();
  if (!status_.ok()) return false;
  has_started_ = true;
  auto origin = std::make_shared<Origin>(seed_, draws_);
  for (const Part& part : parts_) origin->AddPart(part);
  std::vector<SourceRecord> records;
  auto memory = std::make_shared<std::vector<std::shared_ptr<const void>>>();
  // Whether a part's present chunk is in `memory`.
  std::vector<const void*> held(parts_.size(), nullptr);
  int64_t bytes = 0;
  while (records.size() < max_records) {
    const std::optional<size_t> number = Draw(origin.get());
    if (!number.has_value()) break;
    Part& part = parts_[*number];
    if (held[*number] != part.chunk.origin().get()) {
      held[*number] = part.chunk.origin().get();
      memory->push_back(part.chunk.memory());
    }
    records.push_back(part.chunk.records()[part.taken++]);
    records.back().id.source = *number;
    bytes += records.back().data.size();
    origin->AddRecord(*number);
    ++draws_;
  }
  if (records.empty()) return false;
  records_.fetch_add(records.size(), std::memory_order_relaxed);
  record_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  *chunk = RecordChunk(std::move(records), std::move(memory), std::move(origin));
  return true;
}

std::optional<size_t> MixedStream::Draw(Origin* origin) {
  size_t live = 0;
  for (const Part& part : parts_) live += !part.dropped;
  for (int64_t attempt = 0; live > 0; ++attempt) {
    const size_t number = Pick(attempt);
    if (FindRecord(number, origin)) return number;
    if (!status_.ok() || at_end_ != MixtureSource::DROP) return std::nullopt;
    parts_[number].dropped = true;
    origin->AddDrop(number);
    --live;
  }
  return std::nullopt;
}

size_t MixedStream::Pick(int64_t attempt) const {
  double total = 0;
  for (const Part& part : parts_) total += part.dropped ? 0 : part.share;
  numeric::Random random({kDrawPurpose, static_cast<uint64_t>(seed_), static_cast<uint64_t>(draws_),
                          static_cast<uint64_t>(attempt)});
  double left = random.Fraction() * total;
  size_t picked = 0;
  for (size_t part = 0; part < parts_.size(); ++part) {
    if (parts_[part].dropped) continue;
    // Rounding may leave a remainder after the last part.
    picked = part;
    left -= parts_[part].share;
    if (left < 0) break;
  }
  return picked;
}

bool MixedStream::FindRecord(size_t number, Origin* origin) {
  Part& part = parts_[number];
  if (part.taken < part.chunk.records().size()) return true;
  RecordChunk next;
  if (!part.stream->NextChunk(kPartChunkRecords, &next)) {
    if (!part.stream->status().ok()) status_ = InPart(part.stream->status(), number);
    return false;
  }
  part.chunk = std::move(next);
  part.taken = 0;
  origin->AddPiece(number, part.chunk.origin());
  return true;
}

absl::Status MixedStream::Restore(const RecordSourceState& state) {
  if (has_started_) {
    return absl::FailedPreconditionError("a stream can be restored only before its first record");
  }
  constexpr std::string_view kUnfit = "the saved state does not fit the source: ";
  if (!state.has_mixture()) {
    return absl::FailedPreconditionError(absl::StrCat(
        kUnfit, "it is of a single set of files, but the source is a mixture", kStateRemedy));
  }
  const MixtureSourceState& mixture = state.mixture();
  if (mixture.parts_size() != parts_.size()) {
    return absl::FailedPreconditionError(absl::StrCat(kUnfit, "the mixture had ",
                                                      mixture.parts_size(), " parts and has ",
                                                      parts_.size(), " now", kStateRemedy));
  }
  if (mixture.seed() != seed_) {
    return absl::FailedPreconditionError(absl::StrCat(kUnfit, "the seed was ", mixture.seed(),
                                                      " and is ", seed_, " now", kStateRemedy));
  }
  for (size_t i = 0; i < parts_.size(); ++i) {
    if (mixture.parts(i).share() != parts_[i].share) {
      return InPart(absl::FailedPreconditionError(absl::StrCat(
                        kUnfit, "its share of the records was ", mixture.parts(i).share(),
                        " and is ", parts_[i].share, " now", kStateRemedy)),
                    i);
    }
  }
  for (size_t i = 0; i < parts_.size(); ++i) {
    RecordSourceState part_state;
    *part_state.mutable_files() = mixture.parts(i).source();
    if (absl::Status status = parts_[i].stream->Restore(part_state); !status.ok()) {
      return InPart(status, i);
    }
    parts_[i].dropped = mixture.parts(i).dropped();
  }
  draws_ = mixture.draws();
  return absl::OkStatus();
}

absl::Status MixedStream::ReadAgain(absl::Span<const RecordId> ids,
                                    absl::FunctionRef<void(size_t, std::string_view)> use) const {
  std::vector<std::vector<RecordId>> ids_by_part(parts_.size());
  std::vector<std::vector<size_t>> indices_by_part(parts_.size());
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i].source < 0 || ids[i].source >= parts_.size()) {
      return absl::InvalidArgumentError(absl::StrCat("a record is said to be in part ",
                                                     ids[i].source, ", but the mixture has ",
                                                     parts_.size(), " parts"));
    }
    ids_by_part[ids[i].source].push_back(ids[i]);
    indices_by_part[ids[i].source].push_back(i);
  }
  for (size_t part = 0; part < parts_.size(); ++part) {
    const std::vector<size_t>& indices = indices_by_part[part];
    const auto use_of_part = [&](size_t index, std::string_view data) {
      use(indices[index], data);
    };
    if (absl::Status status = parts_[part].stream->ReadAgain(ids_by_part[part], use_of_part);
        !status.ok()) {
      return InPart(status, part);
    }
  }
  return absl::OkStatus();
}

std::string MixedStream::Location(const RecordId& id) const {
  if (id.source < 0 || id.source >= parts_.size()) return absl::StrCat("part ", id.source);
  return parts_[id.source].stream->Location(id);
}

RecordStream::Counters MixedStream::counters() const {
  Counters sum;
  sum.records = records_.load(std::memory_order_relaxed);
  sum.record_bytes = record_bytes_.load(std::memory_order_relaxed);
  for (const Part& part : parts_) {
    const Counters counters = part.stream->counters();
    sum.damaged_records += counters.damaged_records;
    sum.damaged_bytes += counters.damaged_bytes;
    sum.damaged_files += counters.damaged_files;
    if (sum.first_damage.empty()) sum.first_damage = counters.first_damage;
  }
  return sum;
}

}  // namespace frazo::sources
