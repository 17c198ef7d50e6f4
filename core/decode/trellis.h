#ifndef FRAZO_CORE_DECODE_TRELLIS_H_
#define FRAZO_CORE_DECODE_TRELLIS_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace frazo::decode {

// The history of all hypotheses of a search. Step t writes a node for each row that the next step
// scores, and each node refers to the row that it extends. A path is read from back to front. Nodes
// are written once and never moved.
class Trellis {
 public:
  struct Node {
    int32_t token;
    // The row of the previous step; for step 0 one of the rows that the search starts with.
    int32_t parent;
    float score;
  };

  // `source`: the number of attention weights per row; 0 if none are kept.
  Trellis(int64_t steps, int64_t rows, int64_t source);

  Node& node(int64_t step, int64_t row) { return nodes_[step * rows_ + row]; }
  const Node& node(int64_t step, int64_t row) const { return nodes_[step * rows_ + row]; }

  int64_t source() const { return source_; }

  // Sets the attention weights, [rows, source], of the rows that step `step` extends.
  void SetAttention(int64_t step, absl::Span<const float> weights);
  absl::Span<const float> Attention(int64_t step, int64_t row) const;

  // Writes the tokens of steps 0 .. steps - 1 that led to `row` of step `steps`.
  void CopyPath(int64_t steps, int64_t row, int32_t* tokens) const;

 private:
  int64_t rows_;
  int64_t source_;
  // [step, row]
  std::vector<Node> nodes_;
  // [step, row, source]
  std::vector<float> attention_;
};

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_TRELLIS_H_
