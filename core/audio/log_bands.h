#ifndef FRAZO_CORE_AUDIO_LOG_BANDS_H_
#define FRAZO_CORE_AUDIO_LOG_BANDS_H_

#include "absl/types/span.h"

namespace frazo::audio {

// Replaces each value by the natural logarithm of max(floor, value), within 4 units in the last
// place. floor > 0.
void LogFromFloor(float floor, absl::Span<float> values);

}  // namespace frazo::audio

#endif  // FRAZO_CORE_AUDIO_LOG_BANDS_H_
