// Reads arbitrary bytes as options and log-probabilities. A search that is not refused gives
// distinct texts, best first, of which no token is the blank.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "core/decode/ctc/prefix_beam_search.h"
#include "core/decode/row_workers.h"
#include "core/testing/fuzz_target.h"

namespace frazo::decode {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr int64_t kBatch = 2;

float Value(uint8_t byte) {
  if (byte == 255) return -kInfinity;
  if (byte == 254) return kInfinity;
  if (byte == 253) return std::numeric_limits<float>::quiet_NaN();
  return byte / -16.0f;
}

void CheckTexts(const CtcTexts& texts, const CtcFrames& frames, int64_t n_best) {
  Require(static_cast<int64_t>(texts.scores.size()) == kBatch * n_best, "all have their texts");
  for (int64_t row = 0; row < kBatch; ++row) {
    std::vector<std::vector<int32_t>> seen;
    for (int64_t rank = 0; rank < n_best; ++rank) {
      const int64_t at = row * n_best + rank;
      Require(!(texts.scores[at] > 0.01f), "no probability is above 1");
      Require(rank == 0 || texts.scores[at] <= texts.scores[at - 1], "the best comes first");
      Require(texts.lengths[at] <= frames.lengths[row], "no text is longer than its frames");
      const auto begin = texts.tokens.begin() + at * texts.longest;
      std::vector<int32_t> text(begin, begin + texts.lengths[at]);
      for (const int32_t token : text) {
        Require(token >= 0 && token < frames.classes - 1, "a text has tokens only");
      }
      if (texts.scores[at] == -kInfinity) continue;
      Require(std::find(seen.begin(), seen.end(), text) == seen.end(), "texts are distinct");
      seen.push_back(std::move(text));
    }
  }
}

// Makes the probabilities of each frame add up to 1, unless one is no logarithm.
void Normalize(std::vector<float>* values, int64_t classes) {
  for (size_t begin = 0; begin < values->size(); begin += classes) {
    double sum = 0;
    for (int64_t i = 0; i < classes; ++i) sum += std::exp((*values)[begin + i]);
    if (!(sum > 0) || std::isinf(sum)) continue;
    for (int64_t i = 0; i < classes; ++i) (*values)[begin + i] -= std::log(sum);
  }
}

void Check(std::string_view input) {
  static RowWorkers& workers = *new RowWorkers(1);
  if (input.size() < 5) return;
  const auto byte = [&](size_t at) { return static_cast<uint8_t>(input[at]); };
  CtcBeamOptions options;
  options.width = byte(0) % 20;
  options.n_best = byte(1) % 20;
  options.token_gap = -Value(byte(2));
  CtcFrames frames;
  frames.batch = kBatch;
  frames.classes = 1 + byte(3) % 6;
  input.remove_prefix(4);
  frames.time = std::min<int64_t>(input.size() / kBatch / frames.classes, 40);
  std::vector<float> values;
  for (int64_t i = 0; i < kBatch * frames.time * frames.classes; ++i) {
    values.push_back(Value(byte(i)));
  }
  Normalize(&values, frames.classes);
  const std::vector<int32_t> lengths = {static_cast<int32_t>(frames.time),
                                        static_cast<int32_t>(byte(0)) - 20};
  frames.log_probabilities = values;
  frames.lengths = lengths;
  const auto texts = CtcBeamSearch(frames, options, &workers);
  if (texts.ok()) CheckTexts(*texts, frames, options.n_best);
}

}  // namespace
}  // namespace frazo::decode

std::vector<std::string> frazo::FuzzSeeds() {
  std::string frames;
  for (int i = 0; i < 60; ++i) frames += static_cast<char>((i * 37) % 120);
  return {std::string("\x08\x03\x50\x02", 4) + "\x14" + frames,
          std::string("\x02\x02\xff\x03", 4) + "\x16" + frames,
          std::string("\x13\x13\xff\x05", 4) + "\x18\xff\xff" + frames};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  frazo::decode::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
