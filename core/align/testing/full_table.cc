#include "core/align/testing/full_table.h"

#include <algorithm>
#include <cstddef>

namespace frazo::align {
namespace {

using Ids = std::vector<int32_t>;

// [reference + 1][hypothesis + 1]: the fewest errors between the starts of so many units.
std::vector<std::vector<int64_t>> Distances(const Ids& reference, const Ids& hypothesis) {
  std::vector<std::vector<int64_t>> distances(reference.size() + 1,
                                              std::vector<int64_t>(hypothesis.size() + 1));
  for (size_t i = 0; i <= reference.size(); ++i) {
    for (size_t j = 0; j <= hypothesis.size(); ++j) {
      if (i == 0 || j == 0) {
        distances[i][j] = static_cast<int64_t>(i + j);
        continue;
      }
      const int64_t differs = reference[i - 1] == hypothesis[j - 1] ? 0 : 1;
      distances[i][j] = std::min(
          {distances[i - 1][j] + 1, distances[i][j - 1] + 1, distances[i - 1][j - 1] + differs});
    }
  }
  return distances;
}

// Walks back through the table of what neither starts nor ends alike; the edits are back to front.
std::vector<Edit> WalkBack(const Ids& reference, const Ids& hypothesis) {
  const auto distances = Distances(reference, hypothesis);
  std::vector<Edit> edits;
  size_t i = reference.size(), j = hypothesis.size();
  while (i > 0 || j > 0) {
    const int64_t here = distances[i][j];
    const bool equal = i > 0 && j > 0 && reference[i - 1] == hypothesis[j - 1];
    if (i > 0 && distances[i - 1][j] + 1 == here) {
      edits.push_back(Edit::kDeletion);
      --i;
    } else if (i > 0 && j > 0 && !equal && distances[i - 1][j - 1] + 1 == here) {
      edits.push_back(Edit::kSubstitution);
      --i, --j;
    } else if (j > 0 && distances[i][j - 1] + 1 == here) {
      edits.push_back(Edit::kInsertion);
      --j;
    } else {
      edits.push_back(Edit::kMatch);
      --i, --j;
    }
  }
  return edits;
}

}  // namespace

std::vector<Edit> AlignByFullTable(const Ids& reference, const Ids& hypothesis) {
  const size_t shorter = std::min(reference.size(), hypothesis.size());
  size_t start = 0;
  while (start < shorter && reference[start] == hypothesis[start]) ++start;
  size_t end = 0;
  while (end < shorter - start &&
         reference[reference.size() - 1 - end] == hypothesis[hypothesis.size() - 1 - end]) {
    ++end;
  }
  const std::vector<Edit> back_to_front =
      WalkBack(Ids(reference.begin() + start, reference.end() - end),
               Ids(hypothesis.begin() + start, hypothesis.end() - end));
  std::vector<Edit> edits(start, Edit::kMatch);
  edits.insert(edits.end(), back_to_front.rbegin(), back_to_front.rend());
  edits.insert(edits.end(), end, Edit::kMatch);
  return edits;
}

EditCounts CountsOf(const std::vector<Edit>& edits) {
  const auto count = [&](Edit edit) { return std::count(edits.begin(), edits.end(), edit); };
  return {count(Edit::kMatch), count(Edit::kSubstitution), count(Edit::kDeletion),
          count(Edit::kInsertion)};
}

}  // namespace frazo::align
