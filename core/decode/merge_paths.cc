#include "core/decode/merge_paths.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "absl/types/span.h"

namespace frazo::decode {
namespace {

// The tokens of an extension without blanks.
class Labels {
 public:
  Labels(const TokenRules& rules, int32_t eoc_id, const Extension& extension)
      : before_(rules.Labels(extension.row)),
        last_(extension.token),
        size_(before_.size() + (last_ == eoc_id ? 0 : 1)) {}

  // Returns a negative number, 0 or a positive number if these labels are before, equal to or after
  // the others in some total order.
  int Compare(const Labels& other) const {
    if (size_ != other.size_) return size_ < other.size_ ? -1 : 1;
    for (size_t i = 0; i < size_; ++i) {
      if (At(i) != other.At(i)) return At(i) < other.At(i) ? -1 : 1;
    }
    return 0;
  }

 private:
  int32_t At(size_t i) const { return i < before_.size() ? before_[i] : last_; }

  absl::Span<const int32_t> before_;
  int32_t last_;
  size_t size_;
};

}  // namespace

void MergePaths(const TokenRules& rules, int32_t eoc_id, std::vector<Extension>* extensions) {
  const auto labels = [&](const Extension& extension) { return Labels(rules, eoc_id, extension); };
  std::sort(extensions->begin(), extensions->end(),
            [&](const Extension& left, const Extension& right) {
              const int order = labels(left).Compare(labels(right));
              return order != 0 ? order < 0 : IsBetter(left, right);
            });
  auto kept = extensions->begin();
  for (auto first = extensions->begin(); first != extensions->end();) {
    // Relative to the probability of the best one.
    double probability = 1;
    auto next = first + 1;
    for (; next != extensions->end() && labels(*next).Compare(labels(*first)) == 0; ++next) {
      probability += std::exp(static_cast<double>(next->total) - first->total);
    }
    *kept = *first;
    kept->total += static_cast<float>(std::log(probability));
    ++kept;
    first = next;
  }
  extensions->erase(kept, extensions->end());
}

}  // namespace frazo::decode
