#include "core/audio/testing/sound_file.h"

#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace frazo::audio {
namespace {

struct Buffer {
  std::string bytes;
  sf_count_t position = 0;
};

sf_count_t Length(void* buffer) { return static_cast<Buffer*>(buffer)->bytes.size(); }

sf_count_t Seek(sf_count_t offset, int whence, void* opaque) {
  auto* const buffer = static_cast<Buffer*>(opaque);
  const sf_count_t origin = whence == SEEK_SET   ? 0
                            : whence == SEEK_CUR ? buffer->position
                                                 : Length(opaque);
  return buffer->position = origin + offset;
}

sf_count_t Read(void* to, sf_count_t count, void* opaque) {
  auto* const buffer = static_cast<Buffer*>(opaque);
  const sf_count_t taken = std::min(count, Length(opaque) - buffer->position);
  std::memcpy(to, buffer->bytes.data() + buffer->position, taken);
  buffer->position += taken;
  return taken;
}

sf_count_t Write(const void* from, sf_count_t count, void* opaque) {
  auto* const buffer = static_cast<Buffer*>(opaque);
  const sf_count_t end = buffer->position + count;
  if (end > Length(opaque)) buffer->bytes.resize(end);
  std::memcpy(buffer->bytes.data() + buffer->position, from, count);
  buffer->position = end;
  return count;
}

sf_count_t Tell(void* buffer) { return static_cast<Buffer*>(buffer)->position; }

}  // namespace

std::string EncodeSound(const std::vector<float>& samples, int channels, int sample_rate,
                        int format) {
  Buffer buffer;
  SF_VIRTUAL_IO io = {Length, Seek, Read, Write, Tell};
  SF_INFO info = {};
  info.channels = channels;
  info.samplerate = sample_rate;
  info.format = format;
  SNDFILE* const file = sf_open_virtual(&io, SFM_WRITE, &info, &buffer);
  if (file == nullptr) {
    std::fprintf(stderr, "libsndfile: %s\n", sf_strerror(nullptr));
    std::abort();
  }
  sf_write_float(file, samples.data(), samples.size());
  sf_close(file);
  return buffer.bytes;
}

std::vector<float> Sine(double hz, int sample_rate, int count) {
  std::vector<float> samples(count);
  for (int i = 0; i < count; ++i) samples[i] = 0.5 * std::sin(2 * M_PI * hz * i / sample_rate);
  return samples;
}

}  // namespace frazo::audio
