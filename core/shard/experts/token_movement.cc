#include "core/shard/experts/token_movement.h"

#include <algorithm>
#include <cstdint>

#include "core/numeric/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/shard/experts/token_movement.cc"
#include "hwy/foreach_target.h"
// This include must follow foreach_target.h:
#include "core/shard/experts/dot_product.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::shard::HWY_NAMESPACE {

namespace hn = ::hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

constexpr int64_t kLanes = HWY_LANES(float);

// y = weight * x.
void Scale(const float* x, float weight, int64_t count, float* y) {
  const D d;
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    hn::StoreU(hn::Mul(hn::LoadU(d, x + i), hn::Set(d, weight)), d, y + i);
  }
  for (; i < count; ++i) y[i] = weight * x[i];
}

// y += weight * x.
void AddScaled(const float* x, float weight, int64_t count, float* y) {
  const D d;
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    hn::StoreU(hn::MulAdd(hn::LoadU(d, x + i), hn::Set(d, weight), hn::LoadU(d, y + i)), d, y + i);
  }
  for (; i < count; ++i) y[i] += weight * x[i];
}

void Dispatch(const TokenMovement& movement, const float* tokens, int64_t begin, int64_t end,
              float* rows) {
  const int64_t dim = movement.dim;
  for (int64_t slot = begin; slot < end; ++slot) {
    const int64_t choice = movement.owners[slot];
    float* to = rows + slot * dim;
    if (choice < 0) {
      std::fill_n(to, dim, 0.0f);
    } else {
      std::copy_n(tokens + choice / movement.experts_per_token * dim, dim, to);
    }
  }
}

float WeightOf(const TokenMovement& movement, int64_t choice) {
  return movement.weights == nullptr ? 1 : movement.weights[choice];
}

void Combine(const TokenMovement& movement, const float* rows, int64_t begin, int64_t end,
             float* tokens) {
  const int64_t dim = movement.dim;
  for (int64_t token = begin; token < end; ++token) {
    float* to = tokens + token * dim;
    bool is_first = true;
    for (int64_t j = 0; j < movement.experts_per_token; ++j) {
      const int64_t choice = token * movement.experts_per_token + j;
      const int64_t slot = movement.slots[choice];
      if (slot < 0) continue;
      (is_first ? Scale : AddScaled)(rows + slot * dim, WeightOf(movement, choice), dim, to);
      is_first = false;
    }
    if (is_first) std::fill_n(to, dim, 0.0f);
  }
}

void RowsGradient(const TokenMovement& movement, const float* tokens_gradient, int64_t begin,
                  int64_t end, float* rows_gradient) {
  const int64_t dim = movement.dim;
  for (int64_t slot = begin; slot < end; ++slot) {
    const int64_t choice = movement.owners[slot];
    float* to = rows_gradient + slot * dim;
    if (choice < 0) {
      std::fill_n(to, dim, 0.0f);
    } else {
      const float* from = tokens_gradient + choice / movement.experts_per_token * dim;
      Scale(from, WeightOf(movement, choice), dim, to);
    }
  }
}

void WeightsGradient(const TokenMovement& movement, const float* tokens_gradient, const float* rows,
                     int64_t begin, int64_t end, float* weights_gradient) {
  const int64_t dim = movement.dim, per_token = movement.experts_per_token;
  for (int64_t choice = begin * per_token; choice < end * per_token; ++choice) {
    const int64_t slot = movement.slots[choice];
    weights_gradient[choice] =
        slot < 0 ? 0 : Dot(tokens_gradient + choice / per_token * dim, rows + slot * dim, dim);
  }
}

}  // namespace frazo::shard::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::shard {

void TokenMovement::Dispatch(const float* tokens, int64_t begin, int64_t end, float* rows) const {
  static const auto dispatch = FRAZO_VECTOR_FUNCTION(Dispatch);
  dispatch(*this, tokens, begin, end, rows);
}

void TokenMovement::Combine(const float* rows, int64_t begin, int64_t end, float* tokens) const {
  static const auto combine = FRAZO_VECTOR_FUNCTION(Combine);
  combine(*this, rows, begin, end, tokens);
}

void TokenMovement::RowsGradient(const float* tokens_gradient, int64_t begin, int64_t end,
                                 float* rows_gradient) const {
  static const auto compute = FRAZO_VECTOR_FUNCTION(RowsGradient);
  compute(*this, tokens_gradient, begin, end, rows_gradient);
}

void TokenMovement::WeightsGradient(const float* tokens_gradient, const float* rows, int64_t begin,
                                    int64_t end, float* weights_gradient) const {
  static const auto compute = FRAZO_VECTOR_FUNCTION(WeightsGradient);
  compute(*this, tokens_gradient, rows, begin, end, weights_gradient);
}

}  // namespace frazo::shard

#endif  // HWY_ONCE
