#include "core/kernels/attention/cached_attention.h"

#include <cstdint>
#include <vector>

#include "core/kernels/attention/cached_attention_rows.h"

namespace frazo::attention {
namespace {

using AttendRows = void(const CachedAttention&, int64_t begin, int64_t end, float* logits);

void AttendPortable(const CachedAttention& attention, int64_t begin, int64_t end, float* logits) {
  for (int64_t row = begin; row < end; ++row) AttendRow(attention, row, logits);
}

#if defined(__x86_64__)
__attribute__((target("avx512f"))) void AttendAvx512(const CachedAttention& attention,
                                                     int64_t begin, int64_t end, float* logits) {
  for (int64_t row = begin; row < end; ++row) AttendRow(attention, row, logits);
}

AttendRows* ChooseAttend() {
  return __builtin_cpu_supports("avx512f") ? AttendAvx512 : AttendPortable;
}
#else
AttendRows* ChooseAttend() { return AttendPortable; }
#endif

}  // namespace

void CachedAttention::Attend(int64_t begin, int64_t end) const {
  static AttendRows* const attend = ChooseAttend();
  std::vector<float> logits(cache.places);
  attend(*this, begin, end, logits.data());
}

}  // namespace frazo::attention
