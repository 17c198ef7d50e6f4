#include "core/kernels/gemm/row_groups.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace frazo::gemm {
namespace {

// Returns (first row, number of rows) of all parts that are not empty, by their first row.
std::vector<std::pair<int64_t, int64_t>> SortedParts(const RowGroups& groups) {
  std::vector<std::pair<int64_t, int64_t>> parts;
  for (int64_t part = 0; part < groups.groups * groups.parts; ++part) {
    const int32_t* segment = groups.segments + part * 2;
    if (segment[1] != 0) parts.emplace_back(segment[0], segment[1]);
  }
  std::sort(parts.begin(), parts.end());
  return parts;
}

}  // namespace

std::vector<int64_t> RowGroups::Rows(int64_t group) const {
  std::vector<int64_t> rows;
  for (int64_t part = group * parts; part < (group + 1) * parts; ++part) {
    for (int64_t i = 0; i < segments[part * 2 + 1]; ++i) rows.push_back(segments[part * 2] + i);
  }
  return rows;
}

int64_t RowGroups::FilledCount() const {
  int64_t count = 0;
  for (int64_t group = 0; group < groups; ++group) {
    const int32_t* const begin = segments + group * parts * 2;
    bool has_rows = false;
    for (int64_t part = 0; part < parts; ++part) has_rows |= begin[part * 2 + 1] != 0;
    count += has_rows;
  }
  return count;
}

std::vector<int64_t> RowGroups::OtherRows(int64_t rows) const {
  std::vector<int64_t> others;
  int64_t next = 0;
  for (const auto& [begin, size] : SortedParts(*this)) {
    for (; next < begin; ++next) others.push_back(next);
    next = begin + size;
  }
  for (; next < rows; ++next) others.push_back(next);
  return others;
}

bool RowGroups::AreWithin(int64_t rows) const {
  int64_t next = 0;
  for (const auto& [begin, size] : SortedParts(*this)) {
    if (size < 0 || begin < next) return false;
    next = begin + size;
  }
  return next <= rows;
}

}  // namespace frazo::gemm
