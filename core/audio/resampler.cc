#include "core/audio/resampler.h"

#include <soxr.h>

#include <cmath>

#include "absl/strings/str_cat.h"

namespace frazo::audio {

absl::Status Resample(absl::Span<const float> samples, double from_rate, double to_rate,
                      std::vector<float>* resampled) {
  if (from_rate == to_rate || samples.empty()) {
    resampled->insert(resampled->end(), samples.begin(), samples.end());
    return absl::OkStatus();
  }
  const size_t begin = resampled->size();
  const auto count = static_cast<size_t>(std::ceil(samples.size() * to_rate / from_rate));
  resampled->resize(begin + count);
  const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
  // One thread: the caller has a thread for each sound.
  const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
  size_t written = 0;
  const soxr_error_t error =
      soxr_oneshot(from_rate, to_rate, 1, samples.data(), samples.size(), nullptr,
                   resampled->data() + begin, count, &written, nullptr, &quality, &runtime);
  if (error != nullptr) {
    resampled->resize(begin);
    return absl::InternalError(
        absl::StrCat("resampling from ", from_rate, " to ", to_rate, " Hz failed: ", error));
  }
  // soxr may end a sample before; the rest is silence.
  return absl::OkStatus();
}

absl::Status PerturbSpeed(absl::Span<const float> samples, double factor,
                          std::vector<float>* perturbed) {
  if (!(factor >= kLeastSpeed && factor <= kMostSpeed)) {
    return absl::InvalidArgumentError(absl::StrCat("factor ", factor, "; expected a number from ",
                                                   kLeastSpeed, " to ", kMostSpeed));
  }
  // At `factor` times the rate as many samples take 1 / factor of the time.
  return Resample(samples, /*from_rate=*/factor, /*to_rate=*/1, perturbed);
}

}  // namespace frazo::audio
