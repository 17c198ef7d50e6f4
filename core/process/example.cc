#include "core/process/example.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace frazo::process {

std::string_view ValueTypeName(ValueType type) {
  switch (type) {
    case ValueType::kInt64:
      return "INT64";
    case ValueType::kInt32:
      return "INT32";
    case ValueType::kFloat32:
      return "FLOAT32";
    case ValueType::kUint8:
      return "UINT8";
    case ValueType::kBytes:
      return "BYTES";
  }
  return "unknown type";
}

size_t ValueTypeSize(ValueType type) {
  switch (type) {
    case ValueType::kInt64:
      return 8;
    case ValueType::kInt32:
    case ValueType::kFloat32:
      return 4;
    case ValueType::kUint8:
      return 1;
    case ValueType::kBytes:
      break;
  }
  return sizeof(std::string_view);
}

int64_t FeatureSpec::value_count() const {
  int64_t count = 1;
  for (const int64_t size : *shape) count *= size;
  return count;
}

std::string FeatureSpec::TypeText() const {
  if (is_variable()) return absl::StrCat(ValueTypeName(type), "[any]");
  return absl::StrCat(ValueTypeName(type), "[", absl::StrJoin(*shape, ", "), "]");
}

std::optional<size_t> ExampleSchema::Find(std::string_view name) const {
  for (size_t index = 0; index < features.size(); ++index) {
    if (features[index].name == name) return index;
  }
  return std::nullopt;
}

}  // namespace frazo::process
