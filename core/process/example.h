#ifndef FRAZO_CORE_PROCESS_EXAMPLE_H_
#define FRAZO_CORE_PROCESS_EXAMPLE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
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

// The ids of the tokenizer that made a feature. A special id is negative where it has none.
struct TokenIds {
  int32_t vocab_size = 0;
  int32_t unk = 0;
  int32_t sos = 0;
  int32_t eos = 0;
};

struct TextEncoding;

// A size in a shape that differs from example to example.
inline constexpr int64_t kAnySize = -1;

struct FeatureSpec {
  std::string name;
  ValueType type = ValueType::kInt64;
  // Sizes of the dimensions of every example; {}: one value. Only the first one may be kAnySize;
  // the size that an example has there is its length.
  std::vector<int64_t> shape = {kAnySize};
  // Set where a tokenizer made the values.
  std::optional<TokenIds> token_ids;
  // How a text becomes the values; null where no tokenizer made them.
  std::shared_ptr<const TextEncoding> text;

  bool is_variable() const { return !shape.empty() && shape.front() == kAnySize; }
  // Values of every example. Not for a variable shape.
  int64_t value_count() const;
  // Values of an example for each unit of its length: 80 for [any, 80]. 1 for a fixed shape.
  int64_t inner_count() const;
  // Whether an example may have so many values.
  bool Allows(int64_t count) const;
  // The number of values that Allows() expects: "784" or "a multiple of 80".
  std::string CountText() const;
  // "INT32[28, 28]", "INT32[any]" or "FLOAT32[any, 80]".
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

  // T: the C++ type of `type`.
  template <typename T>
  absl::Span<const T> As() const {
    return {static_cast<const T*>(data), static_cast<size_t>(count)};
  }
};

// One per feature of the schema, in its order. FeatureSpec::Allows() the number of its values.
using Example = absl::Span<const FeatureValues>;

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_EXAMPLE_H_
