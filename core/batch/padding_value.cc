#include "core/batch/padding_value.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/process/near_names.h"
#include "core/status/status_macros.h"

namespace frazo::batch {
namespace {

// Returns nullopt if T can't represent the number.
template <typename T>
std::optional<PaddingValue> Convert(double value) {
  if constexpr (std::is_integral_v<T>) {
    // A double rounds the largest int64 up, so the first number above the range is used, which is
    // exact.
    const double above = std::ldexp(1.0, std::numeric_limits<T>::digits);
    const double lowest = static_cast<double>(std::numeric_limits<T>::min());
    if (!(value >= lowest && value < above) || value != std::floor(value)) return std::nullopt;
  }
  return PaddingValue::Of(static_cast<T>(value));
}

std::optional<PaddingValue> Convert(process::ValueType type, double value) {
  switch (type) {
    case process::ValueType::kInt64:
      return Convert<int64_t>(value);
    case process::ValueType::kInt32:
      return Convert<int32_t>(value);
    case process::ValueType::kFloat32:
      return Convert<float>(value);
    case process::ValueType::kUint8:
      return Convert<uint8_t>(value);
    case process::ValueType::kBytes:
      break;
  }
  return std::nullopt;
}

absl::Status CheckName(const std::string& path, const std::string& name,
                       const process::ExampleSchema& schema) {
  const std::optional<size_t> found = schema.Find(name);
  if (!found.has_value()) {
    std::vector<std::string> names;
    for (const process::FeatureSpec& spec : schema.features) names.push_back(spec.name);
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": there is no feature '", name, "'", process::NearNames(name, names)));
  }
  const process::FeatureSpec& spec = schema.features[*found];
  if (spec.is_variable() && spec.type != process::ValueType::kBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(path, ": feature '", name, "' is ",
                                                 spec.TypeText(),
                                                 "; only numbers of any length are padded"));
}

}  // namespace

template <typename T>
PaddingValue PaddingValue::Of(T value) {
  PaddingValue made(sizeof(T));
  std::memcpy(made.bytes_.data(), &value, sizeof(T));
  return made;
}

char* PaddingValue::Fill(char* target, int64_t count) const {
  const size_t bytes = count * size_;
  const auto is_zero = [](char byte) { return byte == 0; };
  if (std::all_of(bytes_.begin(), bytes_.end(), is_zero)) {
    std::memset(target, 0, bytes);
    return target + bytes;
  }
  for (int64_t index = 0; index < count; ++index) {
    std::memcpy(target, bytes_.data(), size_);
    target += size_;
  }
  return target;
}

absl::StatusOr<std::vector<PaddingValue>> MakePaddingValues(const frazo::Batcher& config,
                                                            const process::ExampleSchema& schema) {
  // Ordered by name, so that the same configuration always gives the same error.
  const std::map<std::string, double> by_name(config.padding_values().begin(),
                                              config.padding_values().end());
  for (const auto& [name, value] : by_name) {
    FRAZO_RETURN_IF_ERROR(CheckName(absl::StrCat("padding_values['", name, "']"), name, schema));
  }
  std::vector<PaddingValue> made;
  for (const process::FeatureSpec& spec : schema.features) {
    const auto found = by_name.find(spec.name);
    if (found == by_name.end()) {
      made.emplace_back(process::ValueTypeSize(spec.type));
      continue;
    }
    const std::optional<PaddingValue> converted = Convert(spec.type, found->second);
    if (!converted.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat("padding_values['", spec.name, "']: ", found->second,
                       " is not a value of type ", process::ValueTypeName(spec.type)));
    }
    made.push_back(*converted);
  }
  return made;
}

}  // namespace frazo::batch
