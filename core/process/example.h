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

// Feature: a name with values of one type.
// Example: a list of values for every feature of a schema.
namespace frazo::process {

enum class ValueType : uint8_t { kInt64, kInt32, kFloat32, kUint8, kBytes };

// Returns "INT64", "INT32", "FLOAT32", "UINT8" or "BYTES", as in the configuration.
std::string_view ValueTypeName(ValueType type);

// The number of bytes of an element of FeatureValues::data.
size_t ValueTypeSize(ValueType type);

// The special ids of the tokenizer that made a feature. An id that the tokenizer lacks is negative.
struct TokenIds {
  int32_t vocab_size = 0;
  int32_t unk = 0;
  int32_t sos = 0;
  int32_t eos = 0;
};

struct TextEncoding;

// Stands for a size that differs from example to example.
inline constexpr int64_t kAnySize = -1;

struct FeatureSpec {
  std::string name;
  ValueType type = ValueType::kInt64;
  // The sizes of the dimensions of every example; {} for a single value. Only the first may be
  // kAnySize; an example's size there is its length.
  std::vector<int64_t> shape = {kAnySize};
  // Set if a tokenizer made the values.
  std::optional<TokenIds> token_ids;
  // Describes how a text becomes the values; null unless a tokenizer made them.
  std::shared_ptr<const TextEncoding> text;

  bool is_variable() const { return !shape.empty() && shape.front() == kAnySize; }
  // The number of values of every example. Not for a variable shape.
  int64_t value_count() const;
  // The number of values for each unit of an example's length: 80 for [any, 80]. 1 for a fixed
  // shape.
  int64_t inner_count() const;
  // Whether an example may have `count` values.
  bool Allows(int64_t count) const;
  // Describes the numbers that Allows() accepts: "784" or "a multiple of 80".
  std::string CountText() const;
  // Describes type and shape: "INT32[28, 28]", "INT32[any]" or "FLOAT32[any, 80]".
  std::string TypeText() const;
};

// The features of every example of a processor. Their names are unique.
struct ExampleSchema {
  std::vector<FeatureSpec> features;

  // Returns the index of the feature with that name; nullopt if there is none.
  std::optional<size_t> Find(std::string_view name) const;
};

// The values of one feature of one example. Does not own them.
struct FeatureValues {
  ValueType type = ValueType::kInt64;
  // `count` values of `type`; std::string_view for kBytes. kUint8 values may be unaligned. Not null
  // unless count is 0.
  const void* data = nullptr;
  int64_t count = 0;

  // T: the C++ type of `type`.
  template <typename T>
  absl::Span<const T> As() const {
    return {static_cast<const T*>(data), static_cast<size_t>(count)};
  }
};

// The values of each feature of the schema, in its order. FeatureSpec::Allows() accepts their
// counts.
using Example = absl::Span<const FeatureValues>;

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_EXAMPLE_H_
