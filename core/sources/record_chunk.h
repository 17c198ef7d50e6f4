#ifndef FRAZO_CORE_SOURCES_RECORD_CHUNK_H_
#define FRAZO_CORE_SOURCES_RECORD_CHUNK_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "core/records/record_position.h"
#include "frazo/proto/record_source_state.pb.h"

namespace frazo::sources {

// Which record it is; the same in every run, while the files stand.
struct RecordId {
  // Part of a mixture; 0 where there is none.
  int32_t source = 0;
  // Number in the list of files that the source fixed when it was made.
  int32_t file = 0;
  records::RecordPosition position;

  friend bool operator==(const RecordId& left, const RecordId& right) {
    return left.source == right.source && left.file == right.file &&
           left.position == right.position;
  }
};

// A record of a stream; `data` lives as long as the chunk that it is in, or a copy of the chunk.
struct SourceRecord {
  std::string_view data;
  RecordId id;
};

// Tells where the stream stands after each record of a chunk. Cheap to keep: it holds no record in
// memory. Immutable, thus thread-safe.
class ChunkOrigin {
 public:
  virtual ~ChunkOrigin() = default;

  // The state of the stream just after the first `count` records of the chunk; 0 <= count <= number
  // of its records.
  virtual RecordSourceState StateAfter(int64_t count) const = 0;
};

// A run of consecutive records of a stream, with the memory that holds them. Copies share it.
class RecordChunk {
 public:
  RecordChunk() = default;
  // `memory` keeps the data of the records alive.
  RecordChunk(std::vector<SourceRecord> records, std::shared_ptr<const void> memory,
              std::shared_ptr<const ChunkOrigin> origin)
      : records_(std::move(records)), memory_(std::move(memory)), origin_(std::move(origin)) {}

  absl::Span<const SourceRecord> records() const { return records_; }
  const std::shared_ptr<const void>& memory() const { return memory_; }
  // Not null in the chunks of a RecordStream.
  const std::shared_ptr<const ChunkOrigin>& origin() const { return origin_; }

 private:
  std::vector<SourceRecord> records_;
  std::shared_ptr<const void> memory_;
  std::shared_ptr<const ChunkOrigin> origin_;
};

}  // namespace frazo::sources

#endif  // FRAZO_CORE_SOURCES_RECORD_CHUNK_H_
