#ifndef FRAZO_CORE_RECORDS_RECORD_BATCH_H_
#define FRAZO_CORE_RECORDS_RECORD_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/records/record_position.h"

namespace frazo::records {

// Consecutive records of a file in one piece of memory, which lives as long as a batch refers to
// it.
struct RecordBatch {
  // One record is bytes [begin, end) of `bytes`.
  struct Extent {
    int64_t begin;
    int64_t end;
  };

  // The records in order, with their framing between them.
  std::shared_ptr<const char> bytes;
  size_t byte_count = 0;
  std::vector<Extent> extents;
  // The position of the first record, and the position after the last one.
  RecordPosition start;
  RecordPosition end;
  // Where the framing of each record begins in the file, in bytes from start.byte on.
  std::vector<int64_t> offsets;

  std::string_view record(size_t index) const {
    const Extent& extent = extents[index];
    return {bytes.get() + extent.begin, static_cast<size_t>(extent.end - extent.begin)};
  }
  RecordPosition position(size_t index) const {
    return {start.record + static_cast<int64_t>(index), start.byte + offsets[index]};
  }
};

}  // namespace frazo::records

#endif  // FRAZO_CORE_RECORDS_RECORD_BATCH_H_
