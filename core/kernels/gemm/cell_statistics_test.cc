#include "core/kernels/gemm/cell_statistics.h"

#include <cstdint>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::gemm {
namespace {

using ::testing::Each;

TEST(CellStatisticsTest, EachColumnHasItsOwn) {
  for (const int64_t columns : {1, 16, 21}) {
    std::vector<float> rows(3 * columns), means(columns), maxima(columns), squares(columns),
        counts(columns);
    for (int64_t c = 0; c < columns; ++c) {
      rows[c] = c;
      rows[columns + c] = c + 6;
      rows[2 * columns + c] = c + 6;
    }
    const CellRows cell = {rows.data(), 3, columns};
    ComputeStatistics(cell, {means.data(), maxima.data(), squares.data()});
    CountMaxima(cell, maxima.data(), counts.data());
    for (int64_t c = 0; c < columns; ++c) {
      EXPECT_FLOAT_EQ(means[c], c + 4);
      EXPECT_EQ(maxima[c], c + 6);
      // 16 + 4 + 4.
      EXPECT_NEAR(squares[c], 24, 1e-3);
    }
    EXPECT_THAT(counts, Each(2));
  }
}

TEST(CellStatisticsTest, WithoutRowsAllAreZero) {
  std::vector<float> means(17, -1), maxima(17, -1), squares(17, -1);
  ComputeStatistics({nullptr, 0, 17}, {means.data(), maxima.data(), squares.data()});
  EXPECT_THAT(means, Each(0));
  EXPECT_THAT(maxima, Each(0));
  EXPECT_THAT(squares, Each(0));
}

TEST(RectifiedGradientTest, CountsAllThatAValueIsUsedFor) {
  for (const int64_t columns : {3, 16, 35}) {
    std::vector<float> y(columns), of_y(columns, 10), factor(columns, 2), shift(columns, 0.5),
        maxima(columns, 4), peak(columns, 100), gradient(columns), sums(columns, 1000);
    for (int64_t c = 0; c < columns; ++c) y[c] = c % 3 * 2;
    RectifiedGradient(y.data(), of_y.data(),
                      {factor.data(), shift.data(), maxima.data(), peak.data()}, columns,
                      gradient.data(), sums.data());
    for (int64_t c = 0; c < columns; ++c) {
      // 0 is stopped. 2: 10 + 2 * 2 + 0.5. 4 is the maximum: 10 + 2 * 4 + 0.5 + 100.
      const float wanted = c % 3 == 0 ? 0 : c % 3 == 1 ? 14.5 : 118.5;
      EXPECT_FLOAT_EQ(gradient[c], wanted);
      EXPECT_FLOAT_EQ(sums[c], 1000 + wanted);
    }
  }
}

}  // namespace
}  // namespace frazo::gemm
