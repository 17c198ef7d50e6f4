#ifndef FRAZO_CORE_BATCH_TESTING_EXAMPLE_MAKER_H_
#define FRAZO_CORE_BATCH_TESTING_EXAMPLE_MAKER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/batch/batch.h"
#include "core/batch/batcher.h"
#include "core/process/example.h"
#include "core/sources/record_chunk.h"
#include "frazo/proto/batcher.pb.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace frazo::batch {

// A feature of the shape [any, inner_sizes...].
inline process::FeatureSpec Variable(std::string name, process::ValueType type,
                                     std::vector<int64_t> inner_sizes = {}) {
  inner_sizes.insert(inner_sizes.begin(), process::kAnySize);
  return {std::move(name), type, std::move(inner_sizes), std::nullopt, nullptr};
}

inline process::FeatureSpec Fixed(std::string name, process::ValueType type,
                                  std::vector<int64_t> shape) {
  return {std::move(name), type, std::move(shape), std::nullopt, nullptr};
}

// Keeps the values of examples alive.
class ExampleMaker {
 public:
  process::FeatureValues Int32s(std::vector<int32_t> values) {
    return Keep(process::ValueType::kInt32, &ints_, values);
  }
  process::FeatureValues Floats(std::vector<float> values) {
    return Keep(process::ValueType::kFloat32, &floats_, values);
  }
  process::FeatureValues Bytes(std::vector<std::string_view> values) {
    return Keep(process::ValueType::kBytes, &bytes_, values);
  }

  process::Example Make(std::vector<process::FeatureValues> values) {
    examples_.push_back(std::move(values));
    return examples_.back();
  }

 private:
  template <typename T>
  static process::FeatureValues Keep(process::ValueType type, std::deque<std::vector<T>>* kept,
                                     std::vector<T> values) {
    kept->push_back(std::move(values));
    return {type, kept->back().data(), static_cast<int64_t>(kept->back().size())};
  }

  std::deque<std::vector<int32_t>> ints_;
  std::deque<std::vector<float>> floats_;
  std::deque<std::vector<std::string_view>> bytes_;
  std::deque<std::vector<process::FeatureValues>> examples_;
};

inline sources::RecordId Id(int64_t number) {
  sources::RecordId id;
  id.position.record = number;
  return id;
}

inline frazo::Batcher ParseBatcher(const std::string& text) {
  frazo::Batcher config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config)) << text;
  return config;
}

inline absl::Status BatcherError(const std::string& text, const process::ExampleSchema& schema) {
  return Batcher::Create(ParseBatcher(text), schema).status();
}

inline std::unique_ptr<Batcher> MakeBatcher(const std::string& text,
                                            const process::ExampleSchema& schema) {
  absl::StatusOr<std::unique_ptr<Batcher>> batcher = Batcher::Create(ParseBatcher(text), schema);
  EXPECT_TRUE(batcher.ok()) << batcher.status();
  return *std::move(batcher);
}

// Takes all batches that are ready.
inline std::vector<Batch> TakeAll(Batcher* batcher) {
  std::vector<Batch> batches;
  while (batcher->HasBatch()) {
    absl::StatusOr<Batch> batch = batcher->Take();
    EXPECT_TRUE(batch.ok()) << batch.status();
    batches.push_back(*std::move(batch));
  }
  return batches;
}

template <typename T>
std::vector<T> Elements(const Batch& batch, std::string_view name) {
  const BatchTensor* const tensor = batch.Find(name);
  EXPECT_NE(tensor, nullptr) << name;
  return {tensor->data<T>(), tensor->data<T>() + tensor->element_count()};
}

inline std::vector<std::string> Strings(const Batch& batch, std::string_view name) {
  const BatchTensor* const tensor = batch.Find(name);
  EXPECT_NE(tensor, nullptr) << name;
  std::vector<std::string> strings;
  for (int64_t index = 0; index < tensor->element_count(); ++index) {
    strings.emplace_back(tensor->string(index));
  }
  return strings;
}

inline std::vector<int64_t> Shape(const Batch& batch, std::string_view name) {
  const BatchTensor* const tensor = batch.Find(name);
  EXPECT_NE(tensor, nullptr) << name;
  return tensor->shape;
}

}  // namespace frazo::batch

#endif  // FRAZO_CORE_BATCH_TESTING_EXAMPLE_MAKER_H_
