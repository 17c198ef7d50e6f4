#include "core/numeric/normal.h"

#include <cmath>

namespace frazo::numeric {
namespace {

// Leva's constants. With u uniform over (0, 1] and v uniform over an interval of the width
// kVWidth >= 2 sqrt(2 / e) around 0, v / u is normal where v^2 <= -4 u^2 log(u) (Kinderman and
// Monahan, 1977). A quadratic form of (u - kUCenter, |v| - kVCenter) decides without the logarithm
// inside one ellipse and outside another one, for 99 of 100 pairs.
constexpr double kVWidth = 1.7156;
constexpr double kUCenter = 0.449871;
constexpr double kVCenter = -0.386595;
constexpr double kVSquared = 0.19600;
constexpr double kMixed = 0.25472;
constexpr double kSurelyInside = 0.27597;
constexpr double kSurelyOutside = 0.27846;

}  // namespace

double Normal(Random* random) {
  while (true) {
    const double u = 1 - random->Fraction();
    const double v = kVWidth * (random->Fraction() - 0.5);
    const double x = u - kUCenter;
    const double y = std::abs(v) - kVCenter;
    const double form = x * x + y * (kVSquared * y - kMixed * x);
    if (form < kSurelyInside) return v / u;
    if (form > kSurelyOutside) continue;
    if (v * v <= -4 * u * u * std::log(u)) return v / u;
  }
}

}  // namespace frazo::numeric
