#include "core/batch/bucket_batcher.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/batch/state_check.h"
#include "core/process/near_names.h"
#include "core/status/status_macros.h"

namespace frazo::batch {
namespace {

absl::StatusOr<std::vector<size_t>> FindLengthFeatures(const frazo::BucketBatcher& config,
                                                       const process::ExampleSchema& schema) {
  if (config.length_of().empty()) {
    return absl::InvalidArgumentError(
        "buckets.length_of: name at least one feature whose length decides the bucket");
  }
  std::vector<size_t> features;
  for (int index = 0; index < config.length_of_size(); ++index) {
    const std::string& name = config.length_of(index);
    const std::string path = absl::StrCat("buckets.length_of[", index, "]");
    const std::optional<size_t> found = schema.Find(name);
    if (!found.has_value()) {
      std::vector<std::string> names;
      for (const process::FeatureSpec& spec : schema.features) names.push_back(spec.name);
      return absl::InvalidArgumentError(absl::StrCat(path, ": there is no feature '", name, "'",
                                                     process::NearNames(name, names)));
    }
    const process::FeatureSpec& spec = schema.features[*found];
    if (!spec.is_variable()) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ": feature '", name, "' is ", spec.TypeText(), "; expected one of any length"));
    }
    features.push_back(*found);
  }
  return features;
}

absl::Status CheckBounds(const frazo::BucketBatcher& config) {
  if (config.bounds().empty()) {
    return absl::InvalidArgumentError("buckets.bounds: give the largest length of each bucket");
  }
  int64_t previous = 0;
  for (int index = 0; index < config.bounds_size(); ++index) {
    const int64_t bound = config.bounds(index);
    if (bound <= previous) {
      return absl::InvalidArgumentError(
          absl::StrCat("buckets.bounds[", index, "]: ", bound, "; expected more than ", previous));
    }
    previous = bound;
  }
  return absl::OkStatus();
}

// Returns the number of examples in a full batch, for each bucket.
absl::StatusOr<std::vector<int64_t>> Limits(const frazo::BucketBatcher& config) {
  std::vector<int64_t> limits;
  switch (config.size_case()) {
    case frazo::BucketBatcher::kLimits: {
      const auto& examples = config.limits().examples();
      if (examples.size() != 1 && examples.size() != config.bounds_size()) {
        return absl::InvalidArgumentError(
            absl::StrCat("buckets.limits.examples: ", examples.size(), " limits; expected 1, or ",
                         config.bounds_size(), " as there are bounds"));
      }
      for (int index = 0; index < config.bounds_size(); ++index) {
        limits.push_back(examples.Get(examples.size() == 1 ? 0 : index));
      }
      break;
    }
    case frazo::BucketBatcher::kTokens:
      if (config.tokens() < 1) {
        return absl::InvalidArgumentError(
            absl::StrCat("buckets.tokens: ", config.tokens(), "; expected at least 1"));
      }
      for (const int64_t bound : config.bounds()) {
        limits.push_back(std::max(int64_t{1}, config.tokens() / bound));
      }
      break;
    case frazo::BucketBatcher::SIZE_NOT_SET:
      return absl::InvalidArgumentError("buckets.size: not set; expected one of limits, tokens");
  }
  const int64_t smallest = *std::min_element(limits.begin(), limits.end());
  if (smallest >= 1) return limits;
  return absl::InvalidArgumentError(
      absl::StrCat("buckets.limits.examples: ", smallest, "; expected at least 1"));
}

}  // namespace

BucketBatcher::BucketBatcher(const frazo::BucketBatcher& config, PaddedBatchMaker maker,
                             const std::vector<size_t>& length_of, std::vector<Bucket> buckets)
    : drop_remainder_(config.drop_remainder()),
      flush_every_examples_(config.flush_every_examples()),
      maker_(std::move(maker)),
      tensors_(maker_.Tensors(-1)),
      buckets_(std::move(buckets)) {
  for (const size_t feature : length_of) {
    length_of_.push_back({feature, buckets_.front().examples.column(feature).inner_count});
  }
  for (const Bucket& bucket : buckets_) {
    names_.push_back(absl::StrCat("length <= ", bucket.bound));
  }
}

absl::StatusOr<std::unique_ptr<Batcher>> BucketBatcher::Create(
    const frazo::Batcher& config, const process::ExampleSchema& schema) {
  const frazo::BucketBatcher& own = config.buckets();
  FRAZO_ASSIGN_OR_RETURN(std::vector<size_t> length_of, FindLengthFeatures(own, schema));
  FRAZO_RETURN_IF_ERROR(CheckBounds(own));
  FRAZO_ASSIGN_OR_RETURN(const std::vector<int64_t> limits, Limits(own));
  if (own.flush_every_examples() < 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "buckets.flush_every_examples: ", own.flush_every_examples(), "; expected at least 0"));
  }
  FRAZO_ASSIGN_OR_RETURN(PaddedBatchMaker maker, PaddedBatchMaker::Create(config, schema));
  std::vector<Bucket> buckets;
  for (int index = 0; index < own.bounds_size(); ++index) {
    std::vector<std::optional<int64_t>> widths(schema.features.size());
    if (own.pad_to_bound()) {
      for (const size_t feature : length_of) widths[feature] = own.bounds(index);
    }
    buckets.push_back(
        {own.bounds(index), limits[index], std::move(widths), ExampleStore(schema), false});
  }
  return absl::WrapUnique(new BucketBatcher(own, std::move(maker), length_of, std::move(buckets)));
}

BucketBatcher::Bucket* BucketBatcher::Choose(process::Example example) {
  int64_t length = 0;
  for (const LengthFeature& feature : length_of_) {
    length = std::max(length, example[feature.index].count / feature.inner_count);
  }
  const auto found =
      std::lower_bound(buckets_.begin(), buckets_.end(), length,
                       [](const Bucket& bucket, int64_t wanted) { return bucket.bound < wanted; });
  return found == buckets_.end() ? nullptr : &*found;
}

void BucketBatcher::Add(process::Example example, const sources::RecordId& id) {
  ++counters_.examples;
  Bucket* const bucket = Choose(example);
  if (bucket == nullptr) {
    ++counters_.too_long;
    return;
  }
  bucket->examples.Add(example, id);
  if (bucket->examples.size() >= bucket->limit) bucket->is_due = true;
  if (flush_every_examples_ == 0 || ++examples_since_flush_ < flush_every_examples_) return;
  examples_since_flush_ = 0;
  MarkAllDue();
}

void BucketBatcher::MarkAllDue() {
  for (Bucket& bucket : buckets_) bucket.is_due = bucket.examples.size() > 0;
}

void BucketBatcher::Finish() {
  if (!drop_remainder_) return MarkAllDue();
  for (Bucket& bucket : buckets_) {
    if (bucket.is_due) continue;
    counters_.dropped_at_end += bucket.examples.size();
    bucket.examples.Clear();
  }
}

bool BucketBatcher::HasBatch() const {
  return std::any_of(buckets_.begin(), buckets_.end(),
                     [](const Bucket& bucket) { return bucket.is_due; });
}

absl::StatusOr<Batch> BucketBatcher::Take() {
  const auto bucket = std::find_if(buckets_.begin(), buckets_.end(),
                                   [](const Bucket& candidate) { return candidate.is_due; });
  FRAZO_ASSIGN_OR_RETURN(Batch batch, maker_.Make(bucket->examples, bucket->widths));
  batch.bucket = static_cast<int32_t>(bucket - buckets_.begin());
  bucket->examples.Clear();
  bucket->is_due = false;
  return batch;
}

void BucketBatcher::Save(BatcherState* state, std::vector<sources::RecordId>* held) const {
  state->Clear();
  counters_.Save(state);
  state->set_examples_since_flush(examples_since_flush_);
  held->clear();
  for (size_t index = 0; index < buckets_.size(); ++index) {
    const Bucket& bucket = buckets_[index];
    const std::vector<sources::RecordId>& ids = bucket.examples.ids();
    held->insert(held->end(), ids.begin(), ids.end());
    state->add_held(static_cast<int32_t>(ids.size()));
    if (bucket.is_due) state->add_due(static_cast<int32_t>(index));
  }
}

absl::Status BucketBatcher::Restore(const BatcherState& state,
                                    absl::Span<const sources::RecordId> held,
                                    absl::Span<const process::Example> examples) {
  FRAZO_RETURN_IF_ERROR(CheckState(state, held.size(), examples.size()));
  FRAZO_RETURN_IF_ERROR(CheckGroups(state, static_cast<int64_t>(buckets_.size()), "buckets"));
  size_t next = 0;
  for (int group = 0; group < state.held_size(); ++group) {
    for (int32_t count = 0; count < state.held(group); ++count, ++next) {
      Bucket* const bucket = Choose(examples[next]);
      if (bucket != &buckets_[group]) return RecordChanged(held[next]);
      bucket->examples.Add(examples[next], held[next]);
    }
  }
  for (const int32_t due : state.due()) buckets_[due].is_due = true;
  examples_since_flush_ = state.examples_since_flush();
  counters_ = BatcherCounters::Restore(state);
  return absl::OkStatus();
}

}  // namespace frazo::batch
