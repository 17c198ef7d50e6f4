#include "core/audio/sound_encoder.h"

#include <sndfile.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace frazo::audio {
namespace {

static_assert(SoundFormat().format == (SF_FORMAT_FLAC | SF_FORMAT_PCM_16));

// The bytes as a file for libsndfile, which goes back to the header when it has written the rest.
struct ByteFile {
  std::string bytes;
  sf_count_t position = 0;
};

sf_count_t Length(void* file) { return static_cast<ByteFile*>(file)->bytes.size(); }

sf_count_t Seek(sf_count_t offset, int whence, void* opaque) {
  auto* const file = static_cast<ByteFile*>(opaque);
  const sf_count_t origin = whence == SEEK_SET   ? 0
                            : whence == SEEK_CUR ? file->position
                                                 : Length(opaque);
  return file->position = origin + offset;
}

sf_count_t Read(void* to, sf_count_t count, void* opaque) {
  auto* const file = static_cast<ByteFile*>(opaque);
  const sf_count_t taken = std::clamp<sf_count_t>(Length(opaque) - file->position, 0, count);
  std::memcpy(to, file->bytes.data() + file->position, taken);
  file->position += taken;
  return taken;
}

sf_count_t Write(const void* from, sf_count_t count, void* opaque) {
  auto* const file = static_cast<ByteFile*>(opaque);
  const sf_count_t end = file->position + count;
  if (end > Length(opaque)) file->bytes.resize(end);
  std::memcpy(file->bytes.data() + file->position, from, count);
  file->position = end;
  return count;
}

sf_count_t Tell(void* file) { return static_cast<ByteFile*>(file)->position; }

}  // namespace

absl::StatusOr<std::string> EncodeSound(absl::Span<const float> samples,
                                        const SoundFormat& format) {
  ByteFile file;
  SF_VIRTUAL_IO io = {Length, Seek, Read, Write, Tell};
  SF_INFO info = {};
  info.channels = format.channels;
  info.samplerate = format.sample_rate;
  info.format = format.format;
  SNDFILE* const sound = sf_open_virtual(&io, SFM_WRITE, &info, &file);
  if (sound == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("libsndfile cannot write format ", format.format, " with ", format.channels,
                     " channels at ", format.sample_rate, " Hz: ", sf_strerror(nullptr)));
  }
  // Otherwise a sample of 1 becomes the least integer.
  sf_command(sound, SFC_SET_CLIPPING, nullptr, SF_TRUE);
  const sf_count_t count = samples.size();
  const bool is_written = sf_write_float(sound, samples.data(), count) == count;
  const bool is_closed = sf_close(sound) == 0;
  if (!is_written || !is_closed) return absl::InternalError("libsndfile cannot write the samples");
  return std::move(file.bytes);
}

}  // namespace frazo::audio
