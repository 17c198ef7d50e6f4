#include "core/kernels/attention/score_tiles.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/numeric/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/attention/score_tiles.cc"
#include "hwy/foreach_target.h"
// This include must follow foreach_target.h:
#include "core/numeric/exponential_vectors.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::attention::HWY_NAMESPACE {

namespace hn = ::hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using DI = hn::RebindToSigned<D>;
using V = hn::Vec<D>;
using VI = hn::Vec<DI>;
using M = hn::Mask<D>;

constexpr int64_t kLanes = HWY_LANES(float);

// Whether begin <= key < end, lane by lane.
HWY_INLINE M IsWithin(VI key, VI begin, VI end) {
  return hn::RebindMask(D(), hn::AndNot(hn::Lt(key, begin), hn::Lt(key, end)));
}

// The ranges of one vector of queries.
struct RangeLanes {
  VI begins;
  VI ends;
  // The keys that all queries see, but for hidden ones.
  int64_t common_begin;
  int64_t common_end;
};

HWY_INLINE RangeLanes LoadRanges(const KeyRange* ranges) {
  int32_t begins[kLanes], ends[kLanes];
  for (int64_t lane = 0; lane < kLanes; ++lane) {
    begins[lane] = ranges[lane].begin;
    ends[lane] = ranges[lane].end;
  }
  const DI di;
  return {hn::LoadU(di, begins), hn::LoadU(di, ends), *std::max_element(begins, begins + kLanes),
          *std::min_element(ends, ends + kLanes)};
}

// Calls work(row, is_common, mask) for each row whose key is a token.
template <typename Work>
HWY_INLINE void ForTokens(const ScoreColumns& columns, const RangeLanes& lanes, Work work) {
  const DI di;
  for (int64_t row = 0; row < columns.keys; ++row) {
    const int64_t key = columns.first_key + row;
    if (!columns.key_mask[key]) continue;
    const bool is_common = lanes.common_begin <= key && key < lanes.common_end;
    work(row, is_common,
         IsWithin(hn::Set(di, static_cast<int32_t>(key)), lanes.begins, lanes.ends));
  }
}

// Does one vector of columns, from `column` on.
HWY_INLINE void RaiseLanes(const ScoreColumns& columns, int64_t column, ColumnTotals* totals) {
  const D d;
  const RangeLanes lanes = LoadRanges(columns.ranges + column);
  float* scores = columns.scores + column;
  const V lowest = hn::Set(d, std::numeric_limits<float>::lowest());
  V largest = lowest;
  // 0, or NaN after a score that is not finite: it might get lost otherwise.
  V poison = hn::Zero(d);
  ForTokens(columns, lanes, [&](int64_t row, bool is_common, M is_seen) HWY_ATTR {
    V score = hn::LoadU(d, scores + row * kTileColumns);
    if (!is_common) score = hn::IfThenElse(is_seen, score, lowest);
    largest = hn::Max(largest, score);
    poison = hn::MulAdd(score, hn::Zero(d), poison);
  });
  V total = poison;
  ForTokens(columns, lanes, [&](int64_t row, bool is_common, M is_seen) HWY_ATTR {
    const V score = hn::LoadU(d, scores + row * kTileColumns);
    V power = numeric::HWY_NAMESPACE::ExpOfNonpositive(d, hn::Sub(score, largest));
    if (!is_common) power = hn::IfThenElseZero(is_seen, power);
    total = hn::Add(total, power);
    hn::StoreU(power, d, scores + row * kTileColumns);
  });
  float sums[kLanes], maxima[kLanes];
  hn::StoreU(total, d, sums);
  hn::StoreU(largest, d, maxima);
  for (int64_t lane = 0; lane < kLanes; ++lane) {
    const bool sees_none = sums[lane] == 0;
    totals->shares[column + lane] = sees_none ? 0 : 1 / sums[lane];
    totals->log_totals[column + lane] = sees_none ? 0 : maxima[lane] + std::log(sums[lane]);
  }
}

void Raise(const ScoreColumns& columns, ColumnTotals* totals) {
  for (int64_t row = 0; row < columns.keys; ++row) {
    if (columns.key_mask[columns.first_key + row]) continue;
    std::fill_n(columns.scores + row * kTileColumns, kTileColumns, 0.0f);
  }
  for (int64_t column = 0; column < kTileColumns; column += kLanes) {
    RaiseLanes(columns, column, totals);
  }
}

// The derivative of a softmax: probability * (its derivative - mean_slope).
template <bool kMasked>
HWY_INLINE void SlopeRow(const ScoreRows& rows, int64_t row) {
  const D d;
  const DI di;
  float* scores = rows.scores + row * kTileColumns;
  float* slopes = rows.slopes + row * kTileColumns;
  const V log_total = hn::Set(d, rows.log_totals[row]);
  const V mean = hn::Set(d, rows.mean_slopes[row]);
  const VI begin = hn::Set(di, rows.ranges[row].begin), end = hn::Set(di, rows.ranges[row].end);
  for (int64_t column = 0; column < kTileColumns; column += kLanes) {
    const V distance = hn::Sub(hn::LoadU(d, scores + column), log_total);
    V power = numeric::HWY_NAMESPACE::ExpOfNonpositive(d, distance);
    V slope = hn::Mul(power, hn::Sub(hn::LoadU(d, slopes + column), mean));
    if (kMasked) {
      const VI key = hn::Iota(di, static_cast<int32_t>(rows.first_key + column));
      const M is_token =
          hn::RebindMask(d, hn::Ne(hn::LoadU(di, rows.tokens + column), hn::Zero(di)));
      const M is_seen = hn::And(is_token, IsWithin(key, begin, end));
      power = hn::IfThenElseZero(is_seen, power);
      slope = hn::IfThenElseZero(is_seen, slope);
    }
    hn::StoreU(power, d, scores + column);
    hn::StoreU(slope, d, slopes + column);
  }
}

void Slope(const ScoreRows& rows) {
  const bool has_hidden =
      std::find(rows.tokens, rows.tokens + kTileColumns, 0) != rows.tokens + kTileColumns;
  for (int64_t row = 0; row < rows.queries; ++row) {
    const KeyRange& range = rows.ranges[row];
    const bool sees_all =
        !has_hidden && range.begin <= rows.first_key && rows.first_key + kTileColumns <= range.end;
    if (sees_all) {
      SlopeRow<false>(rows, row);
    } else {
      SlopeRow<true>(rows, row);
    }
  }
}

}  // namespace frazo::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::attention {

void RaiseColumns(const ScoreColumns& columns, ColumnTotals* totals) {
  static const auto raise = FRAZO_VECTOR_FUNCTION(Raise);
  raise(columns, totals);
}

void SlopeRows(const ScoreRows& rows) {
  static const auto slope = FRAZO_VECTOR_FUNCTION(Slope);
  slope(rows);
}

}  // namespace frazo::attention

#endif  // HWY_ONCE
