#ifndef FRAZO_CORE_AUDIO_LOG_MEL_FRONTEND_H_
#define FRAZO_CORE_AUDIO_LOG_MEL_FRONTEND_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/audio/frame_spectrum.h"
#include "core/audio/mel_bank.h"
#include "frazo/proto/log_mel.pb.h"

namespace frazo::audio {

// Computes the features that the message LogMel defines. Immutable, so it is thread-safe.
class LogMelFrontend {
 public:
  // Errors: kInvalidArgument for a message that contradicts itself; `path` is its field path.
  static absl::StatusOr<std::unique_ptr<const LogMelFrontend>> Create(std::string_view path,
                                                                      const LogMel& config);

  // Values of a frame of the result.
  int64_t frame_size() const { return num_bins_ * (left_frames_ + 1 + right_frames_); }
  // Frames of the result for so many samples.
  int64_t CountFrames(int64_t num_samples) const;
  // Samples in a second.
  int32_t sample_rate() const { return sample_rate_; }

  // Appends [CountFrames(samples), frame_size()] to *features.
  void Compute(absl::Span<const float> samples, std::vector<float>* features) const;

 private:
  LogMelFrontend(const LogMel& config, int64_t fft_size);

  int64_t CountWholeFrames(int64_t num_samples) const;
  // Returns the scaled and emphasized samples of the first `count` frames, and zeros behind them in
  // place of frames that a group of kFrameLanes lacks. count >= 1.
  std::vector<float> MakeSignal(absl::Span<const float> samples, int64_t count) const;
  // Writes [CountWholeFrames(samples), num_bins_].
  void ComputeBands(absl::Span<const float> samples, float* bands) const;
  void Normalize(int64_t frames, float* bands) const;
  // Joins neighbours of [frames, num_bins_].
  void Stack(const float* bands, int64_t frames, std::vector<float>* features) const;

  int32_t sample_rate_;
  int64_t frame_samples_;
  int64_t step_samples_;
  float sample_scale_;
  float pre_emphasis_;
  bool power_;
  float floor_;
  int64_t num_bins_;
  bool normalize_utterance_;
  int64_t zero_frames_;
  int64_t left_frames_;
  int64_t right_frames_;
  int64_t stride_;
  // It has frame_samples_ weights.
  std::vector<float> window_;
  // A feature is multiplied by scale_ after shift_ is added. Both are empty, or have num_bins_.
  std::vector<float> shift_;
  std::vector<float> scale_;
  FrameSpectrum spectrum_;
  MelBank mel_bank_;
};

}  // namespace frazo::audio

#endif  // FRAZO_CORE_AUDIO_LOG_MEL_FRONTEND_H_
