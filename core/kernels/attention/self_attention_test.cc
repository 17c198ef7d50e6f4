#include "core/kernels/attention/self_attention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "core/kernels/attention/attention_shape.h"
#include "core/kernels/attention/visible_keys.h"
#include "core/testing/test_variation.h"

namespace frazo::attention {
namespace {

struct Case {
  AttentionShape shape;
  int64_t before;
  int64_t after;
  bool is_packed;
  bool is_rotated;
};

class SelfAttentionCases : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    const Case& test = GetParam();
    const int64_t positions = test.shape.batch * test.shape.time;
    projected_ = Normal(positions * test.shape.width());
    slopes_ = Normal(positions * test.shape.heads * test.shape.head_dim);
    for (int64_t i = 0; i < positions; ++i) {
      // Padding at the end of each row, and a hidden token within it.
      const int64_t position = i % test.shape.time;
      mask_.push_back(position == 0 ||
                      (position % 11 != 5 && position < test.shape.time - i / test.shape.time));
      segments_.push_back(position / 13);
    }
    for (int64_t i = 0; i < test.shape.time * test.shape.head_dim; ++i) {
      const int64_t column = i % test.shape.head_dim, half = test.shape.head_dim / 2;
      const double angle = 0.3 * (i / test.shape.head_dim) * (column % std::max<int64_t>(half, 1));
      rotations_.push_back(column < half ? std::cos(angle) : std::sin(angle));
    }
    ranges_.resize(positions);
    for (int64_t row = 0; row < test.shape.batch; ++row) {
      const int64_t first = row * test.shape.time;
      const VisibleKeys visible = {Mask() + first, test.shape.time,
                                   test.is_packed ? segments_.data() + first : nullptr, test.before,
                                   test.after};
      ASSERT_TRUE(visible.FindRanges(ranges_.data() + first).ok());
    }
  }

  AttentionInputs Inputs() const {
    const Case& test = GetParam();
    return {test.shape,
            projected_.data(),
            ranges_.data(),
            Mask(),
            test.is_rotated ? rotations_.data() : nullptr,
            0.5};
  }

  const bool* Mask() const { return reinterpret_cast<const bool*>(mask_.data()); }

  std::vector<float> Normal(int64_t count) {
    std::vector<float> values(count);
    for (float& value : values) value = normal_(generator_);
    return values;
  }

  bool Sees(int64_t row, int64_t query, int64_t key) const {
    const Case& test = GetParam();
    const int64_t first = row * test.shape.time;
    return mask_[first + key] &&
           (!test.is_packed || segments_[first + query] == segments_[first + key]) &&
           (test.before < 0 || query - key <= test.before) &&
           (test.after < 0 || key - query <= test.after);
  }

  // Element i of a head of `projected` at a position, rotated if it is.
  double Element(int64_t row, int64_t position, int64_t head, int64_t i, bool is_rotated) const {
    const AttentionShape& shape = GetParam().shape;
    const float* values =
        projected_.data() + (row * shape.time + position) * shape.width() + head * shape.head_dim;
    if (!is_rotated) return values[i];
    const int64_t half = shape.head_dim / 2, pair = i % half;
    const float* rotation = rotations_.data() + position * shape.head_dim;
    const double cosine = rotation[pair], sine = rotation[half + pair];
    return i < half ? values[i] * cosine - values[half + i] * sine
                    : values[i] * cosine + values[pair] * sine;
  }

  // The definition in doubles: the sum over all results times slopes_. Sets sums if not null.
  double Loss(std::vector<double>* sums) const {
    const Case& test = GetParam();
    const AttentionShape& shape = test.shape;
    double loss = 0;
    for (int64_t row = 0; row < shape.batch; ++row) {
      for (int64_t query = 0; query < shape.time; ++query) {
        for (int64_t head = 0; head < shape.heads; ++head) {
          const std::vector<double> result = HeadSums(row, query, head);
          const int64_t first = ((row * shape.time + query) * shape.heads + head) * shape.head_dim;
          for (int64_t i = 0; i < shape.head_dim; ++i) {
            loss += result[i] * slopes_[first + i];
            if (sums != nullptr) sums->push_back(result[i]);
          }
        }
      }
    }
    return loss;
  }

  std::vector<double> HeadSums(int64_t row, int64_t query, int64_t head) const {
    const Case& test = GetParam();
    const AttentionShape& shape = test.shape;
    const int64_t shared = head / (shape.heads / shape.shared_heads);
    const int64_t key_head = shape.heads + shared, value_head = key_head + shape.shared_heads;
    double total = 0;
    std::vector<double> sums(shape.head_dim);
    for (int64_t key = 0; key < shape.time; ++key) {
      if (!Sees(row, query, key)) continue;
      double score = 0;
      for (int64_t i = 0; i < shape.head_dim; ++i) {
        score += 0.5 * Element(row, query, head, i, test.is_rotated) *
                 Element(row, key, key_head, i, test.is_rotated);
      }
      total += std::exp(score);
      for (int64_t i = 0; i < shape.head_dim; ++i) {
        sums[i] += std::exp(score) * Element(row, key, value_head, i, false);
      }
    }
    for (double& sum : sums) sum = total == 0 ? 0 : sum / total;
    return sums;
  }

  std::vector<float> projected_;
  std::vector<float> slopes_;
  std::vector<char> mask_;
  std::vector<int32_t> segments_;
  std::vector<float> rotations_;
  std::vector<KeyRange> ranges_;

 private:
  std::mt19937 generator_{static_cast<uint32_t>(TestSeed(7))};
  std::normal_distribution<float> normal_;
};

TEST_P(SelfAttentionCases, IsTheDefinition) {
  const AttentionShape& shape = GetParam().shape;
  std::vector<double> expected;
  Loss(&expected);
  std::vector<float> sums(expected.size());
  std::vector<float> log_totals(shape.batch * shape.heads * shape.time);
  const SelfAttention attention = {Inputs(), sums.data(), log_totals.data()};
  attention.Attend(0, shape.units() / 2);
  attention.Attend(shape.units() / 2, shape.units());
  for (int64_t i = 0; i < sums.size(); ++i) EXPECT_NEAR(sums[i], expected[i], 1e-5) << i;

  // The gradient is that of the definition, by differences of some elements.
  std::vector<float> gradient(projected_.size());
  const SelfAttentionGradient slopes = {Inputs(), sums.data(), log_totals.data(), slopes_.data(),
                                        gradient.data()};
  slopes.Compute(0, shape.units() / 2);
  slopes.Compute(shape.units() / 2, shape.units());
  const int64_t step = std::max<int64_t>(1, projected_.size() / 40);
  for (int64_t i = 0; i < projected_.size(); i += step) {
    const float value = projected_[i], up = value + 1e-2f, down = value - 1e-2f;
    projected_[i] = up;
    const double above = Loss(nullptr);
    projected_[i] = down;
    const double below = Loss(nullptr);
    projected_[i] = value;
    EXPECT_NEAR(gradient[i], (above - below) / (double{up} - double{down}), 2e-3) << i;
  }
}

TEST_P(SelfAttentionCases, DoesNotDependOnHowUnitsAreDivided) {
  const AttentionShape& shape = GetParam().shape;
  const int64_t size = shape.batch * shape.time * shape.heads * shape.head_dim;
  std::vector<float> sums[2], log_totals[2], gradients[2];
  for (int64_t parts = 0; parts < 2; ++parts) {
    sums[parts].resize(size);
    log_totals[parts].resize(shape.batch * shape.heads * shape.time);
    gradients[parts].resize(projected_.size());
    const int64_t step = parts == 0 ? shape.units() : 1;
    const SelfAttention attention = {Inputs(), sums[parts].data(), log_totals[parts].data()};
    const SelfAttentionGradient gradient = {Inputs(), sums[parts].data(), log_totals[parts].data(),
                                            slopes_.data(), gradients[parts].data()};
    for (int64_t unit = 0; unit < shape.units(); unit += step) attention.Attend(unit, unit + step);
    for (int64_t unit = 0; unit < shape.units(); unit += step) gradient.Compute(unit, unit + step);
  }
  EXPECT_EQ(sums[0], sums[1]);
  EXPECT_EQ(log_totals[0], log_totals[1]);
  EXPECT_EQ(gradients[0], gradients[1]);
}

INSTANTIATE_TEST_SUITE_P(AllCases, SelfAttentionCases,
                         testing::Values(Case{{1, 1, 1, 1, 1}, -1, -1, false, false},
                                         Case{{2, 9, 2, 1, 3}, -1, 0, false, false},
                                         Case{{2, 40, 4, 2, 6}, -1, 0, true, true},
                                         Case{{1, 70, 2, 2, 34}, 20, 3, false, true},
                                         Case{{1, 66, 1, 1, 64}, -1, -1, false, false},
                                         Case{{3, 33, 2, 1, 16}, 0, 0, true, false}));

}  // namespace
}  // namespace frazo::attention
