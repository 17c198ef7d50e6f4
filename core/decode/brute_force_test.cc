// Checks that a beam which holds every prefix finds the result of trying all sequences, for many
// options.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/decode/testing/scripted_search.h"
#include "core/numeric/random.h"
#include "core/testing/test_variation.h"
#include "gtest/gtest.h"

namespace frazo::decode {
namespace {

using Path = std::vector<int32_t>;

constexpr int32_t kEos = 0;
constexpr int32_t kBlank = 1;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool Contains(const Path& path, int32_t token) {
  return std::find(path.begin(), path.end(), token) != path.end();
}

Path WithoutBlanks(const Path& path) {
  Path labels;
  for (const int32_t token : path) {
    if (token != kBlank) labels.push_back(token);
  }
  return labels;
}

// A model whose scores depend on the prefix alone; those of a transducer depend on its labels and
// the number of blanks.
class Model {
 public:
  Model(uint64_t seed, int64_t vocabulary, int64_t source, bool has_blank)
      : seed_(seed), vocabulary_(vocabulary), source_(source), has_blank_(has_blank) {}

  std::vector<float> Logits(const Path& prefix) const {
    numeric::Random random = RandomOf(prefix, 1);
    std::vector<float> logits;
    for (int64_t token = 0; token < vocabulary_; ++token) {
      logits.push_back(static_cast<float>(4 * random.Fraction() - 1));
    }
    return logits;
  }

  std::vector<double> LogProbabilities(const Path& prefix) const {
    double sum = 0;
    for (const float logit : Logits(prefix)) sum += std::exp(logit);
    std::vector<double> scores;
    for (const float logit : Logits(prefix)) scores.push_back(logit - std::log(sum));
    return scores;
  }

  std::vector<float> Attention(const Path& prefix) const {
    numeric::Random random = RandomOf(prefix, 2);
    std::vector<float> weights;
    for (int64_t i = 0; i < source_; ++i) weights.push_back(random.Fraction());
    return weights;
  }

  // The second blank is the last one.
  bool IsLastChunk(const Path& prefix) const {
    return std::count(prefix.begin(), prefix.end(), kBlank) >= 1;
  }

 private:
  numeric::Random RandomOf(const Path& prefix, uint64_t purpose) const {
    uint64_t key = seed_;
    for (const int32_t token : has_blank_ ? WithoutBlanks(prefix) : prefix) {
      key = numeric::Random({key, static_cast<uint64_t>(token)}).Next();
    }
    return numeric::Random({key, prefix.size(), purpose});
  }

  uint64_t seed_;
  int64_t vocabulary_;
  int64_t source_;
  bool has_blank_;
};

struct Sequence {
  Path tokens;
  double total = 0;
  double rank = 0;
  FinishReason reason = FinishReason::kNone;
};

// Finds all sequences that a configuration allows, best first.
class BruteForce {
 public:
  BruteForce(const frazo::Search& config, const Model& model, Path forced, int64_t source_length)
      : config_(config),
        model_(model),
        forced_(std::move(forced)),
        source_length_(source_length),
        has_blank_(config.beam().has_transducer()) {
    Path path;
    Visit(&path, 0, std::vector<double>(source_length, 0));
    if (config.beam().transducer().merge_paths()) Merge();
    std::sort(sequences_.begin(), sequences_.end(), [](const auto& left, const auto& right) {
      const auto key = [](const Sequence& sequence) {
        return std::make_tuple(sequence.reason == FinishReason::kLength, -sequence.rank);
      };
      return key(left) < key(right);
    });
  }

  const std::vector<Sequence>& sequences() const { return sequences_; }

 private:
  Path Labels(const Path& path) const { return has_blank_ ? WithoutBlanks(path) : path; }

  bool MayEnd(const Path& path) const {
    return std::all_of(config_.required_tokens().begin(), config_.required_tokens().end(),
                       [&](int32_t token) { return Contains(Labels(path), token); });
  }

  bool Repeats(const Path& path, int32_t token) const {
    const int64_t n = config_.no_repeat_ngram();
    if (n == 0 || (has_blank_ && token == kBlank)) return false;
    Path labels = Labels(path);
    labels.push_back(token);
    if (static_cast<int64_t>(labels.size()) < n) return false;
    const auto last = labels.end() - n;
    return std::search(labels.begin(), labels.end() - 1, last, labels.end()) != labels.end() - 1;
  }

  bool Allows(const Path& path, int32_t token) const {
    if (path.size() < forced_.size()) return token == forced_[path.size()];
    const auto& banned = config_.banned_tokens();
    if (std::find(banned.begin(), banned.end(), token) != banned.end()) return false;
    if (token == kEos) return MayEnd(path);
    return !Repeats(path, token);
  }

  void Visit(Path* path, double total, const std::vector<double>& mass_before) {
    std::vector<double> mass = mass_before;
    const std::vector<float> attention = model_.Attention(*path);
    for (size_t i = 0; i < mass.size(); ++i) mass[i] += attention[i];
    const std::vector<double> scores = model_.LogProbabilities(*path);
    const bool is_last = static_cast<int32_t>(path->size()) + 1 == config_.max_length();
    const bool is_forced = path->size() < forced_.size();
    const bool forces_eos =
        is_last && config_.force_eos_in_last_step() && !is_forced && Allows(*path, kEos);
    for (int32_t token = 0; token < static_cast<int32_t>(scores.size()); ++token) {
      if (!Allows(*path, token) || (forces_eos && token != kEos)) continue;
      const double sum = total + scores[token];
      const bool is_last_blank =
          has_blank_ && token == kBlank && !is_forced && model_.IsLastChunk(*path);
      if (is_last_blank && (!MayEnd(*path) || (!config_.beam().transducer().allow_empty() &&
                                               WithoutBlanks(*path).empty()))) {
        continue;
      }
      path->push_back(token);
      if (token == kEos) {
        Add(*path, sum, mass, FinishReason::kEos);
      } else if (is_last_blank) {
        Add(*path, sum, mass, FinishReason::kEoc);
      } else if (is_last) {
        Add(*path, sum, mass, FinishReason::kLength);
      } else {
        Visit(path, sum, mass);
      }
      path->pop_back();
    }
  }

  void Add(const Path& path, double total, const std::vector<double>& mass, FinishReason reason) {
    double coverage = 0;
    for (const double attention : mass) {
      coverage +=
          std::log(std::min(0.5, std::max(0.001, attention / config_.target_source_ratio())));
    }
    coverage *= config_.target_source_ratio() * config_.coverage_penalty();
    sequences_.push_back({path, total, Normalized(total, path.size()) + coverage, reason});
  }

  double Normalized(double total, int64_t length) const {
    return total / std::pow((length + 5) / 5.0, config_.length_normalization());
  }

  // Without coverage.
  void Merge() {
    std::map<std::tuple<Path, size_t, FinishReason>, Sequence> merged;
    for (const Sequence& sequence : sequences_) {
      // The last token shows how a sequence ended; that of a cut sequence may be a blank.
      const auto key =
          std::make_tuple(WithoutBlanks(sequence.tokens), sequence.tokens.size(), sequence.reason);
      const auto [place, is_new] = merged.emplace(key, sequence);
      if (is_new) continue;
      Sequence& kept = place->second;
      kept.total = std::log(std::exp(kept.total) + std::exp(sequence.total));
      kept.rank = Normalized(kept.total, kept.tokens.size());
    }
    sequences_.clear();
    for (const auto& [key, sequence] : merged) sequences_.push_back(sequence);
  }

  const frazo::Search& config_;
  const Model& model_;
  const Path forced_;
  const int64_t source_length_;
  const bool has_blank_;
  std::vector<Sequence> sequences_;
};

constexpr int64_t kVocabulary = 4;
constexpr int64_t kSource = 3;
constexpr int64_t kSentences = 2;

frazo::Search RandomConfig(numeric::Random* random) {
  const auto chance = [random](uint64_t one_in) { return random->Below(one_in) == 0; };
  frazo::Search config = ParseSearch(
      "eos_id: 0 beam { width: 100 valid_eos_max_logit_delta: inf local_eos_threshold: -inf }");
  config.set_max_length(1 + random->Below(4));
  config.set_score_kind(chance(2) ? frazo::Search::LOGITS : frazo::Search::LOG_PROBABILITIES);
  frazo::BeamSearch& beam = *config.mutable_beam();
  beam.set_n_best(1 + random->Below(6));
  beam.set_early_stop(chance(2));
  beam.set_ensure_full_beam(chance(4));
  beam.set_propose_eos_always(chance(2));
  if (chance(2)) config.set_length_normalization(-0.5f + 2 * random->Fraction());
  if (chance(3)) config.add_banned_tokens(random->Below(kVocabulary));
  if (chance(3)) config.add_required_tokens(2 + random->Below(kVocabulary - 2));
  if (chance(2)) config.set_no_repeat_ngram(1 + random->Below(2));
  config.set_force_eos_in_last_step(chance(3));
  if (chance(3)) {
    beam.mutable_transducer()->set_eoc_id(kBlank);
    beam.mutable_transducer()->set_merge_paths(chance(2));
    beam.mutable_transducer()->set_allow_empty(chance(2));
  }
  if (chance(2) && !beam.transducer().merge_paths()) {
    config.set_coverage_penalty(-0.3f + random->Fraction());
    config.set_target_source_ratio(0.5f + random->Fraction());
  }
  return config;
}

void Decode(const frazo::Search& config, const std::vector<Model>& models, ScriptedSearch* search) {
  while (!(*search)->done()) {
    ScriptedSearch::Rows scores, attention;
    std::vector<char> is_last_chunk;
    for (int64_t row = 0; row < (*search)->rows(); ++row) {
      const Model& model = models[search->sentences()[row]];
      const Path& path = search->paths()[row];
      attention.push_back(model.Attention(path));
      is_last_chunk.push_back(model.IsLastChunk(path));
      if (config.score_kind() == frazo::Search::LOGITS) {
        scores.push_back(model.Logits(path));
      } else {
        const std::vector<double> exact = model.LogProbabilities(path);
        scores.emplace_back(exact.begin(), exact.end());
      }
    }
    if (!config.beam().has_transducer()) is_last_chunk.clear();
    search->Step(scores, attention, is_last_chunk);
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(BruteForceTest, AWideBeamFindsTheBestOfAllSequences) {
  int64_t compared = 0;
  for (int64_t trial = 0; trial < TestExamples(400); ++trial) {
    numeric::Random random({TestSeed(trial)});
    const frazo::Search config = RandomConfig(&random);
    SCOPED_TRACE(absl::StrCat("trial ", trial, ": ", config.ShortDebugString()));
    std::vector<Model> models;
    Path forced(kSentences * config.max_length());
    for (int32_t& token : forced) token = 1 + random.Below(kVocabulary - 1);
    std::vector<int32_t> forced_lengths, source_lengths;
    for (uint64_t sentence = 0; sentence < kSentences; ++sentence) {
      models.emplace_back(TestSeed(1000 * trial + sentence), kVocabulary, kSource,
                          config.beam().has_transducer());
      forced_lengths.push_back(
          random.Below(2) == 0 ? 0 : random.Below(std::min(3, config.max_length() + 1)));
      source_lengths.push_back(random.Below(kSource + 1));
    }
    SearchInputs inputs;
    inputs.sentences = kSentences;
    inputs.vocabulary = kVocabulary;
    inputs.source = kSource;
    inputs.forced = forced;
    inputs.forced_lengths = forced_lengths;
    inputs.source_lengths = source_lengths;
    ScriptedSearch search(config, inputs, /*threads=*/1 + trial % 2);
    Decode(config, models, &search);
    ASSERT_FALSE(testing::Test::HasFatalFailure());
    for (int64_t sentence = 0; sentence < kSentences; ++sentence) {
      const auto begin = forced.begin() + sentence * config.max_length();
      const BruteForce truth(config, models[sentence],
                             Path(begin, begin + forced_lengths[sentence]),
                             source_lengths[sentence]);
      const std::vector<Found> found = search.Finished(sentence);
      ASSERT_EQ(found.size(), std::min<size_t>(config.beam().n_best(), truth.sequences().size()));
      for (size_t i = 0; i < found.size(); ++i, ++compared) {
        const Sequence& expected = truth.sequences()[i];
        EXPECT_EQ(found[i].reason, expected.reason);
        EXPECT_NEAR(found[i].total, expected.total, 1e-5);
        EXPECT_NEAR(found[i].normalized, expected.rank, 2e-5);
        if (config.beam().transducer().merge_paths()) {
          EXPECT_EQ(WithoutBlanks(found[i].tokens), WithoutBlanks(expected.tokens));
        } else {
          EXPECT_EQ(found[i].tokens, expected.tokens);
        }
      }
    }
  }
  EXPECT_GT(compared, 1000);
}

}  // namespace
}  // namespace frazo::decode
