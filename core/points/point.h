#ifndef FRAZO_CORE_POINTS_POINT_H_
#define FRAZO_CORE_POINTS_POINT_H_

#include <cmath>

namespace frazo::points {

// A point of a scan, in metres: x forward, y left, z up.
struct Point {
  float x = 0;
  float y = 0;
  float z = 0;
};

inline bool IsFinite(const Point& point) {
  return std::isfinite(point.x) && std::isfinite(point.y) && std::isfinite(point.z);
}

// Returns the square of the distance.
inline double SquaredDistance(const Point& a, const Point& b) {
  const double dx = static_cast<double>(a.x) - b.x;
  const double dy = static_cast<double>(a.y) - b.y;
  const double dz = static_cast<double>(a.z) - b.z;
  return dx * dx + dy * dy + dz * dz;
}

}  // namespace frazo::points

#endif  // FRAZO_CORE_POINTS_POINT_H_
