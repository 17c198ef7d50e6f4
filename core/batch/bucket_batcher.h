#ifndef FRAZO_CORE_BATCH_BUCKET_BATCHER_H_
#define FRAZO_CORE_BATCH_BUCKET_BATCHER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/batch/batcher.h"
#include "core/batch/example_store.h"
#include "core/batch/padded_batch.h"

namespace frazo::batch {

// Batches examples of similar length. A bucket gives a batch as soon as it is full. If several
// buckets give batches at once, in a flush or at the end, the one with the smallest bound is first.
class BucketBatcher : public Batcher {
 public:
  // `config.kind` is `buckets`. Errors: as in Batcher.
  static absl::StatusOr<std::unique_ptr<Batcher>> Create(const frazo::Batcher& config,
                                                         const process::ExampleSchema& schema);

  const std::vector<BatchTensorSpec>& tensors() const override { return tensors_; }
  const std::vector<std::string>& buckets() const override { return names_; }
  void Add(process::Example example, const sources::RecordId& id) override;
  void Finish() override;
  bool HasBatch() const override;
  absl::StatusOr<Batch> Take() override;
  void Save(BatcherState* state, std::vector<sources::RecordId>* held) const override;
  absl::Status Restore(const BatcherState& state, absl::Span<const sources::RecordId> held,
                       absl::Span<const process::Example> examples) override;
  const BatcherCounters& counters() const override { return counters_; }

 private:
  struct LengthFeature {
    size_t index;
    // See FeatureSpec::inner_count().
    int64_t inner_count;
  };

  struct Bucket {
    int64_t bound;
    // The number of examples in a full batch.
    int64_t limit;
    // For each feature the width that it is padded to, if the configuration pads it to the bound.
    std::vector<std::optional<int64_t>> widths;
    ExampleStore examples;
    bool is_due = false;
  };

  BucketBatcher(const frazo::BucketBatcher& config, PaddedBatchMaker maker,
                const std::vector<size_t>& length_of, std::vector<Bucket> buckets);

  // Returns the bucket of the example, or nullptr if the example is too long for all.
  Bucket* Choose(process::Example example);
  void MarkAllDue();

  const bool drop_remainder_;
  const int64_t flush_every_examples_;
  const PaddedBatchMaker maker_;
  const std::vector<BatchTensorSpec> tensors_;
  // The length of an example is that of the longest of these features.
  std::vector<LengthFeature> length_of_;
  std::vector<std::string> names_;
  std::vector<Bucket> buckets_;
  int64_t examples_since_flush_ = 0;
  BatcherCounters counters_;
};

}  // namespace frazo::batch

#endif  // FRAZO_CORE_BATCH_BUCKET_BATCHER_H_
