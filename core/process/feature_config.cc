#include "core/process/feature_config.h"

#include "absl/strings/str_cat.h"

namespace frazo::process {

absl::StatusOr<ValueType> ValueTypeOf(std::string_view path, FeatureType type) {
  switch (type) {
    case INT64:
      return ValueType::kInt64;
    case FLOAT32:
      return ValueType::kFloat32;
    case BYTES:
      return ValueType::kBytes;
    case INT32:
      return ValueType::kInt32;
    case UINT8:
      return ValueType::kUint8;
    default:
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": ", static_cast<int>(type),
                       " is not a type; expected INT64, FLOAT32, BYTES, INT32 or UINT8"));
  }
}

absl::StatusOr<std::vector<int64_t>> ShapeOf(std::string_view path, const FeatureShape& shape) {
  constexpr int64_t kMostValues = int64_t{1} << 40;
  int64_t product = 1;
  for (int index = 0; index < shape.sizes_size(); ++index) {
    const int64_t size = shape.sizes(index);
    if (size == kAnySize) {
      if (index == 0) continue;
      return absl::InvalidArgumentError(
          absl::StrCat(path, ".sizes[", index, "]: ", kAnySize,
                       "; only the first dimension may be of any length; give this one a size"));
    }
    if (size < 1 || size > kMostValues / product) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ".sizes: ", size, "; expected at least 1, and at most 2^40 values in all"));
    }
    product *= size;
  }
  return std::vector<int64_t>(shape.sizes().begin(), shape.sizes().end());
}

}  // namespace frazo::process
