#ifndef FRAZO_CORE_AUDIO_TESTING_SOUND_FILE_H_
#define FRAZO_CORE_AUDIO_TESTING_SOUND_FILE_H_

#include <string>
#include <vector>

namespace frazo::audio {

// The content of a file with these samples, whose channels alternate. `format`: SF_FORMAT_* of
// libsndfile, as in SF_FORMAT_FLAC | SF_FORMAT_PCM_16.
std::string EncodeSound(const std::vector<float>& samples, int channels, int sample_rate,
                        int format);

// A sine of amplitude 1/2.
std::vector<float> Sine(double hz, int sample_rate, int count);

}  // namespace frazo::audio

#endif  // FRAZO_CORE_AUDIO_TESTING_SOUND_FILE_H_
