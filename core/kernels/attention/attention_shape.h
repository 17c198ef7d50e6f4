#ifndef FRAZO_CORE_KERNELS_ATTENTION_ATTENTION_SHAPE_H_
#define FRAZO_CORE_KERNELS_ATTENTION_ATTENTION_SHAPE_H_

#include <cstdint>

namespace frazo::attention {

// The sizes of attention of whole sequences to themselves. heads / shared_heads consecutive heads
// of queries share a head of keys and values.
struct AttentionShape {
  int64_t batch;
  int64_t time;
  int64_t heads;
  int64_t shared_heads;
  int64_t head_dim;

  // The number of floats of a position: its queries, keys and values.
  int64_t width() const { return (heads + 2 * shared_heads) * head_dim; }

  // Unit: the heads of one row that share keys, the work of one thread.
  int64_t units() const { return batch * shared_heads; }
};

}  // namespace frazo::attention

#endif  // FRAZO_CORE_KERNELS_ATTENTION_ATTENTION_SHAPE_H_
