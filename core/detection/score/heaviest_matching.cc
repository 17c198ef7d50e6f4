#include "core/detection/score/heaviest_matching.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>

namespace frazo::detection::score {
namespace {

// The table of one group's weights, with as many columns as rows or more.
struct Table {
  Table(int32_t rows, int32_t columns)
      : rows(rows), columns(columns), weights(static_cast<size_t>(rows) * columns) {}

  double& At(int32_t row, int32_t column) {
    return weights[static_cast<size_t>(row) * columns + column];
  }
  double At(int32_t row, int32_t column) const {
    return weights[static_cast<size_t>(row) * columns + column];
  }

  int32_t rows;
  int32_t columns;
  std::vector<double> weights;
};

// Matches one row after the other, each by the path that costs least. A pair costs minus its
// weight; prices of rows and columns keep all reduced costs at 0 or above, and at 0 where matched.
class Solver {
 public:
  explicit Solver(const Table& table)
      : table_(table),
        row_prices_(table.rows),
        column_prices_(table.columns),
        row_of_(table.columns, -1) {}

  // Returns the row of each column, or -1.
  std::vector<int32_t> Solve() {
    for (int32_t row = 0; row < table_.rows; ++row) MatchRow(row);
    return row_of_;
  }

 private:
  double ReducedCost(int32_t row, int32_t column) const {
    return -table_.At(row, column) - row_prices_[row] - column_prices_[column];
  }

  void MatchRow(int32_t first_row) {
    // The cheapest path from first_row to each column, and the column before its last.
    std::vector<double> distances(table_.columns, std::numeric_limits<double>::infinity());
    std::vector<int32_t> previous(table_.columns, -1);
    std::vector<bool> is_done(table_.columns);
    std::vector<int32_t> done;
    int32_t row = first_row;
    int32_t last = -1;
    double reached = 0;
    while (true) {
      int32_t nearest = -1;
      for (int32_t column = 0; column < table_.columns; ++column) {
        if (is_done[column]) continue;
        const double distance = reached + ReducedCost(row, column);
        if (distance < distances[column]) {
          distances[column] = distance;
          previous[column] = last;
        }
        if (nearest < 0 || distances[column] < distances[nearest]) nearest = column;
      }
      reached = distances[nearest];
      last = nearest;
      if (row_of_[nearest] < 0) break;
      is_done[nearest] = true;
      done.push_back(nearest);
      row = row_of_[nearest];
    }
    row_prices_[first_row] += reached;
    for (const int32_t column : done) {
      row_prices_[row_of_[column]] += reached - distances[column];
      column_prices_[column] -= reached - distances[column];
    }
    for (int32_t column = last; column >= 0; column = previous[column]) {
      row_of_[column] = previous[column] < 0 ? first_row : row_of_[previous[column]];
    }
  }

  const Table& table_;
  std::vector<double> row_prices_;
  std::vector<double> column_prices_;
  std::vector<int32_t> row_of_;
};

int32_t Root(std::vector<int32_t>* parents, int32_t node) {
  while ((*parents)[node] != node) {
    (*parents)[node] = (*parents)[(*parents)[node]];
    node = (*parents)[node];
  }
  return node;
}

// Returns the pairs, sorted by the group of rows and columns that they belong to, with its number.
std::vector<std::pair<int32_t, WeightedPair>> SortByGroup(int32_t rows, int32_t columns,
                                                          absl::Span<const WeightedPair> pairs) {
  // Rows come first, then columns.
  std::vector<int32_t> parents(rows + columns);
  std::iota(parents.begin(), parents.end(), 0);
  for (const WeightedPair& pair : pairs) {
    parents[Root(&parents, pair.row)] = Root(&parents, rows + pair.column);
  }
  std::vector<std::pair<int32_t, WeightedPair>> sorted;
  for (const WeightedPair& pair : pairs) sorted.emplace_back(Root(&parents, pair.row), pair);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  return sorted;
}

// Returns the place of `value` in the sorted values.
int32_t PlaceOf(const std::vector<int32_t>& values, int32_t value) {
  return static_cast<int32_t>(std::lower_bound(values.begin(), values.end(), value) -
                              values.begin());
}

void SortAndUnite(std::vector<int32_t>* values) {
  std::sort(values->begin(), values->end());
  values->erase(std::unique(values->begin(), values->end()), values->end());
}

void MatchGroup(absl::Span<const std::pair<int32_t, WeightedPair>> group,
                std::vector<int32_t>* column_of) {
  std::vector<int32_t> rows;
  std::vector<int32_t> columns;
  for (const auto& [number, pair] : group) {
    rows.push_back(pair.row);
    columns.push_back(pair.column);
  }
  SortAndUnite(&rows);
  SortAndUnite(&columns);
  const bool is_turned = rows.size() > columns.size();
  const std::vector<int32_t>& few = is_turned ? columns : rows;
  const std::vector<int32_t>& many = is_turned ? rows : columns;
  Table table(static_cast<int32_t>(few.size()), static_cast<int32_t>(many.size()));
  for (const auto& [number, pair] : group) {
    table.At(PlaceOf(few, is_turned ? pair.column : pair.row),
             PlaceOf(many, is_turned ? pair.row : pair.column)) = pair.weight;
  }
  const std::vector<int32_t> few_of = Solver(table).Solve();
  for (size_t k = 0; k < many.size(); ++k) {
    // A weight of 0 stands for no pair.
    if (few_of[k] < 0 || table.At(few_of[k], static_cast<int32_t>(k)) <= 0) continue;
    const int32_t row = is_turned ? many[k] : few[few_of[k]];
    (*column_of)[row] = is_turned ? few[few_of[k]] : many[k];
  }
}

}  // namespace

std::vector<int32_t> HeaviestMatching(int32_t rows, int32_t columns,
                                      absl::Span<const WeightedPair> pairs) {
  std::vector<int32_t> column_of(rows, -1);
  const auto sorted = SortByGroup(rows, columns, pairs);
  for (size_t begin = 0, end; begin < sorted.size(); begin = end) {
    for (end = begin; end < sorted.size() && sorted[end].first == sorted[begin].first;) ++end;
    MatchGroup(absl::MakeConstSpan(sorted).subspan(begin, end - begin), &column_of);
  }
  return column_of;
}

}  // namespace frazo::detection::score
