#ifndef FRAZO_CORE_DETECTION_SCORE_HEAVIEST_MATCHING_H_
#define FRAZO_CORE_DETECTION_SCORE_HEAVIEST_MATCHING_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace frazo::detection::score {

// A row and a column that may be matched.
struct WeightedPair {
  int32_t row;
  int32_t column;
  // Above 0.
  double weight;
};

// Returns the column of each row, or -1, so that no column comes twice and the sum of the weights
// is the largest (Kuhn, "The Hungarian method for the assignment problem", 1955; with shortest
// augmenting paths). Rows and columns that share no pair, not even through others, are solved
// apart: the time is cubic in the largest such group alone. No pair comes twice.
std::vector<int32_t> HeaviestMatching(int32_t rows, int32_t columns,
                                      absl::Span<const WeightedPair> pairs);

}  // namespace frazo::detection::score

#endif  // FRAZO_CORE_DETECTION_SCORE_HEAVIEST_MATCHING_H_
