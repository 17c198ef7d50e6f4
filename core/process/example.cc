#include "core/process/example.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace frazo::process {
namespace {

int64_t Product(absl::Span<const int64_t> sizes) {
  int64_t product = 1;
  for (const int64_t size : sizes) product *= size;
  return product;
}

}  // namespace

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

int64_t FeatureSpec::value_count() const { return Product(shape); }

int64_t FeatureSpec::inner_count() const {
  return is_variable() ? Product(absl::MakeConstSpan(shape).subspan(1)) : 1;
}

bool FeatureSpec::Allows(int64_t count) const {
  return is_variable() ? count % inner_count() == 0 : count == value_count();
}

std::string FeatureSpec::CountText() const {
  return is_variable() ? absl::StrCat("a multiple of ", inner_count())
                       : absl::StrCat(value_count());
}

std::string FeatureSpec::TypeText() const {
  const auto append_size = [](std::string* text, int64_t size) {
    absl::StrAppend(text, size == kAnySize ? "any" : absl::StrCat(size));
  };
  return absl::StrCat(ValueTypeName(type), "[", absl::StrJoin(shape, ", ", append_size), "]");
}

std::optional<size_t> ExampleSchema::Find(std::string_view name) const {
  for (size_t index = 0; index < features.size(); ++index) {
    if (features[index].name == name) return index;
  }
  return std::nullopt;
}

}  // namespace frazo::process
