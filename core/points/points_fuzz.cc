#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "core/points/farthest_points.h"
#include "core/points/neighbor_grid.h"
#include "core/points/point.h"
#include "core/points/uniform_points.h"
#include "core/testing/fuzz_target.h"

namespace frazo {
namespace {

using points::NeighborGrid;
using points::Point;

// An input is a list of floats: the first is a radius, the others are points.
std::string Bytes(const std::vector<float>& numbers) {
  std::string bytes(numbers.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return bytes;
}

bool HasIndex(const std::vector<int64_t>& indices, int64_t index) {
  return std::find(indices.begin(), indices.end(), index) != indices.end();
}

void FuzzSamples(const std::vector<Point>& points) {
  const size_t finite = std::count_if(points.begin(), points.end(), points::IsFinite);
  const auto farthest = FarthestPoints(points, {}, {5, {}, points.size()});
  const auto uniform = UniformPoints(points, {}, 5, points.size());
  for (const auto& chosen : {farthest, uniform}) {
    Require(chosen.ok() && chosen->size() == std::min<size_t>(finite, 5), "samples are full");
    std::vector<int64_t> seen;
    for (const int64_t index : *chosen) {
      Require(IsFinite(points.at(index)) && !HasIndex(seen, index), "candidates come once");
      seen.push_back(index);
    }
  }
}

void FuzzNeighbors(double radius, const std::vector<Point>& points) {
  const auto grid = NeighborGrid::Create(points, {}, radius);
  Require(grid.ok() == (radius >= 1e-6 && radius <= 1e6), "the radius is in range");
  if (!grid.ok()) return;
  const int64_t count = points.size();
  std::vector<int64_t> closest(count * count);
  std::vector<int64_t> uniform(count * count);
  Require(grid->FindClosest(points, count, 1, absl::MakeSpan(closest)).ok(), "sizes fit");
  Require(grid->FindUniform(points, count, 7, 1, absl::MakeSpan(uniform)).ok(), "sizes fit");
  for (int64_t i = 0; i < count; ++i) {
    std::vector<int64_t> near;
    for (int64_t j = 0; j < count; ++j) {
      // False for a point that is not finite.
      if (SquaredDistance(points[i], points[j]) <= radius * radius) near.push_back(j);
    }
    near.resize(count, NeighborGrid::kNone);
    const auto row = closest.begin() + i * count;
    Require(std::is_permutation(row, row + count, near.begin()), "all neighbours are found");
    Require(std::equal(near.begin(), near.end(), uniform.begin() + i * count), "all are drawn");
  }
}

}  // namespace

std::vector<std::string> FuzzSeeds() {
  return {Bytes({0.5, 0, 0, 0, 4, 2, 1.5, 0, 0.5, 0, 0, 4, 2, 1.5, 0.1, 9, 9, 9, 1, 1, 1, 3}),
          Bytes({2, 0, 1, 2, 3, 4, 5, 6, 1, 1, 1, 2, 2, 2, 0, -1, -1, 0.5, 0.5, 0.25, 2, 1, 0, 0}),
          Bytes({1e-6f, 1e9f, 1e9f, 1e9f, 1e-9f, 1e9f, 1e9f, 1e30f, -1e30f, 3e38f, 0, 1, 1, 1, 0})};
}

}  // namespace frazo

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // All pairs are compared.
  std::vector<float> numbers(std::min<size_t>(size / sizeof(float), 100));
  if (numbers.empty()) return 0;
  std::memcpy(numbers.data(), data, numbers.size() * sizeof(float));
  const double first = numbers.front();
  numbers.erase(numbers.begin());
  std::vector<frazo::points::Point> points;
  for (size_t i = 0; i + 3 <= numbers.size(); i += 3) {
    points.push_back({numbers[i], numbers[i + 1], numbers[i + 2]});
  }
  frazo::FuzzSamples(points);
  frazo::FuzzNeighbors(first, points);
  return 0;
}
