#ifndef FRAZO_CORE_BOXES_BOX_H_
#define FRAZO_CORE_BOXES_BOX_H_

namespace frazo::boxes {

// A box that stands upright in the world of a lidar: x forward, y left, z up, in metres.
struct Box {
  // The smallest and the largest size of a proper box.
  static constexpr double kMinSize = 1e-9;
  static constexpr double kMaxSize = 1e9;

  // The centre.
  double x = 0;
  double y = 0;
  double z = 0;
  // Along the heading, across it, and up.
  double length = 0;
  double width = 0;
  double height = 0;
  // Radians, counter-clockwise from +x.
  double heading = 0;
};

// Returns whether all numbers are finite and all sizes within the limits. A box that is not proper
// takes no space: it overlaps nothing, itself included.
bool IsProper(const Box& box);

}  // namespace frazo::boxes

#endif  // FRAZO_CORE_BOXES_BOX_H_
