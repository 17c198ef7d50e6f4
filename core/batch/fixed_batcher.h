#ifndef FRAZO_CORE_BATCH_FIXED_BATCHER_H_
#define FRAZO_CORE_BATCH_FIXED_BATCHER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/batch/batcher.h"
#include "core/batch/example_store.h"
#include "core/batch/padded_batch.h"

namespace frazo::batch {

// Batches a fixed number of examples in the order in which they come.
class FixedBatcher : public Batcher {
 public:
  // `config.kind` is `fixed`. Errors: as in Batcher.
  static absl::StatusOr<std::unique_ptr<Batcher>> Create(const frazo::Batcher& config,
                                                         const process::ExampleSchema& schema);

  const std::vector<BatchTensorSpec>& tensors() const override { return tensors_; }
  const std::vector<std::string>& buckets() const override { return buckets_; }
  void Add(process::Example example, const sources::RecordId& id) override;
  void Finish() override;
  bool HasBatch() const override { return is_due_; }
  absl::StatusOr<Batch> Take() override;
  void Save(BatcherState* state, std::vector<sources::RecordId>* held) const override;
  absl::Status Restore(const BatcherState& state, absl::Span<const sources::RecordId> held,
                       absl::Span<const process::Example> examples) override;
  const BatcherCounters& counters() const override { return counters_; }

 private:
  FixedBatcher(const frazo::FixedBatcher& config, const process::ExampleSchema& schema,
               PaddedBatchMaker maker);

  const int64_t batch_size_;
  const bool drop_remainder_;
  const PaddedBatchMaker maker_;
  const std::vector<BatchTensorSpec> tensors_;
  const std::vector<std::string> buckets_;
  // All nullopt: no feature has a fixed width.
  const std::vector<std::optional<int64_t>> widths_;
  ExampleStore examples_;
  bool is_due_ = false;
  BatcherCounters counters_;
};

}  // namespace frazo::batch

#endif  // FRAZO_CORE_BATCH_FIXED_BATCHER_H_
