#ifndef FRAZO_CORE_PROCESS_EXAMPLE_H_
#define FRAZO_CORE_PROCESS_EXAMPLE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"

// Feature: a name with values of one type. Example: a value list for every feature of a schema.
namespace frazo::process {

enum class ValueType : uint8_t { kInt64, kInt32, kFloat32, kUint8, kBytes };

// "INT64", "INT32", "FLOAT32", "UINT8", "BYTES": as in the configuration.
std::string_view ValueTypeName(ValueType type);

// Bytes of one element of FeatureValues::data.
size_t ValueTypeSize(ValueType type);

// Of the tokenizer that made a feature. A special id is negative where it has none.
struct TokenIds {
  int32_t vocab_size = 0;
  int32_t unk = 0;
  int32_t sos = 0;
  int32_t eos = 0;
};

struct FeatureSpec {
  std::string name;
  ValueType type = ValueType::kInt64;
  // Sizes of the dimensions of every example ({}: one value), or nullopt: one dimension of any
  // length.
  std::optional<std::vector<int64_t>> shape;
  // Set where a tokenizer made the values.
  std::optional<TokenIds> token_ids;

  bool is_variable() const { return !shape.has_value(); }
  // Values of every example. `shape` is set.
  int64_t value_count() const;
  // "INT32[28, 28]" or "INT32[any]".
  std::string TypeText() const;
};

// What every example of a processor holds. Names are unique.
struct ExampleSchema {
  std::vector<FeatureSpec> features;

  // Index of the feature with that name; nullopt if there is none.
  std::optional<size_t> Find(std::string_view name) const;
};

// The values of one feature of one example, in memory of somebody else.
struct FeatureValues {
  ValueType type = ValueType::kInt64;
  // `count` values of `type`, without alignment for kUint8; std::string_view for kBytes. Not null
  // unless count is 0.
  const void* data = nullptr;
  int64_t count = 0;

  // `type` is the one that the name says.
  absl::Span<const int64_t> int64s() const { return Values<int64_t>(); }
  absl::Span<const int32_t> int32s() const { return Values<int32_t>(); }
  absl::Span<const float> floats() const { return Values<float>(); }
  absl::Span<const uint8_t> uint8s() const { return Values<uint8_t>(); }
  absl::Span<const std::string_view> bytes() const { return Values<std::string_view>(); }

 private:
  template <typename T>
  absl::Span<const T> Values() const {
    return {static_cast<const T*>(data), static_cast<size_t>(count)};
  }
};

// One per feature of the schema, in its order. A feature of fixed shape has value_count() values.
using Example = absl::Span<const FeatureValues>;

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_EXAMPLE_H_
