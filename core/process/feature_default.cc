#include "core/process/feature_default.h"

#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/status/status_macros.h"

namespace frazo::process {
namespace {

// Returns `count` numbers of type T; a single number in the configuration is repeated.
template <typename T>
absl::StatusOr<std::vector<T>> Numbers(const std::string& path,
                                       const ExampleParser::Feature& config, int64_t count) {
  std::vector<T> numbers;
  for (const double value : config.default_values()) {
    if constexpr (std::is_integral_v<T>) {
      // A double rounds the largest int64 up, so the first number above the range is used, which is
      // exact.
      const double above = std::ldexp(1.0, std::numeric_limits<T>::digits);
      const double lowest = static_cast<double>(std::numeric_limits<T>::min());
      if (!(value >= lowest && value < above) || value != std::floor(value)) {
        return absl::InvalidArgumentError(absl::StrCat(path, ".default_values: ", value,
                                                       " is not a value of type ",
                                                       FeatureType_Name(config.type())));
      }
    }
    numbers.push_back(static_cast<T>(value));
  }
  if (numbers.size() == 1) numbers.resize(count, numbers.front());
  return numbers;
}

}  // namespace

absl::StatusOr<std::optional<FeatureDefault>> FeatureDefault::Create(
    const std::string& path, const ExampleParser::Feature& config, const FeatureSpec& spec) {
  const bool is_bytes = spec.type == ValueType::kBytes;
  if (is_bytes && !config.default_values().empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ".default_values: a feature of type BYTES has default_bytes instead"));
  }
  if (!is_bytes && config.has_default_bytes()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ".default_bytes: only for BYTES; numbers have default_values"));
  }
  const int64_t given = is_bytes ? config.has_default_bytes() : config.default_values_size();
  const int64_t count = spec.is_variable() ? given : spec.value_count();
  if (given == 0 && !spec.is_variable()) return std::nullopt;
  if (spec.is_variable() && !spec.Allows(given)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, is_bytes ? ".default_bytes: " : ".default_values: ", given,
                     " values; expected ", spec.CountText(), " for ", spec.TypeText()));
  }
  if (given != 1 && given != count) {
    return absl::InvalidArgumentError(absl::StrCat(path, ".default_values: ", given,
                                                   " numbers; expected 1 or ", count, " for ",
                                                   spec.TypeText()));
  }
  FeatureDefault made;
  switch (spec.type) {
    case ValueType::kInt64: {
      FRAZO_ASSIGN_OR_RETURN(made.values_, Numbers<int64_t>(path, config, count));
      break;
    }
    case ValueType::kInt32: {
      FRAZO_ASSIGN_OR_RETURN(made.values_, Numbers<int32_t>(path, config, count));
      break;
    }
    case ValueType::kFloat32: {
      FRAZO_ASSIGN_OR_RETURN(made.values_, Numbers<float>(path, config, count));
      break;
    }
    case ValueType::kUint8: {
      FRAZO_ASSIGN_OR_RETURN(made.values_, Numbers<uint8_t>(path, config, count));
      break;
    }
    case ValueType::kBytes: {
      made.text_ = std::make_shared<const std::string>(config.default_bytes());
      made.values_ = std::vector<std::string_view>(count, *made.text_);
      break;
    }
  }
  return std::optional<FeatureDefault>(std::move(made));
}

void FeatureDefault::Write(FieldId field, RecordFields* fields) const {
  std::visit(
      [&](const auto& values) {
        using T = typename std::decay_t<decltype(values)>::value_type;
        if constexpr (std::is_same_v<T, uint8_t>) {
          fields->Refer(field, values.data(), static_cast<int64_t>(values.size()));
        } else {
          std::vector<T>& column = fields->Begin<T>(field);
          column.insert(column.end(), values.begin(), values.end());
          fields->End<T>(field);
        }
      },
      values_);
}

}  // namespace frazo::process
