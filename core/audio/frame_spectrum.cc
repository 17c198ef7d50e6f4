#include "core/audio/frame_spectrum.h"

#include <cstddef>
#include <functional>
#include <utility>

#include "core/audio/frame_lanes.h"
#include "ducc0/fft/fft1d_impl.h"
#include "ducc0/infra/aligned_array.h"
#include "ducc0/infra/simd.h"

// DUCC divides very long transforms among threads by this function, whose definition TensorFlow's
// wheel lacks. All the work is for one thread here.
namespace ducc0::detail_threading {
namespace {

class OneThread : public Scheduler {
 public:
  explicit OneThread(size_t count) : all_(0, count) {}
  size_t num_threads() const override { return 1; }
  size_t thread_num() const override { return 0; }
  Range getNext() override { return std::exchange(all_, Range()); }

 private:
  Range all_;
};

}  // namespace

void execStatic(size_t count, size_t, size_t, std::function<void(Scheduler&)> work) {
  OneThread scheduler(count);
  work(scheduler);
}

}  // namespace ducc0::detail_threading

namespace frazo::audio {
namespace {

using Vector = ducc0::simd_select<float, kFrameLanes>::type;

}  // namespace

struct FrameSpectrum::Plan {
  explicit Plan(int64_t size) : transform(size) {}
  ducc0::pocketfft_r<float> transform;
};

struct FrameSpectrum::Memory::Vectors {
  Vectors(size_t size, size_t buffer_size)
      : frames(size), buffer(buffer_size), powers(size / 2 + 1) {}
  ducc0::aligned_array<Vector> frames;
  ducc0::aligned_array<Vector> buffer;
  ducc0::aligned_array<Vector> powers;
};

FrameSpectrum::FrameSpectrum(int64_t size)
    : size_(size), plan_(std::make_unique<const Plan>(size)) {}
FrameSpectrum::~FrameSpectrum() = default;

FrameSpectrum::Memory::Memory(const FrameSpectrum& spectrum)
    : vectors_(std::make_unique<Vectors>(spectrum.size(), spectrum.plan_->transform.bufsize())) {}
FrameSpectrum::Memory::~Memory() = default;

float* FrameSpectrum::Memory::frames() { return reinterpret_cast<float*>(vectors_->frames.data()); }

const float* FrameSpectrum::Memory::powers() const {
  return reinterpret_cast<const float*>(vectors_->powers.data());
}

void FrameSpectrum::ComputePowers(Memory* memory) const {
  Memory::Vectors& vectors = *memory->vectors_;
  Vector* const values = vectors.frames.data();
  Vector* const powers = vectors.powers.data();
  plan_->transform.exec_copyback(values, vectors.buffer.data(), 1.0f, /*fwd=*/true);
  // The transform is r0, r1, i1, r2, i2, ...; the middle of an even size is real, too.
  powers[0] = values[0] * values[0];
  for (int64_t k = 1; 2 * k < size_; ++k) {
    const Vector real = values[2 * k - 1];
    const Vector imaginary = values[2 * k];
    powers[k] = real * real + imaginary * imaginary;
  }
  if (size_ > 1 && size_ % 2 == 0) powers[size_ / 2] = values[size_ - 1] * values[size_ - 1];
}

}  // namespace frazo::audio
