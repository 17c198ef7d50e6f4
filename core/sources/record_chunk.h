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

// Identifies a record. It is the same in every run as long as the files are the same.
struct RecordId {
  // The part of a mixture; 0 without a mixture.
  int32_t source = 0;
  // An index into the list of files that the source fixed when it was created.
  int32_t file = 0;
  records::RecordPosition position;
  // How many records were read before it, in whatever epoch; not part of which record it is. -1:
  // not counted.
  int64_t number = -1;
  // The pass over its source that gives it, from 0; not part of which record it is.
  int64_t epoch = 0;

  friend bool operator==(const RecordId& left, const RecordId& right) {
    return left.source == right.source && left.file == right.file &&
           left.position == right.position;
  }
};

// A record of a stream. `data` lives as long as its chunk or a copy of the chunk.
struct SourceRecord {
  std::string_view data;
  RecordId id;
};

// Returns the state of a stream after each record of a chunk. It takes little memory, because it
// keeps no records. Immutable, so it is thread-safe.
class ChunkOrigin {
 public:
  virtual ~ChunkOrigin() = default;

  // Returns the state of the stream just after the first `count` records of the chunk; 0 <= count
  // <= number of its records.
  virtual RecordSourceState StateAfter(int64_t count) const = 0;
};

// Consecutive records of a stream, with the memory that they refer to. Copies share the memory.
class RecordChunk {
 public:
  RecordChunk() = default;
  // `memory` keeps the data of the records alive.
  RecordChunk(std::vector<SourceRecord> records, std::shared_ptr<const void> memory,
              std::shared_ptr<const ChunkOrigin> origin)
      : records_(std::move(records)), memory_(std::move(memory)), origin_(std::move(origin)) {}

  absl::Span<const SourceRecord> records() const { return records_; }
  const std::shared_ptr<const void>& memory() const { return memory_; }
  // Never null in the chunks of a RecordStream.
  const std::shared_ptr<const ChunkOrigin>& origin() const { return origin_; }

 private:
  std::vector<SourceRecord> records_;
  std::shared_ptr<const void> memory_;
  std::shared_ptr<const ChunkOrigin> origin_;
};

}  // namespace frazo::sources

#endif  // FRAZO_CORE_SOURCES_RECORD_CHUNK_H_
