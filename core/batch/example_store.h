#ifndef FRAZO_CORE_BATCH_EXAMPLE_STORE_H_
#define FRAZO_CORE_BATCH_EXAMPLE_STORE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/process/example.h"
#include "core/sources/record_chunk.h"

namespace frazo::batch {

// Keeps copies of the examples that wait for a batch, the values of each feature contiguously. It
// keeps its memory when it is cleared, so that adding allocates nothing in the long run.
class ExampleStore {
 public:
  // The values of one feature for all examples.
  struct Column {
    process::ValueType type;
    // See FeatureSpec::inner_count().
    int64_t inner_count = 1;
    // The length of each example in units of inner_count values; for a feature of fixed shape its
    // number of values.
    std::vector<int64_t> counts;
    // The largest of `counts`.
    int64_t longest = 0;
    // Numbers: the values. kBytes: the bytes of all values, concatenated.
    std::vector<char> bytes;
    // kBytes: the number of bytes of each value.
    std::vector<int64_t> lengths;
  };

  explicit ExampleStore(const process::ExampleSchema& schema);

  void Add(process::Example example, const sources::RecordId& id);
  void Clear();

  int64_t size() const { return static_cast<int64_t>(ids_.size()); }
  // The ids of the examples' records, in the order in which they were added.
  const std::vector<sources::RecordId>& ids() const { return ids_; }
  const Column& column(size_t feature) const { return columns_[feature]; }

 private:
  std::vector<Column> columns_;
  std::vector<sources::RecordId> ids_;
};

}  // namespace frazo::batch

#endif  // FRAZO_CORE_BATCH_EXAMPLE_STORE_H_
