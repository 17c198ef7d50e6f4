#include "core/process/record_fields.h"

namespace frazo::process {

void RecordFields::Reset(absl::Span<const ValueType> types) {
  if (absl::MakeConstSpan(types_) != types) {
    types_.assign(types.begin(), types.end());
    columns_.clear();
    for (const ValueType type : types) {
      switch (type) {
        case ValueType::kInt32:
          columns_.emplace_back(std::vector<int32_t>());
          break;
        case ValueType::kFloat32:
          columns_.emplace_back(std::vector<float>());
          break;
        case ValueType::kBytes:
          columns_.emplace_back(std::vector<std::string_view>());
          break;
        case ValueType::kInt64:
        case ValueType::kUint8:
          columns_.emplace_back(std::vector<int64_t>());
          break;
      }
    }
    extents_.resize(types.size());
  }
  for (Column& column : columns_) {
    std::visit([](auto& values) { values.clear(); }, column);
  }
}

void RecordFields::BeginRecord(int32_t source, uint64_t key) {
  key_ = key;
  source_ = source;
  for (Extent& extent : extents_) extent.count = kNoValues;
  filter_.reset();
  invalid_utf8_ = 0;
  truncated_ = false;
}

FeatureValues RecordFields::Locate(FieldId field, const Extent& extent) const {
  const void* const data =
      extent.outside != nullptr
          ? extent.outside
          : std::visit(
                [&](const auto& values) -> const void* { return values.data() + extent.begin; },
                columns_[field]);
  return {types_[field], data, extent.count};
}

}  // namespace frazo::process
