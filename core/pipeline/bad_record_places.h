#ifndef FRAZO_CORE_PIPELINE_BAD_RECORD_PLACES_H_
#define FRAZO_CORE_PIPELINE_BAD_RECORD_PLACES_H_

#include <cstdint>
#include <mutex>
#include <unordered_set>
#include <vector>

#include "absl/types/span.h"
#include "google/protobuf/repeated_field.h"

namespace frazo::pipeline {

// The fingerprints of the places of the different bad records, in the order in which they were met.
// It only grows, so that the snapshots of a pipeline share it: each knows how many there were.
// Thread-safe.
class BadRecordPlaces {
 public:
  explicit BadRecordPlaces(absl::Span<const uint64_t> places);

  // Adds a place unless it is there. Returns the number of places.
  int64_t Add(uint64_t place);
  int64_t size() const;
  // Appends the first `count` places to *places. 0 <= count <= size().
  void AppendFirst(int64_t count, google::protobuf::RepeatedField<uint64_t>* places) const;

 private:
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<uint64_t> in_order_;
  std::unordered_set<uint64_t> known_;
};

}  // namespace frazo::pipeline

#endif  // FRAZO_CORE_PIPELINE_BAD_RECORD_PLACES_H_
