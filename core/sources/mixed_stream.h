#ifndef FRAZO_CORE_SOURCES_MIXED_STREAM_H_
#define FRAZO_CORE_SOURCES_MIXED_STREAM_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/sources/file_stream.h"
#include "core/sources/reader_threads.h"
#include "core/sources/record_chunk.h"
#include "core/sources/record_stream.h"
#include "frazo/proto/record_source.pb.h"
#include "frazo/proto/record_source_state.pb.h"

namespace frazo::sources {

// Mixes the records of several streams.
//
// Draw: the choice of the part that gives the next record. Draw number n depends on (seed, n) and
// on which parts have been dropped. Each record is one draw.
class MixedStream final : public RecordStream {
 public:
  static absl::StatusOr<std::unique_ptr<MixedStream>> Create(
      const MixtureSource& source, const Options& options, std::shared_ptr<ReaderThreads> threads);

  // The shares of the parts in the records, which add up to 1. Error: as for Create().
  static absl::StatusOr<std::vector<double>> Shares(const MixtureSource& source);
  // The file source of a part.
  static FileSource PartSource(const MixtureSource& source, int part);
  static Options PartOptions(const Options& options, int part);

  bool NextChunk(int64_t max_records, RecordChunk* chunk) override;
  const absl::Status& status() const override { return status_; }
  absl::Status Restore(const RecordSourceState& state) override;
  absl::Status ReadAgain(absl::Span<const RecordId> ids,
                         absl::FunctionRef<void(size_t, std::string_view)> use) const override;
  std::string Location(const RecordId& id) const override;
  Counters counters() const override;

 private:
  class Origin;

  struct Part {
    std::unique_ptr<FileStream> stream;
    // The part's share of the draws while no part is dropped; the shares add up to 1.
    double share = 0;
    bool dropped = false;
    // The part's present chunk, and the number of its records that have been given.
    RecordChunk chunk;
    size_t taken = 0;
  };

  MixedStream(std::vector<Part> parts, MixtureSource::AtEnd at_end, int64_t seed);

  // Returns the part that gives the next record, which is available; nullopt at the end or after a
  // failure.
  std::optional<size_t> Draw(Origin* origin);
  // Chooses one of the parts that are not dropped, with the probabilities of their shares.
  size_t Pick(int64_t attempt) const;
  // Makes a record of the part available; false at the part's end or after its failure.
  bool FindRecord(size_t part, Origin* origin);

  std::vector<Part> parts_;
  const MixtureSource::AtEnd at_end_;
  const int64_t seed_;
  // The number of draws, which is the number of records given.
  int64_t draws_ = 0;
  bool has_started_ = false;
  absl::Status status_;
  std::atomic<int64_t> records_{0};
  std::atomic<int64_t> record_bytes_{0};
};

}  // namespace frazo::sources

#endif  // FRAZO_CORE_SOURCES_MIXED_STREAM_H_
