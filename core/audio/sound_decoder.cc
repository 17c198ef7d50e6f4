#include "core/audio/sound_decoder.h"

#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/audio/resampler.h"
#include "core/status/status_macros.h"

namespace frazo::audio {
namespace {

// Frames of channels that one call reads.
constexpr int64_t kReadFrames = 4096;
// A size from here on in the header of a WAV file was written by a program that did not know it.
constexpr uint32_t kUnknownRiffSize = 0x7ffff000;
// Beyond any sound, whose samples lie in [-1, 1]; what follows can square it.
constexpr float kLargestSample = 1e9f;

// The bytes as a file for libsndfile.
struct ByteFile {
  std::string_view bytes;
  int64_t position = 0;
};

sf_count_t Length(void* file) { return static_cast<ByteFile*>(file)->bytes.size(); }

sf_count_t Seek(sf_count_t offset, int whence, void* opaque) {
  auto* const file = static_cast<ByteFile*>(opaque);
  const int64_t size = file->bytes.size();
  const int64_t origin = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? file->position : size;
  if (offset < -origin || offset > size - origin) return -1;
  return file->position = origin + offset;
}

sf_count_t Read(void* buffer, sf_count_t count, void* opaque) {
  auto* const file = static_cast<ByteFile*>(opaque);
  const int64_t left = file->bytes.size() - file->position;
  const int64_t taken = std::clamp<int64_t>(count, 0, left);
  std::memcpy(buffer, file->bytes.data() + file->position, taken);
  file->position += taken;
  return taken;
}

sf_count_t RefuseWrite(const void*, sf_count_t, void*) { return 0; }

sf_count_t Tell(void* file) { return static_cast<ByteFile*>(file)->position; }

struct CloseSound {
  void operator()(SNDFILE* sound) const { sf_close(sound); }
};
using SoundHandle = std::unique_ptr<SNDFILE, CloseSound>;

// Whether headers of the format tell the number of frames exactly, if they tell it.
bool CountsFrames(int format) {
  switch (format & SF_FORMAT_TYPEMASK) {
    case SF_FORMAT_FLAC:
    case SF_FORMAT_WAV:
    case SF_FORMAT_WAVEX:
    case SF_FORMAT_RF64:
    case SF_FORMAT_W64:
    case SF_FORMAT_AIFF:
    case SF_FORMAT_CAF:
    case SF_FORMAT_AU:
      return true;
    default:
      return false;
  }
}

bool TellsLength(const SF_INFO& info) {
  return CountsFrames(info.format) && info.frames > 0 && info.frames != SF_COUNT_MAX;
}

// libsndfile takes a WAV file that ends early for a shorter one.
absl::Status CheckRiffSize(std::string_view bytes) {
  if (bytes.size() < 12 || bytes.substr(0, 4) != "RIFF") return absl::OkStatus();
  uint32_t size = 0;
  for (int i = 3; i >= 0; --i) size = size << 8 | static_cast<uint8_t>(bytes[4 + i]);
  // The last chunk may lack its byte of padding.
  if (size == 0 || size >= kUnknownRiffSize || size + 7ull <= bytes.size()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("the sound ends early: its header tells of ",
                                                 size + 8ull, " bytes, it has ", bytes.size()));
}

// Sets samples[i] to the mean of the channels of frame i.
void Average(const float* values, int channels, absl::Span<float> samples) {
  if (channels == 1) {
    std::copy_n(values, samples.size(), samples.data());
    return;
  }
  for (float& sample : samples) {
    float sum = 0;
    for (int channel = 0; channel < channels; ++channel) sum += *values++;
    sample = sum / channels;
  }
}

// `first`: the number in the sound of the first of the samples.
absl::Status CheckRange(absl::Span<const float> samples, int64_t first) {
  bool within = true;
  for (const float sample : samples) within &= std::abs(sample) <= kLargestSample;
  if (within) return absl::OkStatus();
  int64_t i = 0;
  while (std::abs(samples[i]) <= kLargestSample) ++i;
  return absl::InvalidArgumentError(absl::StrCat("sample ", first + i, " of the sound is ",
                                                 samples[i], "; expected numbers in [-1, 1]"));
}

// Reads the whole sound at its own rate.
absl::Status ReadAll(SNDFILE* sound, const SF_INFO& info, double max_seconds,
                     std::vector<float>* samples) {
  const double longest = max_seconds * info.samplerate;
  if (TellsLength(info) && info.frames <= longest) samples->reserve(info.frames);
  std::vector<float> values(kReadFrames * info.channels);
  while (true) {
    const int64_t frames = sf_readf_float(sound, values.data(), kReadFrames);
    // A damaged part of FLAC is read as silence, and the next call forgets the error.
    if (sf_error(sound) != SF_ERR_NO_ERROR) {
      return absl::InvalidArgumentError(absl::StrCat("the sound is damaged after ", samples->size(),
                                                     " samples: ", sf_strerror(sound)));
    }
    if (frames <= 0) break;
    if (samples->size() + frames > longest) {
      return absl::InvalidArgumentError(
          absl::StrCat("the sound is longer than ", max_seconds, " seconds"));
    }
    const size_t begin = samples->size();
    samples->resize(begin + frames);
    const absl::Span<float> added = absl::MakeSpan(*samples).subspan(begin);
    Average(values.data(), info.channels, added);
    FRAZO_RETURN_IF_ERROR(CheckRange(added, begin));
  }
  const int64_t count = samples->size();
  if (TellsLength(info) && count != info.frames) {
    return absl::InvalidArgumentError(absl::StrCat("the sound ends early: its header tells of ",
                                                   info.frames, " samples, it has ", count));
  }
  return absl::OkStatus();
}

// Opens the file, which must outlive the result.
absl::StatusOr<SoundHandle> Open(ByteFile* file, SF_INFO* info) {
  if (file->bytes.empty()) return absl::InvalidArgumentError("the sound has no bytes");
  SF_VIRTUAL_IO io = {Length, Seek, Read, RefuseWrite, Tell};
  SoundHandle sound(sf_open_virtual(&io, SFM_READ, info, file));
  if (sound == nullptr || info->channels < 1 || info->samplerate < 1) {
    return absl::InvalidArgumentError(absl::StrCat("these ", file->bytes.size(),
                                                   " bytes are no sound that can be read (",
                                                   sf_strerror(sound.get()), ")"));
  }
  return sound;
}

// The name of a part of a format: of its container or of its coding.
std::string NameOf(int part) {
  SF_FORMAT_INFO info = {};
  info.format = part;
  sf_command(nullptr, SFC_GET_FORMAT_INFO, &info, sizeof(info));
  return info.name == nullptr ? "unknown" : info.name;
}

}  // namespace

absl::Status DecodeSound(std::string_view bytes, const SoundTarget& target,
                         std::vector<float>* samples) {
  FRAZO_RETURN_IF_ERROR(CheckRiffSize(bytes));
  ByteFile file = {bytes};
  SF_INFO info = {};
  FRAZO_ASSIGN_OR_RETURN(const SoundHandle sound, Open(&file, &info));
  std::vector<float> decoded;
  FRAZO_RETURN_IF_ERROR(ReadAll(sound.get(), info, target.max_seconds, &decoded));
  return Resample(decoded, info.samplerate, target.sample_rate, samples);
}

absl::StatusOr<SoundHeader> ReadSoundHeader(std::string_view bytes) {
  ByteFile file = {bytes};
  SF_INFO info = {};
  FRAZO_ASSIGN_OR_RETURN(const SoundHandle sound, Open(&file, &info));
  SoundHeader header;
  header.sample_rate = info.samplerate;
  header.channels = info.channels;
  if (TellsLength(info)) header.length = info.frames;
  header.format = absl::StrCat(NameOf(info.format & SF_FORMAT_TYPEMASK), ", ",
                               NameOf(info.format & SF_FORMAT_SUBMASK));
  return header;
}

}  // namespace frazo::audio
