#ifndef FRAZO_CORE_BATCH_PADDING_REPORT_H_
#define FRAZO_CORE_BATCH_PADDING_REPORT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/batch/batch.h"

namespace frazo::batch {

// Reports the share of padding in batches, for each bucket and each feature. Not thread-safe.
class PaddingReport {
 public:
  struct Values {
    std::string feature;
    int64_t real = 0;
    int64_t padding = 0;
  };

  struct Bucket {
    std::string name;
    int64_t batches = 0;
    int64_t examples = 0;
    // One for each tensor, in the order of the batches' tensors.
    std::vector<Values> values;
  };

  // `bucket_names` are Batcher::buckets().
  explicit PaddingReport(const std::vector<std::string>& bucket_names);

  // `batch` must come from the batcher with these buckets.
  void Add(const Batch& batch);

  const std::vector<Bucket>& buckets() const { return buckets_; }

  // The share of padding in all values of all features; 0 before the first batch.
  double padding_fraction() const;

  // Returns a table for people: one line for each bucket and feature, then the total.
  std::string Text() const;

 private:
  // The sum over all buckets and features.
  Values Total() const;

  std::vector<Bucket> buckets_;
};

}  // namespace frazo::batch

#endif  // FRAZO_CORE_BATCH_PADDING_REPORT_H_
