#ifndef FRAZO_CORE_AUDIO_FRAME_SPECTRUM_H_
#define FRAZO_CORE_AUDIO_FRAME_SPECTRUM_H_

#include <cstdint>
#include <memory>

namespace frazo::audio {

// The squared magnitudes of discrete Fourier transforms of real frames, of kFrameLanes
// frames at once. Immutable, so it is thread-safe.
class FrameSpectrum {
 public:
  // Working memory of Powers(), for one thread.
  class Memory {
   public:
    explicit Memory(const FrameSpectrum& spectrum);
    ~Memory();
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;

    // [size, kFrameLanes]: the samples of the frames.
    float* frames();
    // [num_frequencies, kFrameLanes]: the squares of the magnitudes.
    const float* powers() const;

   private:
    friend class FrameSpectrum;
    struct Vectors;
    std::unique_ptr<Vectors> vectors_;
  };

  // `size`: samples of a frame. >= 1.
  explicit FrameSpectrum(int64_t size);
  ~FrameSpectrum();

  int64_t size() const { return size_; }
  // Frequencies from 0 to half of the sample rate: size / 2 + 1.
  int64_t num_frequencies() const { return size_ / 2 + 1; }

  // Overwrites memory->frames().
  void ComputePowers(Memory* memory) const;

 private:
  struct Plan;
  int64_t size_;
  std::unique_ptr<const Plan> plan_;
};

}  // namespace frazo::audio

#endif  // FRAZO_CORE_AUDIO_FRAME_SPECTRUM_H_
