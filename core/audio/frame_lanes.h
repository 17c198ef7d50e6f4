#ifndef FRAZO_CORE_AUDIO_FRAME_LANES_H_
#define FRAZO_CORE_AUDIO_FRAME_LANES_H_

#include <cstdint>

namespace frazo::audio {

// Frames that are computed together. Value n of frame l is at n * kFrameLanes + l, so that one
// vector of any processor that we run on holds a value of each.
inline constexpr int64_t kFrameLanes = 4;

}  // namespace frazo::audio

#endif  // FRAZO_CORE_AUDIO_FRAME_LANES_H_
