#include "core/process/near_names.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace frazo::process {
namespace {

// Returns the smallest number of insertions, deletions and replacements of characters that turn
// `left` into `right`.
size_t EditDistance(std::string_view left, std::string_view right) {
  std::vector<size_t> row(right.size() + 1);
  for (size_t j = 0; j <= right.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= left.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= right.size(); ++j) {
      const size_t replaced = diagonal + (left[i - 1] != right[j - 1]);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[right.size()];
}

}  // namespace

std::string NearNames(std::string_view name, absl::Span<const std::string> known) {
  if (known.empty()) return "; there are none";
  const std::string* nearest = nullptr;
  // A name is similar if at most a third of it differs.
  size_t smallest = name.size() / 3 + 2;
  for (const std::string& candidate : known) {
    const size_t distance = EditDistance(name, candidate);
    if (distance >= smallest) continue;
    smallest = distance;
    nearest = &candidate;
  }
  const std::string all = absl::StrCat("there are: ", absl::StrJoin(known, ", "));
  if (nearest == nullptr) return absl::StrCat("; ", all);
  return absl::StrCat("; did you mean '", *nearest, "'? ", "T", all.substr(1));
}

}  // namespace frazo::process
