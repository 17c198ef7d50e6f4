#include "core/process/tf_example_features.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace frazo::process {
namespace {

std::pair<size_t, std::string_view> NameOrder(std::string_view name) { return {name.size(), name}; }

}  // namespace

std::string_view TfExampleListName(TfExampleList list) {
  switch (list) {
    case TfExampleList::kBytes:
      return "bytes_list";
    case TfExampleList::kFloat:
      return "float_list";
    case TfExampleList::kInt64:
      return "int64_list";
    case TfExampleList::kNone:
      break;
  }
  return "no list";
}

TfExampleList TfExampleFeature::list() const {
  switch (spec.type) {
    case ValueType::kInt64:
    case ValueType::kInt32:
      return TfExampleList::kInt64;
    case ValueType::kFloat32:
      return TfExampleList::kFloat;
    case ValueType::kBytes:
    case ValueType::kUint8:
      return TfExampleList::kBytes;
  }
  return TfExampleList::kNone;
}

TfExampleFeatures::TfExampleFeatures(std::vector<TfExampleFeature> features)
    : features_(std::move(features)) {
  std::sort(features_.begin(), features_.end(), [](const auto& left, const auto& right) {
    return NameOrder(left.spec.name) < NameOrder(right.spec.name);
  });
}

const TfExampleFeature* TfExampleFeatures::Find(std::string_view name) const {
  const auto found = std::lower_bound(features_.begin(), features_.end(), NameOrder(name),
                                      [](const TfExampleFeature& feature, const auto& order) {
                                        return NameOrder(feature.spec.name) < order;
                                      });
  if (found == features_.end() || found->spec.name != name) return nullptr;
  return &*found;
}

}  // namespace frazo::process
