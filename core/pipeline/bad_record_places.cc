#include "core/pipeline/bad_record_places.h"

namespace frazo::pipeline {

BadRecordPlaces::BadRecordPlaces(absl::Span<const uint64_t> places)
    : in_order_(places.begin(), places.end()), known_(places.begin(), places.end()) {}

int64_t BadRecordPlaces::Add(uint64_t place) {
  const std::lock_guard lock(mutex_);
  if (known_.insert(place).second) in_order_.push_back(place);
  return in_order_.size();
}

int64_t BadRecordPlaces::size() const {
  const std::lock_guard lock(mutex_);
  return in_order_.size();
}

void BadRecordPlaces::AppendFirst(int64_t count,
                                  google::protobuf::RepeatedField<uint64_t>* places) const {
  const std::lock_guard lock(mutex_);
  places->Add(in_order_.begin(), in_order_.begin() + count);
}

}  // namespace frazo::pipeline
