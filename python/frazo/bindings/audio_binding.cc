#include "python/frazo/bindings/audio_binding.h"

#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "core/audio/log_mel_frontend.h"
#include "core/audio/resampler.h"
#include "core/audio/sound_decoder.h"
#include "core/audio/sound_encoder.h"
#include "core/audio/spectrum_masks.h"
#include "core/audio/white_noise.h"
#include "core/numeric/random.h"
#include "frazo/proto/log_mel.pb.h"
#include "frazo/proto/spec_augment.pb.h"
#include "python/frazo/bindings/owned_array.h"
#include "python/frazo/bindings/status_exceptions.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace frazo::bindings {
namespace {

using Samples = nb::ndarray<nb::numpy, float, nb::ndim<1>, nb::c_contig>;
using ConstSamples = nb::ndarray<const float, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Features = nb::ndarray<nb::numpy, float, nb::ndim<2>, nb::c_contig>;
using ConstFeatures = nb::ndarray<const float, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

constexpr char kDecodeDoc[] = R"(Decodes the content of a sound file: FLAC, WAV, Ogg, MP3.

Args:
  content: The bytes of the file.
  sample_rate: Rate of the result in Hz; another sound is resampled.
  max_seconds: A longer sound is an error.

Returns:
  float32 [samples] in [-1, 1], the mean of the channels.

Raises:
  InvalidArgumentError: The bytes are no sound, or the sound is damaged, ends early or is too long.)";

constexpr char kEncodeDoc[] = R"(Encodes samples as the content of a FLAC file of 16 bits.

Args:
  samples: float32 [samples]. What is beyond [-1, 1] is clipped.
  sample_rate: Rate of the samples in Hz.

Raises:
  InvalidArgumentError: FLAC has no such rate.)";

constexpr char kHeaderDoc[] = R"(Reads the header of a sound file.

Args:
  content: The bytes of the file.

Raises:
  InvalidArgumentError: The bytes are no sound.)";

constexpr char kFrontendDoc[] = R"(Computes the features that a frazo.LogMel message defines.

It is thread-safe.)";

constexpr char kCreateDoc[] = R"(Checks the message.

Args:
  config: A serialized frazo.LogMel.

Raises:
  InvalidArgumentError: The message contradicts itself; the error names the field.)";

constexpr char kComputeDoc[] = R"(Computes the features of a sound.

Args:
  samples: float32 [samples] in [-1, 1].

Returns:
  float32 [count_frames(samples), frame_size].)";

constexpr char kSpeedDoc[] =
    R"(Plays a sound at another speed, with tempo and pitch together (Ko et al. 2015).

Args:
  samples: float32 [samples].
  factor: In 0.1 .. 10; at 1.1 the sound is shorter and higher.

Returns:
  float32 [ceil(samples / factor)].

Raises:
  InvalidArgumentError: The factor is outside its range.)";

constexpr char kNoiseDoc[] = R"(Adds white Gaussian noise to a sound. Silence gets none.

Args:
  samples: float32 [samples].
  snr_db: In -100 .. 100, the ratio of the mean square of the samples to the variance of the noise, in decibels.
  seed: Equal seeds give equal noise.

Returns:
  float32 [samples], which may leave [-1, 1].

Raises:
  InvalidArgumentError: The ratio is outside its range.)";

constexpr char kMasksDoc[] = R"(Sets bands and spans of frames to zero (Park et al. 2019).

Args:
  features: float32 [frames, values of a frame].
  config: A serialized frazo.SpecAugment.
  seed: Equal seeds hide equal parts of sounds of equal sizes.

Returns:
  float32 [frames, values of a frame].

Raises:
  InvalidArgumentError: A field of the message is out of its range, or a frame has no values.)";

std::string_view View(const nb::bytes& bytes) { return {bytes.c_str(), bytes.size()}; }

Samples DecodeSound(const nb::bytes& content, int32_t sample_rate, double max_seconds) {
  if (sample_rate < 1 || !(max_seconds > 0)) {
    RaiseIfError(absl::InvalidArgumentError("sample_rate and max_seconds must be above 0"));
  }
  std::vector<float> samples;
  RaiseIfError(Unlocked(
      [&] { return audio::DecodeSound(View(content), {sample_rate, max_seconds}, &samples); }));
  const size_t count = samples.size();
  return ToArray<Samples>(std::move(samples), {count});
}

nb::bytes EncodeFlac(const ConstSamples& samples, int32_t sample_rate) {
  audio::SoundFormat format;
  format.sample_rate = sample_rate;
  const std::string content = ValueOrRaise(
      Unlocked([&] { return audio::EncodeSound({samples.data(), samples.size()}, format); }));
  return nb::bytes(content.data(), content.size());
}

// nanobind doesn't bind const classes, so this holds a pointer.
struct BoundFrontend {
  std::unique_ptr<const audio::LogMelFrontend> frontend;
};

void CreateFrontend(BoundFrontend* self, const nb::bytes& message) {
  LogMel config;
  if (!config.ParseFromArray(message.c_str(), static_cast<int>(message.size()))) {
    RaiseIfError(absl::InvalidArgumentError(
        "config is not a serialized frazo.LogMel; pass the result of its SerializeToString()"));
  }
  new (self) BoundFrontend{ValueOrRaise(audio::LogMelFrontend::Create("config", config))};
}

Features Compute(const BoundFrontend& self, const ConstSamples& samples) {
  std::vector<float> features;
  Unlocked([&] { self.frontend->Compute({samples.data(), samples.size()}, &features); });
  const size_t width = self.frontend->frame_size();
  const size_t frames = features.size() / width;
  return ToArray<Features>(std::move(features), {frames, width});
}

Samples SpeedPerturb(const ConstSamples& samples, double factor) {
  std::vector<float> perturbed;
  RaiseIfError(Unlocked(
      [&] { return audio::PerturbSpeed({samples.data(), samples.size()}, factor, &perturbed); }));
  const size_t count = perturbed.size();
  return ToArray<Samples>(std::move(perturbed), {count});
}

Samples AddNoise(const ConstSamples& samples, double snr_db, int64_t seed) {
  std::vector<float> noisy(samples.data(), samples.data() + samples.size());
  numeric::Random random({static_cast<uint64_t>(seed)});
  RaiseIfError(Unlocked([&] { return audio::AddNoise(snr_db, &random, absl::MakeSpan(noisy)); }));
  const size_t count = noisy.size();
  return ToArray<Samples>(std::move(noisy), {count});
}

Features MaskSpectrum(const ConstFeatures& features, const nb::bytes& message, int64_t seed) {
  SpecAugment config;
  if (!config.ParseFromArray(message.c_str(), static_cast<int>(message.size()))) {
    RaiseIfError(absl::InvalidArgumentError(
        "config is not a serialized frazo.SpecAugment; pass the result of its "
        "SerializeToString()"));
  }
  RaiseIfError(audio::CheckSpecAugment("config", config));
  const size_t frames = features.shape(0), width = features.shape(1);
  if (width == 0) RaiseIfError(absl::InvalidArgumentError("features: a frame has no values"));
  std::vector<float> masked(features.data(), features.data() + features.size());
  numeric::Random random({static_cast<uint64_t>(seed)});
  Unlocked([&] { audio::MaskSpectrum(config, width, &random, absl::MakeSpan(masked)); });
  return ToArray<Features>(std::move(masked), {frames, width});
}

}  // namespace

void BindAudio(nb::module_& module) {
  module.def("speed_perturb", &SpeedPerturb, "samples"_a, "factor"_a, kSpeedDoc);
  module.def("add_noise", &AddNoise, "samples"_a, nb::kw_only(), "snr_db"_a, "seed"_a, kNoiseDoc);
  module.def("spec_augment", &MaskSpectrum, "features"_a, "config"_a, nb::kw_only(), "seed"_a,
             kMasksDoc);
  module.def("decode_sound", &DecodeSound, "content"_a, nb::kw_only(), "sample_rate"_a = 16000,
             "max_seconds"_a = 3600.0, kDecodeDoc);
  module.def("encode_flac", &EncodeFlac, "samples"_a, nb::kw_only(), "sample_rate"_a = 16000,
             kEncodeDoc);
  nb::class_<audio::SoundHeader>(module, "SoundHeader", "What the header of a sound file tells.")
      .def_ro("sample_rate", &audio::SoundHeader::sample_rate, "In Hz.")
      .def_ro("channels", &audio::SoundHeader::channels)
      .def_ro("length", &audio::SoundHeader::length,
              "Samples of each channel; -1 if the header doesn't tell it.")
      .def_ro("format", &audio::SoundHeader::format, "The names of the container and the coding.");
  module.def(
      "read_sound_header",
      [](const nb::bytes& content) {
        return ValueOrRaise(Unlocked([&] { return audio::ReadSoundHeader(View(content)); }));
      },
      "content"_a, kHeaderDoc);
  nb::class_<BoundFrontend>(module, "LogMelFrontend", kFrontendDoc)
      .def("__init__", &CreateFrontend, "config"_a, kCreateDoc)
      .def("compute", &Compute, "samples"_a, kComputeDoc)
      .def(
          "count_frames",
          [](const BoundFrontend& self, int64_t samples) {
            return self.frontend->CountFrames(samples);
          },
          "samples"_a, "Returns the number of frames of so many samples.")
      .def_prop_ro(
          "frame_size", [](const BoundFrontend& self) { return self.frontend->frame_size(); },
          "Values of a frame.")
      .def_prop_ro(
          "sample_rate", [](const BoundFrontend& self) { return self.frontend->sample_rate(); },
          "Of the samples, in Hz.");
}

}  // namespace frazo::bindings
