#ifndef FRAZO_CORE_DECODE_TRELLIS_H_
#define FRAZO_CORE_DECODE_TRELLIS_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace frazo::decode {

// What every hypothesis of a search has been extended by: step t writes a node for each row that
// the next step scores, and each node refers to the row that it extends. A path is read back to
// front. Written once, never moved.
class Trellis {
 public:
  struct Node {
    int32_t token;
    // Row of the step before; for step 0, one of those that the search starts with.
    int32_t parent;
    float score;
  };

  // `source`: attention weights a row; 0 where none are kept.
  Trellis(int64_t steps, int64_t rows, int64_t source);

  Node& node(int64_t step, int64_t row) { return nodes_[step * rows_ + row]; }
  const Node& node(int64_t step, int64_t row) const { return nodes_[step * rows_ + row]; }

  int64_t source() const { return source_; }

  // The weights [rows, source] by which the rows that step `step` extends have been scored.
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
