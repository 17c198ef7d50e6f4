#include "core/batch/padded_batch.h"

#include <cstddef>
#include <cstring>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "core/batch/tensor_memory.h"
#include "core/status/status_macros.h"

namespace frazo::batch {
namespace {

std::string LengthName(const process::FeatureSpec& spec) {
  return absl::StrCat(spec.name, "_length");
}

// Returns [batch, width, inner sizes...] or [batch, shape...].
std::vector<int64_t> TensorShape(const process::FeatureSpec& spec, int64_t batch_size,
                                 int64_t width) {
  std::vector<int64_t> shape = {batch_size};
  shape.insert(shape.end(), spec.shape.begin(), spec.shape.end());
  if (spec.is_variable()) shape[1] = width;
  return shape;
}

// Copies `bytes` bytes; if that is 0, both pointers may be null.
char* Append(char* target, const char* source, size_t bytes) {
  if (bytes != 0) std::memcpy(target, source, bytes);
  return target + bytes;
}

}  // namespace

absl::StatusOr<PaddedBatchMaker> PaddedBatchMaker::Create(const frazo::Batcher& config,
                                                          const process::ExampleSchema& schema) {
  for (const process::FeatureSpec& spec : schema.features) {
    if (!spec.is_variable() || !schema.Find(LengthName(spec)).has_value()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("batcher: the lengths of feature '", spec.name, "' are to be '",
                     LengthName(spec), "', which is a feature already; drop or rename that one"));
  }
  FRAZO_ASSIGN_OR_RETURN(std::vector<PaddingValue> padding, MakePaddingValues(config, schema));
  return PaddedBatchMaker(schema, std::move(padding));
}

std::vector<BatchTensorSpec> PaddedBatchMaker::Tensors(int64_t batch_size) const {
  std::vector<BatchTensorSpec> tensors;
  for (const process::FeatureSpec& spec : schema_.features) {
    tensors.push_back({spec.name, spec.type, TensorShape(spec, batch_size, -1)});
    if (spec.is_variable())
      tensors.push_back({LengthName(spec), process::ValueType::kInt32, {batch_size}});
  }
  return tensors;
}

absl::StatusOr<Batch> PaddedBatchMaker::Make(
    const ExampleStore& examples, const std::vector<std::optional<int64_t>>& widths) const {
  Batch batch;
  batch.examples = examples.size();
  batch.record_numbers.reserve(examples.size());
  for (const sources::RecordId& id : examples.ids()) batch.record_numbers.push_back(id.number);
  for (size_t feature = 0; feature < schema_.features.size(); ++feature) {
    const process::FeatureSpec& spec = schema_.features[feature];
    const ExampleStore::Column& column = examples.column(feature);
    const int64_t width = widths[feature].value_or(column.longest);
    const int32_t tensor = static_cast<int32_t>(batch.tensors.size());
    FRAZO_RETURN_IF_ERROR(spec.type == process::ValueType::kBytes
                              ? AddStrings(examples, feature, width, &batch)
                              : AddNumbers(examples, feature, width, &batch));
    if (!spec.is_variable()) continue;
    const int64_t real = std::accumulate(column.counts.begin(), column.counts.end(), int64_t{0});
    batch.padding.push_back(
        {tensor, real * column.inner_count, (examples.size() * width - real) * column.inner_count});
    FRAZO_RETURN_IF_ERROR(AddLengths(examples, feature, &batch));
  }
  return batch;
}

absl::Status PaddedBatchMaker::AddNumbers(const ExampleStore& examples, size_t feature,
                                          int64_t width, Batch* batch) const {
  const process::FeatureSpec& spec = schema_.features[feature];
  const ExampleStore::Column& column = examples.column(feature);
  FRAZO_ASSIGN_OR_RETURN(
      BatchTensor tensor,
      AllocateNumbers(spec.name, spec.type, TensorShape(spec, examples.size(), width)));
  char* target = tensor.memory.get();
  const char* source = column.bytes.data();
  if (spec.is_variable()) {
    const size_t unit_size = process::ValueTypeSize(spec.type) * column.inner_count;
    for (const int64_t count : column.counts) {
      target = Append(target, source, count * unit_size);
      source += count * unit_size;
      target = padding_[feature].Fill(target, (width - count) * column.inner_count);
    }
  } else {
    Append(target, source, column.bytes.size());
  }
  batch->tensors.push_back(std::move(tensor));
  return absl::OkStatus();
}

absl::Status PaddedBatchMaker::AddStrings(const ExampleStore& examples, size_t feature,
                                          int64_t width, Batch* batch) const {
  const process::FeatureSpec& spec = schema_.features[feature];
  const ExampleStore::Column& column = examples.column(feature);
  const int64_t bytes = static_cast<int64_t>(column.bytes.size());
  FRAZO_ASSIGN_OR_RETURN(
      BatchTensor tensor,
      AllocateStrings(spec.name, TensorShape(spec, examples.size(), width), bytes));
  int64_t* offset = reinterpret_cast<int64_t*>(tensor.memory.get());
  const int64_t* length = column.lengths.data();
  *offset = 0;
  for (const int64_t count : column.counts) {
    const int64_t real = count * column.inner_count;
    const int64_t row = spec.is_variable() ? width * column.inner_count : count;
    for (int64_t index = 0; index < row; ++index, ++offset) {
      // A padding value is the empty string.
      offset[1] = offset[0] + (index < real ? *length++ : 0);
    }
  }
  Append(reinterpret_cast<char*>(offset + 1), column.bytes.data(), bytes);
  batch->tensors.push_back(std::move(tensor));
  return absl::OkStatus();
}

absl::Status PaddedBatchMaker::AddLengths(const ExampleStore& examples, size_t feature,
                                          Batch* batch) const {
  FRAZO_ASSIGN_OR_RETURN(BatchTensor tensor,
                         AllocateNumbers(LengthName(schema_.features[feature]),
                                         process::ValueType::kInt32, {examples.size()}));
  int32_t* length = reinterpret_cast<int32_t*>(tensor.memory.get());
  for (const int64_t count : examples.column(feature).counts) {
    *length++ = static_cast<int32_t>(count);
  }
  batch->tensors.push_back(std::move(tensor));
  return absl::OkStatus();
}

}  // namespace frazo::batch
