#include "core/boxes/footprint.h"

#include <algorithm>
#include <cmath>

namespace frazo::boxes {
namespace {

struct Corner {
  double x;
  double y;
};

struct Polygon {
  // A rectangle has 4 corners, and each of the 4 cuts of a convex polygon adds at most 1.
  Corner corners[8];
  int count = 0;
};

// Keeps the part where direction * (a corner's number on the axis) <= limit. The corners of the cut
// have exactly the limit there, and lie between their neighbours on the other axis, however small
// the angle at which they meet (Sutherland and Hodgman 1974, with a line along an axis).
template <double Corner::* axis, double Corner::* other>
void Cut(double direction, double limit, const Polygon& polygon, Polygon* cut) {
  cut->count = 0;
  for (int i = 0; i < polygon.count; ++i) {
    const Corner& from = polygon.corners[i];
    const Corner& to = polygon.corners[i + 1 < polygon.count ? i + 1 : 0];
    const double from_beyond = direction * from.*axis - limit;
    const double to_beyond = direction * to.*axis - limit;
    if (from_beyond <= 0) cut->corners[cut->count++] = from;
    if ((from_beyond <= 0) == (to_beyond <= 0)) continue;
    const double share = from_beyond / (from_beyond - to_beyond);
    Corner& crossing = cut->corners[cut->count++];
    crossing.*axis = direction * limit;
    crossing.*other = from.*other + share * (to.*other - from.*other);
  }
}

double Area(const Polygon& polygon) {
  double twice = 0;
  for (int i = 2; i < polygon.count; ++i) {
    const Corner& first = polygon.corners[0];
    const Corner& second = polygon.corners[i - 1];
    const Corner& third = polygon.corners[i];
    twice +=
        (second.x - first.x) * (third.y - first.y) - (third.x - first.x) * (second.y - first.y);
  }
  return twice / 2;
}

}  // namespace

Footprint::Footprint(const Box& box)
    : x(box.x),
      y(box.y),
      half_length(box.length / 2),
      half_width(box.width / 2),
      cosine(std::cos(box.heading)),
      sine(std::sin(box.heading)) {}

double IntersectionArea(const Footprint& a, const Footprint& b) {
  // In the frame of `a`, whose sides are then along the axes. Numbers stay small there, wherever
  // the two are in the world.
  const double cosine = a.cosine * b.cosine + a.sine * b.sine;
  const double sine = a.cosine * b.sine - a.sine * b.cosine;
  const double x = a.cosine * (b.x - a.x) + a.sine * (b.y - a.y);
  const double y = a.cosine * (b.y - a.y) - a.sine * (b.x - a.x);
  const double along_x = b.half_length * cosine;
  const double along_y = b.half_length * sine;
  const double across_x = -b.half_width * sine;
  const double across_y = b.half_width * cosine;
  Polygon one;
  one.corners[0] = {x + along_x + across_x, y + along_y + across_y};
  one.corners[1] = {x - along_x + across_x, y - along_y + across_y};
  one.corners[2] = {x - along_x - across_x, y - along_y - across_y};
  one.corners[3] = {x + along_x - across_x, y + along_y - across_y};
  one.count = 4;
  Polygon other;
  Cut<&Corner::x, &Corner::y>(1, a.half_length, one, &other);
  Cut<&Corner::x, &Corner::y>(-1, a.half_length, other, &one);
  Cut<&Corner::y, &Corner::x>(1, a.half_width, one, &other);
  Cut<&Corner::y, &Corner::x>(-1, a.half_width, other, &one);
  const double smaller = 4 * std::min(a.half_length * a.half_width, b.half_length * b.half_width);
  return std::clamp(Area(one), 0.0, smaller);
}

bool Overlap(const Footprint& a, const Footprint& b) {
  // Two rectangles are apart if, along a side of one of them, they cover ranges that are
  // (Gottschalk et al. 1996, "OBBTree").
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  const double cosine = std::abs(a.cosine * b.cosine + a.sine * b.sine);
  const double sine = std::abs(a.cosine * b.sine - a.sine * b.cosine);
  const auto along = [&](const Footprint& one) {
    return std::abs(one.cosine * dx + one.sine * dy);
  };
  const auto across = [&](const Footprint& one) {
    return std::abs(one.cosine * dy - one.sine * dx);
  };
  return along(a) < a.half_length + cosine * b.half_length + sine * b.half_width &&
         across(a) < a.half_width + sine * b.half_length + cosine * b.half_width &&
         along(b) < b.half_length + cosine * a.half_length + sine * a.half_width &&
         across(b) < b.half_width + sine * a.half_length + cosine * a.half_width;
}

}  // namespace frazo::boxes
