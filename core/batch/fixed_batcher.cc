#include "core/batch/fixed_batcher.h"

#include <cstddef>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/batch/state_check.h"
#include "core/status/status_macros.h"

namespace frazo::batch {

FixedBatcher::FixedBatcher(const frazo::FixedBatcher& config, const process::ExampleSchema& schema,
                           PaddedBatchMaker maker)
    : batch_size_(config.batch_size()),
      drop_remainder_(config.drop_remainder()),
      maker_(std::move(maker)),
      tensors_(maker_.Tensors(drop_remainder_ ? batch_size_ : -1)),
      buckets_({"all"}),
      widths_(schema.features.size()),
      examples_(schema) {}

absl::StatusOr<std::unique_ptr<Batcher>> FixedBatcher::Create(
    const frazo::Batcher& config, const process::ExampleSchema& schema) {
  if (config.fixed().batch_size() < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("fixed.batch_size: ", config.fixed().batch_size(), "; expected at least 1"));
  }
  FRAZO_ASSIGN_OR_RETURN(PaddedBatchMaker maker, PaddedBatchMaker::Create(config, schema));
  return absl::WrapUnique(new FixedBatcher(config.fixed(), schema, std::move(maker)));
}

void FixedBatcher::Add(process::Example example, const sources::RecordId& id) {
  ++counters_.examples;
  examples_.Add(example, id);
  is_due_ = examples_.size() >= batch_size_;
}

void FixedBatcher::Finish() {
  if (is_due_ || examples_.size() == 0) return;
  if (drop_remainder_) {
    counters_.dropped_at_end += examples_.size();
    examples_.Clear();
  } else {
    is_due_ = true;
  }
}

absl::StatusOr<Batch> FixedBatcher::Take() {
  FRAZO_ASSIGN_OR_RETURN(Batch batch, maker_.Make(examples_, widths_));
  examples_.Clear();
  is_due_ = false;
  return batch;
}

void FixedBatcher::Save(BatcherState* state, std::vector<sources::RecordId>* held) const {
  state->Clear();
  counters_.Save(state);
  state->add_held(static_cast<int32_t>(examples_.size()));
  if (is_due_) state->add_due(0);
  *held = examples_.ids();
}

absl::Status FixedBatcher::Restore(const BatcherState& state,
                                   absl::Span<const sources::RecordId> held,
                                   absl::Span<const process::Example> examples) {
  FRAZO_RETURN_IF_ERROR(CheckState(state, held.size(), examples.size()));
  FRAZO_RETURN_IF_ERROR(CheckGroups(state, 1, "batches at work"));
  if (state.held(0) > batch_size_) {
    return absl::InvalidArgumentError(absl::StrCat("batcher state: it holds ", state.held(0),
                                                   " records; fixed.batch_size is ", batch_size_));
  }
  counters_ = BatcherCounters::Restore(state);
  for (size_t index = 0; index < held.size(); ++index) examples_.Add(examples[index], held[index]);
  is_due_ = !state.due().empty();
  return absl::OkStatus();
}

}  // namespace frazo::batch
