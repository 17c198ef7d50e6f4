#ifndef FRAZO_CORE_BATCH_BATCHER_H_
#define FRAZO_CORE_BATCH_BATCHER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/batch/batch.h"
#include "core/batch/batcher_counters.h"
#include "core/process/example.h"
#include "core/sources/record_chunk.h"
#include "frazo/proto/batcher.pb.h"
#include "frazo/proto/batcher_state.pb.h"

namespace frazo::batch {

// Describes one tensor of every batch. A size that may differ from batch to batch is -1.
struct BatchTensorSpec {
  std::string name;
  process::ValueType type = process::ValueType::kInt32;
  std::vector<int64_t> shape;
};

// Makes batches of examples. The order of the examples alone decides the order of the batches. Not
// thread-safe.
//
//   for (const process::Example& example : examples) {
//     batcher->Add(example, id);
//     while (batcher->HasBatch()) Use(batcher->Take());
//   }
//   batcher->Finish();
//   while (batcher->HasBatch()) Use(batcher->Take());
class Batcher {
 public:
  // Errors name the field path, as in "buckets.length_of[1]", and what was expected there.
  static absl::StatusOr<std::unique_ptr<Batcher>> Create(const frazo::Batcher& config,
                                                         const process::ExampleSchema& schema);

  virtual ~Batcher() = default;

  // The tensors of every batch, in their order.
  virtual const std::vector<BatchTensorSpec>& tensors() const = 0;

  // The meaning of Batch::bucket for reports, such as "length <= 20"; one name if there are no
  // buckets.
  virtual const std::vector<std::string>& buckets() const = 0;

  // Copies the example; `id` names its record. HasBatch() must be false.
  virtual void Add(process::Example example, const sources::RecordId& id) = 0;

  // Ends the input: the examples held become batches, unless the configuration drops them. Another
  // call changes nothing.
  virtual void Finish() = 0;

  virtual bool HasBatch() const = 0;

  // Returns the next batch. HasBatch() must be true. Error: kResourceExhausted if there is no
  // memory for the batch; the batch then stays.
  virtual absl::StatusOr<Batch> Take() = 0;

  // Writes the state that the next batches depend on besides later examples. May be called at any
  // time, also between two batches of one Add(). `*held` gets the records of the examples that are
  // held, in the order that Restore() expects.
  virtual void Save(BatcherState* state, std::vector<sources::RecordId>* held) const = 0;

  // Restores a state into a batcher of the same configuration before its first Add(). `examples`
  // are those of the records `held`, in the same order. Errors, after which the batcher must not be
  // used: kInvalidArgument for a state of another configuration; kDataLoss if an example doesn't
  // fit where it was held, so that its record must have changed.
  virtual absl::Status Restore(const BatcherState& state, absl::Span<const sources::RecordId> held,
                               absl::Span<const process::Example> examples) = 0;

  virtual const BatcherCounters& counters() const = 0;
};

}  // namespace frazo::batch

#endif  // FRAZO_CORE_BATCH_BATCHER_H_
