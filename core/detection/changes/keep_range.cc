#include "core/detection/changes/keep_range.h"

#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/status/status_macros.h"

namespace frazo::detection {
namespace {

// Both are inside.
struct Bounds {
  Bounds(bool has_least, float its_least, bool has_most, float its_most)
      : least(has_least ? its_least : -std::numeric_limits<float>::infinity()),
        most(has_most ? its_most : std::numeric_limits<float>::infinity()) {}

  bool Contain(float number) const { return number >= least && number <= most; }

  float least;
  float most;
};

absl::Status CheckBounds(std::string_view path, std::string_view axis, const Bounds& bounds) {
  // False for NaN.
  if (bounds.least <= bounds.most) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(path, ": no point is between min_", axis, ": ",
                                                 bounds.least, " and max_", axis, ": ",
                                                 bounds.most));
}

class KeepRangeFilter : public PointFilter {
 public:
  KeepRangeFilter(Bounds x, Bounds y, Bounds z) : x_(x), y_(y), z_(z) {}

  bool Keeps(const Camera&, const points::Point& point, const float*) const override {
    return x_.Contain(point.x) && y_.Contain(point.y) && z_.Contain(point.z);
  }

 private:
  const Bounds x_;
  const Bounds y_;
  const Bounds z_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<PointFilter>> MakeKeepRange(std::string_view path,
                                                           const SceneStep::KeepRange& config) {
  const Bounds x(config.has_min_x(), config.min_x(), config.has_max_x(), config.max_x());
  const Bounds y(config.has_min_y(), config.min_y(), config.has_max_y(), config.max_y());
  const Bounds z(config.has_min_z(), config.min_z(), config.has_max_z(), config.max_z());
  FRAZO_RETURN_IF_ERROR(CheckBounds(path, "x", x));
  FRAZO_RETURN_IF_ERROR(CheckBounds(path, "y", y));
  FRAZO_RETURN_IF_ERROR(CheckBounds(path, "z", z));
  return std::make_unique<KeepRangeFilter>(x, y, z);
}

}  // namespace frazo::detection
