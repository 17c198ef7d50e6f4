#include "core/audio/log_mel_frontend.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/audio/frame_lanes.h"
#include "core/audio/log_bands.h"
#include "core/audio/windowed_frames.h"
#include "core/status/status_macros.h"

namespace frazo::audio {
namespace {

constexpr double kPi = 3.14159265358979323846;
// A longer frame than this is a mistake of units.
constexpr int64_t kMostFrameSamples = 1 << 20;
// A band whose values differ by less than this does not change.
constexpr float kLeastDeviation = 1e-5f;

int64_t SamplesOf(float milliseconds, int32_t sample_rate) {
  return std::llround(static_cast<double>(milliseconds) * sample_rate / 1000);
}

int64_t PowerOfTwoFrom(int64_t least) {
  int64_t power = 1;
  while (power < least) power *= 2;
  return power;
}

double WindowAt(LogMel::Window window, int64_t n, int64_t length) {
  const double last = std::max<int64_t>(length - 1, 1);
  switch (window) {
    case LogMel::HANN:
      return 0.5 - 0.5 * std::cos(2 * kPi * n / length);
    case LogMel::HAMMING:
      return 0.54 - 0.46 * std::cos(2 * kPi * n / last);
    case LogMel::POVEY:
      return std::pow(0.5 - 0.5 * std::cos(2 * kPi * n / last), 0.85);
    default:
      return 1;
  }
}

std::vector<float> MakeWindow(LogMel::Window window, int64_t length) {
  std::vector<float> weights(length);
  for (int64_t n = 0; n < length; ++n) weights[n] = WindowAt(window, n, length);
  return weights;
}

absl::Status Refuse(std::string_view path, std::string_view field, std::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat(path, ".", field, ": ", problem));
}

absl::Status CheckStatistics(std::string_view path, const LogMel& config) {
  for (const auto& [field, count] :
       {std::pair("mean", config.mean_size()), std::pair("stddev", config.stddev_size())}) {
    if (count == 0 || count == config.num_bins()) continue;
    return Refuse(path, field,
                  absl::StrCat(count, " values; expected none, or one for each of the ",
                               config.num_bins(), " bins"));
  }
  if (config.normalize_utterance() && config.mean_size() + config.stddev_size() > 0) {
    return Refuse(path, "normalize_utterance",
                  "a sound's own mean and deviation leave nothing to `mean` and `stddev`; remove "
                  "the one or the others");
  }
  for (const float deviation : config.stddev()) {
    if (!(deviation > 0)) return Refuse(path, "stddev", "expected numbers above 0");
  }
  return absl::OkStatus();
}

absl::Status CheckBands(std::string_view path, const LogMel& config) {
  if (config.num_bins() < 1) return Refuse(path, "num_bins", "expected at least 1");
  if (!(config.low_hz() >= 0 && config.low_hz() < config.high_hz() &&
        config.high_hz() <= config.sample_rate() / 2.0f)) {
    return Refuse(path, "high_hz",
                  absl::StrCat("expected 0 <= low_hz < high_hz <= sample_rate / 2; they are ",
                               config.low_hz(), ", ", config.high_hz(), " and ",
                               config.sample_rate() / 2.0f));
  }
  if (!(config.floor() > 0)) return Refuse(path, "floor", "expected a number above 0");
  return CheckStatistics(path, config);
}

absl::Status CheckNeighbours(std::string_view path, const LogMel& config) {
  if (config.zero_frames() < 0) return Refuse(path, "zero_frames", "expected at least 0");
  if (config.left_frames() < 0) return Refuse(path, "left_frames", "expected at least 0");
  if (config.right_frames() < 0) return Refuse(path, "right_frames", "expected at least 0");
  if (config.stride() < 1) return Refuse(path, "stride", "expected at least 1");
  return absl::OkStatus();
}

// Adds shift[b] to band b of each frame and multiplies the sum by scale[b].
void ShiftAndScale(absl::Span<const float> shift, absl::Span<const float> scale, int64_t frames,
                   float* bands) {
  for (int64_t t = 0; t < frames; ++t) {
    for (size_t b = 0; b < shift.size(); ++b, ++bands) *bands = (*bands + shift[b]) * scale[b];
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<const LogMelFrontend>> LogMelFrontend::Create(std::string_view path,
                                                                             const LogMel& config) {
  if (config.sample_rate() < 1) return Refuse(path, "sample_rate", "expected at least 1");
  const int64_t frame = SamplesOf(config.frame_ms(), config.sample_rate());
  if (!(frame >= 1 && frame <= kMostFrameSamples)) {
    return Refuse(path, "frame_ms",
                  absl::StrCat(config.frame_ms(), " ms are ", frame, " samples; expected 1 to ",
                               kMostFrameSamples));
  }
  if (SamplesOf(config.step_ms(), config.sample_rate()) < 1) {
    return Refuse(path, "step_ms", "expected at least one sample");
  }
  const int64_t fft_size = config.has_fft_size() ? config.fft_size() : PowerOfTwoFrom(frame);
  if (fft_size < frame || fft_size > kMostFrameSamples) {
    return Refuse(path, "fft_size",
                  absl::StrCat(fft_size, "; expected at least the ", frame,
                               " samples of a frame, at most ", kMostFrameSamples));
  }
  FRAZO_RETURN_IF_ERROR(CheckBands(path, config));
  FRAZO_RETURN_IF_ERROR(CheckNeighbours(path, config));
  auto frontend = absl::WrapUnique(new const LogMelFrontend(config, fft_size));
  const int64_t empty = frontend->mel_bank_.num_empty_bands();
  if (empty > 0) {
    return Refuse(path, "num_bins",
                  absl::StrCat(empty, " of ", config.num_bins(),
                               " bands lie between two frequencies of the Fourier transform and "
                               "would stay empty; take fewer bins or a larger fft_size"));
  }
  return frontend;
}

LogMelFrontend::LogMelFrontend(const LogMel& config, int64_t fft_size)
    : sample_rate_(config.sample_rate()),
      frame_samples_(SamplesOf(config.frame_ms(), sample_rate_)),
      step_samples_(SamplesOf(config.step_ms(), sample_rate_)),
      sample_scale_(config.sample_scale()),
      pre_emphasis_(config.pre_emphasis()),
      power_(config.spectrum() == LogMel::POWER),
      floor_(config.floor()),
      num_bins_(config.num_bins()),
      normalize_utterance_(config.normalize_utterance()),
      zero_frames_(config.zero_frames()),
      left_frames_(config.left_frames()),
      right_frames_(config.right_frames()),
      stride_(config.stride()),
      window_(MakeWindow(config.window(), frame_samples_)),
      spectrum_(fft_size),
      mel_bank_({num_bins_, spectrum_.num_frequencies(), static_cast<double>(sample_rate_),
                 config.low_hz(), config.high_hz()}) {
  if (config.mean_size() + config.stddev_size() == 0) return;
  shift_.assign(num_bins_, 0);
  scale_.assign(num_bins_, 1);
  for (int i = 0; i < config.mean_size(); ++i) shift_[i] = -config.mean(i);
  for (int i = 0; i < config.stddev_size(); ++i) scale_[i] = 1 / config.stddev(i);
}

int64_t LogMelFrontend::CountWholeFrames(int64_t num_samples) const {
  const int64_t needed = frame_samples_ + (pre_emphasis_ > 0 ? 1 : 0);
  return num_samples < needed ? 0 : 1 + (num_samples - needed) / step_samples_;
}

int64_t LogMelFrontend::CountFrames(int64_t num_samples) const {
  const int64_t frames = CountWholeFrames(num_samples) + zero_frames_;
  return (frames + stride_ - 1) / stride_;
}

std::vector<float> LogMelFrontend::MakeSignal(absl::Span<const float> samples,
                                              int64_t count) const {
  std::vector<float> signal((count + kFrameLanes) * step_samples_ + frame_samples_);
  if (pre_emphasis_ > 0) {
    const int64_t needed = (count - 1) * step_samples_ + frame_samples_ + 1;
    Emphasize(samples.first(needed), sample_scale_, pre_emphasis_, signal.data());
  } else {
    const int64_t needed = (count - 1) * step_samples_ + frame_samples_;
    for (int64_t n = 0; n < needed; ++n) signal[n] = sample_scale_ * samples[n];
  }
  return signal;
}

void LogMelFrontend::ComputeBands(absl::Span<const float> samples, float* bands) const {
  const int64_t count = CountWholeFrames(samples.size());
  if (count == 0) return;
  const std::vector<float> signal = MakeSignal(samples, count);
  FrameSpectrum::Memory memory(spectrum_);
  std::vector<float> spectrum(power_ ? 0 : spectrum_.num_frequencies() * kFrameLanes);
  std::vector<float> lanes(num_bins_ * kFrameLanes);
  for (int64_t first = 0; first < count; first += kFrameLanes) {
    WriteWindowedFrames(signal.data() + first * step_samples_, step_samples_, window_,
                        memory.frames());
    std::fill(memory.frames() + frame_samples_ * kFrameLanes,
              memory.frames() + spectrum_.size() * kFrameLanes, 0.0f);
    spectrum_.ComputePowers(&memory);
    const float* powers = memory.powers();
    if (!power_) {
      for (size_t i = 0; i < spectrum.size(); ++i) spectrum[i] = std::sqrt(powers[i]);
      powers = spectrum.data();
    }
    mel_bank_.Apply(powers, lanes.data());
    LogFromFloor(floor_, absl::MakeSpan(lanes));
    for (int64_t lane = 0; lane < kFrameLanes && first + lane < count; ++lane) {
      for (int64_t b = 0; b < num_bins_; ++b) *bands++ = lanes[b * kFrameLanes + lane];
    }
  }
}

void LogMelFrontend::Normalize(int64_t frames, float* bands) const {
  if (frames == 0) return;
  if (!normalize_utterance_) {
    if (!shift_.empty()) ShiftAndScale(shift_, scale_, frames, bands);
    return;
  }
  std::vector<float> shift(num_bins_);
  std::vector<float> scale(num_bins_);
  for (int64_t b = 0; b < num_bins_; ++b) {
    double sum = 0;
    double squares = 0;
    for (int64_t t = 0; t < frames; ++t) sum += bands[t * num_bins_ + b];
    const double mean = sum / frames;
    for (int64_t t = 0; t < frames; ++t) {
      const double distance = bands[t * num_bins_ + b] - mean;
      squares += distance * distance;
    }
    shift[b] = -mean;
    scale[b] = 1 / std::max<float>(std::sqrt(squares / frames), kLeastDeviation);
  }
  ShiftAndScale(shift, scale, frames, bands);
}

void LogMelFrontend::Stack(const float* bands, int64_t frames, std::vector<float>* features) const {
  for (int64_t t = 0; t < frames; t += stride_) {
    for (int64_t offset = -left_frames_; offset <= right_frames_; ++offset) {
      const int64_t neighbour = std::clamp<int64_t>(t + offset, 0, frames - 1);
      const float* const values = bands + neighbour * num_bins_;
      features->insert(features->end(), values, values + num_bins_);
    }
  }
}

void LogMelFrontend::Compute(absl::Span<const float> samples, std::vector<float>* features) const {
  const int64_t whole = CountWholeFrames(samples.size());
  const int64_t frames = whole + zero_frames_;
  const bool joins = left_frames_ + right_frames_ > 0 || stride_ > 1;
  std::vector<float> before_joining;
  std::vector<float>* const bands = joins ? &before_joining : features;
  const size_t begin = bands->size();
  bands->resize(begin + frames * num_bins_);
  ComputeBands(samples, bands->data() + begin);
  Normalize(whole, bands->data() + begin);
  if (joins) Stack(bands->data(), frames, features);
}

}  // namespace frazo::audio
