#ifndef FRAZO_CORE_KERNELS_GEMM_ALIGNED_FLOATS_H_
#define FRAZO_CORE_KERNELS_GEMM_ALIGNED_FLOATS_H_

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace frazo::gemm {

// Floats that begin at a multiple of 64 bytes, a line of the cache: no vector of them lies in two
// lines. All are 0 at first.
class AlignedFloats {
 public:
  explicit AlignedFloats(int64_t size);

  float* data() { return memory_.get(); }
  const float* data() const { return memory_.get(); }

 private:
  struct Free {
    void operator()(float* memory) const { std::free(memory); }
  };

  std::unique_ptr<float[], Free> memory_;
};

inline AlignedFloats::AlignedFloats(int64_t size) {
  constexpr int64_t kAlignment = 64;
  // aligned_alloc takes multiples of the alignment only, and not zero.
  const int64_t bytes = (size * static_cast<int64_t>(sizeof(float)) / kAlignment + 1) * kAlignment;
  memory_.reset(static_cast<float*>(std::aligned_alloc(kAlignment, bytes)));
  if (memory_ == nullptr) throw std::bad_alloc();
  std::fill_n(memory_.get(), size, 0.0f);
}

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_ALIGNED_FLOATS_H_
