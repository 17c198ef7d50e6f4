#ifndef FRAZO_CORE_BATCH_PADDED_BATCH_H_
#define FRAZO_CORE_BATCH_PADDED_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/batch/batch.h"
#include "core/batch/batcher.h"
#include "core/batch/example_store.h"
#include "core/batch/padding_value.h"
#include "core/process/example.h"
#include "frazo/proto/batcher.pb.h"

namespace frazo::batch {

// Makes dense batches of stored examples. A feature of any length becomes [batch, longest] or
// [batch, longest, inner sizes...], padded to the longest, with NAME_length int32 [batch] beside
// it. A feature of fixed shape becomes [batch, shape...].
class PaddedBatchMaker {
 public:
  // Error: kInvalidArgument if a padding value is wrong, or if a feature has the same name as the
  // lengths of another.
  static absl::StatusOr<PaddedBatchMaker> Create(const frazo::Batcher& config,
                                                 const process::ExampleSchema& schema);

  // `batch_size` is that of every batch; -1 if it differs.
  std::vector<BatchTensorSpec> Tensors(int64_t batch_size) const;

  // `widths` gives the width of each feature, which is at least its longest length; nullopt means
  // the longest length. Error: kResourceExhausted.
  absl::StatusOr<Batch> Make(const ExampleStore& examples,
                             const std::vector<std::optional<int64_t>>& widths) const;

 private:
  PaddedBatchMaker(const process::ExampleSchema& schema, std::vector<PaddingValue> padding)
      : schema_(schema), padding_(std::move(padding)) {}

  absl::Status AddNumbers(const ExampleStore& examples, size_t feature, int64_t width,
                          Batch* batch) const;
  absl::Status AddStrings(const ExampleStore& examples, size_t feature, int64_t width,
                          Batch* batch) const;
  absl::Status AddLengths(const ExampleStore& examples, size_t feature, Batch* batch) const;

  process::ExampleSchema schema_;
  std::vector<PaddingValue> padding_;
};

}  // namespace frazo::batch

#endif  // FRAZO_CORE_BATCH_PADDED_BATCH_H_
