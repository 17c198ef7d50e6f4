#include "core/decode/ctc/prefix_beam_search.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/decode/ctc/prefix_beam.h"
#include "core/status/status_macros.h"

namespace frazo::decode {
namespace {

constexpr int64_t kMaxWidth = 1'000'000;

// The texts of one utterance, best first.
struct Texts {
  // Those of all texts behind each other.
  std::vector<int32_t> tokens;
  std::vector<int32_t> lengths;
  std::vector<float> scores;
};

absl::Status CheckOptions(const CtcBeamOptions& options, const CtcFrames& frames) {
  if (options.width < 1 || options.width > kMaxWidth) {
    return absl::InvalidArgumentError(
        absl::StrCat("width: ", options.width, "; expected 1 .. ", kMaxWidth));
  }
  if (options.n_best < 1 || options.n_best > options.width) {
    return absl::InvalidArgumentError(
        absl::StrCat("n_best: ", options.n_best, "; expected 1 .. width, ", options.width));
  }
  if (!(options.token_gap >= 0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("token_gap: ", options.token_gap, "; expected 0 or more"));
  }
  // Nodes are numbered by int32_t, and a frame makes at most one for each prefix.
  if (frames.time > std::numeric_limits<int32_t>::max() / options.width - 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "log_probabilities: ", frames.time, " frames are too many for a width of ", options.width));
  }
  return absl::OkStatus();
}

absl::Status CheckFrames(const CtcFrames& frames) {
  if (frames.batch < 0 || frames.time < 0 || frames.classes < 1 ||
      static_cast<int64_t>(frames.log_probabilities.size()) !=
          frames.batch * frames.time * frames.classes) {
    return absl::InvalidArgumentError(
        absl::StrCat("log_probabilities: ", frames.log_probabilities.size(),
                     " values; expected [batch ", frames.batch, ", time ", frames.time,
                     ", classes ", frames.classes, "] with a class at least, the blank"));
  }
  if (static_cast<int64_t>(frames.lengths.size()) != frames.batch) {
    return absl::InvalidArgumentError(absl::StrCat("lengths: ", frames.lengths.size(),
                                                   " of them for ", frames.batch, " utterances"));
  }
  for (int64_t row = 0; row < frames.batch; ++row) {
    if (frames.lengths[row] >= 0 && frames.lengths[row] <= frames.time) continue;
    return absl::InvalidArgumentError(absl::StrCat("lengths: utterance ", row, " has ",
                                                   frames.lengths[row], " frames; expected 0 .. ",
                                                   frames.time));
  }
  return absl::OkStatus();
}

bool IsLogProbability(float value) {
  return !std::isnan(value) && value != std::numeric_limits<float>::infinity();
}

absl::Status Search(const CtcFrames& frames, const CtcBeamOptions& options, int64_t row,
                    Texts* texts) {
  const int64_t classes = frames.classes;
  PrefixBeam beam(options.width, classes - 1, options.token_gap);
  for (int64_t time = 0; time < frames.lengths[row]; ++time) {
    const auto frame =
        frames.log_probabilities.subspan((row * frames.time + time) * classes, classes);
    if (!std::all_of(frame.begin(), frame.end(), IsLogProbability)) {
      return absl::InvalidArgumentError(
          absl::StrCat("log_probabilities: utterance ", row, ", frame ", time,
                       " has NaN or infinity; expected logarithms of probabilities"));
    }
    beam.Advance(frame);
  }
  const auto prefixes = beam.prefixes();
  for (const PrefixBeam::Prefix& prefix :
       prefixes.first(std::min<int64_t>(prefixes.size(), options.n_best))) {
    const int32_t length = beam.trie().length(prefix.node);
    texts->tokens.resize(texts->tokens.size() + length);
    beam.trie().CopyTokens(prefix.node, texts->tokens.data() + texts->tokens.size() - length);
    texts->lengths.push_back(length);
    texts->scores.push_back(static_cast<float>(prefix.total));
  }
  return absl::OkStatus();
}

CtcTexts Joined(absl::Span<const Texts> all, int64_t n_best) {
  CtcTexts joined;
  for (const Texts& texts : all) {
    for (const int32_t length : texts.lengths) {
      joined.longest = std::max<int64_t>(joined.longest, length);
    }
  }
  const int64_t count = static_cast<int64_t>(all.size()) * n_best;
  joined.tokens.resize(count * joined.longest);
  joined.lengths.resize(count);
  joined.scores.resize(count, -std::numeric_limits<float>::infinity());
  for (size_t row = 0; row < all.size(); ++row) {
    const int32_t* tokens = all[row].tokens.data();
    for (size_t rank = 0; rank < all[row].lengths.size(); ++rank) {
      const int64_t at = row * n_best + rank;
      const int32_t length = all[row].lengths[rank];
      std::copy_n(tokens, length, joined.tokens.begin() + at * joined.longest);
      tokens += length;
      joined.lengths[at] = length;
      joined.scores[at] = all[row].scores[rank];
    }
  }
  return joined;
}

}  // namespace

absl::StatusOr<CtcTexts> CtcBeamSearch(const CtcFrames& frames, const CtcBeamOptions& options,
                                       ParallelRows* threads) {
  FRAZO_RETURN_IF_ERROR(CheckOptions(options, frames));
  FRAZO_RETURN_IF_ERROR(CheckFrames(frames));
  // A look at each class, and some logarithms for each prefix.
  constexpr int64_t kCyclesOfClass = 4;
  constexpr int64_t kCyclesOfPrefix = 1000;
  const int64_t cycles =
      frames.time * (kCyclesOfClass * frames.classes + kCyclesOfPrefix * options.width);
  std::vector<Texts> texts(frames.batch);
  std::vector<absl::Status> statuses(frames.batch);
  threads->Run(frames.batch, cycles, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      statuses[row] = Search(frames, options, row, &texts[row]);
    }
  });
  for (const absl::Status& status : statuses) FRAZO_RETURN_IF_ERROR(status);
  return Joined(texts, options.n_best);
}

}  // namespace frazo::decode
