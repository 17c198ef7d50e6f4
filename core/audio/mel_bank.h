#ifndef FRAZO_CORE_AUDIO_MEL_BANK_H_
#define FRAZO_CORE_AUDIO_MEL_BANK_H_

#include <cstdint>
#include <vector>

namespace frazo::audio {

// Sums the magnitudes of a spectrum into bands. Band b is a triangle on the mel scale, 1127 ln(1 +
// f / 700) (O'Shaughnessy 1987): it rises from the centre of band b - 1 to its own and falls to
// that of band b + 1, and the centres are equally far apart. Frequency 0 is in no band. These are
// the weights of tf.signal.linear_to_mel_weight_matrix. Immutable, so it is thread-safe.
class MelBank {
 public:
  struct Shape {
    int64_t num_bands;
    // Frequencies of the spectrum, from 0 to sample_rate / 2.
    int64_t num_frequencies;
    double sample_rate;
    // 0 <= low_hz < high_hz <= sample_rate / 2.
    double low_hz;
    double high_hz;
  };

  explicit MelBank(const Shape& shape);

  int64_t num_bands() const { return bands_.size(); }
  // The weight of a frequency in a band.
  float weight(int64_t band, int64_t frequency) const;
  // Bands that no frequency of the spectrum falls into; they are 0 for every sound.
  int64_t num_empty_bands() const;

  // Writes the bands of kFrameLanes frames. spectrum: [num_frequencies, kFrameLanes]; bands:
  // [num_bands, kFrameLanes].
  void Apply(const float* spectrum, float* bands) const;

 private:
  // The frequencies [first, first + count) have the weights from `weights` on.
  struct Band {
    int64_t first = 0;
    int64_t count = 0;
    int64_t weights = 0;
  };

  std::vector<Band> bands_;
  std::vector<float> weights_;
};

}  // namespace frazo::audio

#endif  // FRAZO_CORE_AUDIO_MEL_BANK_H_
