#include "core/decode/search_inputs.h"

#include <cmath>
#include <limits>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "core/status/status_macros.h"

namespace frazo::decode {
namespace {

constexpr int64_t kMaxTokens = std::numeric_limits<int32_t>::max();

absl::Status Fault(std::string_view what, std::string_view value, std::string_view expected) {
  return absl::InvalidArgumentError(absl::StrCat(what, ": ", value, "; expected ", expected));
}

absl::Status CheckAtLeast(std::string_view what, int64_t value, int64_t least) {
  if (value >= least) return absl::OkStatus();
  return Fault(what, absl::StrCat(value), absl::StrCat("at least ", least));
}

absl::Status CheckToken(std::string_view what, int64_t token, int64_t vocabulary) {
  if (token >= 0 && token < vocabulary) return absl::OkStatus();
  return Fault(what, absl::StrCat("token ", token),
               absl::StrCat("0 .. ", vocabulary - 1, ", a vocabulary of ", vocabulary));
}

absl::Status CheckFinite(std::string_view what, float value) {
  return std::isfinite(value) ? absl::OkStatus()
                              : Fault(what, absl::StrCat(value), "a finite number");
}

absl::Status CheckBeam(const frazo::BeamSearch& beam, const frazo::Search& config,
                       int64_t vocabulary) {
  FRAZO_RETURN_IF_ERROR(CheckAtLeast("beam.width", beam.width(), 1));
  FRAZO_RETURN_IF_ERROR(CheckAtLeast("beam.n_best", beam.n_best(), 1));
  if (beam.has_beam_gap() && !(beam.beam_gap() >= 0)) {
    return Fault("beam.beam_gap", absl::StrCat(beam.beam_gap()), "at least 0");
  }
  if (std::isnan(beam.valid_eos_max_logit_delta()) || std::isnan(beam.local_eos_threshold())) {
    return Fault("beam.valid_eos_max_logit_delta, beam.local_eos_threshold", "NaN", "numbers");
  }
  if (!beam.has_transducer()) return absl::OkStatus();
  if (!beam.transducer().has_eoc_id()) return Fault("beam.transducer.eoc_id", "unset", "a token");
  FRAZO_RETURN_IF_ERROR(
      CheckToken("beam.transducer.eoc_id", beam.transducer().eoc_id(), vocabulary));
  if (beam.transducer().eoc_id() == config.eos_id()) {
    return Fault("beam.transducer.eoc_id", absl::StrCat(config.eos_id(), ", which is eos_id"),
                 "another token");
  }
  return absl::OkStatus();
}

absl::Status CheckSampling(const frazo::Sampling& sampling) {
  FRAZO_RETURN_IF_ERROR(CheckAtLeast("sampling.samples", sampling.samples(), 1));
  FRAZO_RETURN_IF_ERROR(CheckAtLeast("sampling.top_k", sampling.top_k(), 0));
  if (!(sampling.temperature() > 0) || !std::isfinite(sampling.temperature())) {
    return Fault("sampling.temperature", absl::StrCat(sampling.temperature()),
                 "a finite number above 0; `greedy {}` takes the best token");
  }
  if (!(sampling.top_p() > 0 && sampling.top_p() <= 1)) {
    return Fault("sampling.top_p", absl::StrCat(sampling.top_p()), "above 0 and at most 1");
  }
  return absl::OkStatus();
}

absl::Status CheckConfig(const frazo::Search& config, int64_t vocabulary) {
  if (!config.has_eos_id()) return Fault("eos_id", "unset", "the token that ends a sentence");
  FRAZO_RETURN_IF_ERROR(CheckToken("eos_id", config.eos_id(), vocabulary));
  FRAZO_RETURN_IF_ERROR(CheckAtLeast("max_length", config.max_length(), 1));
  for (int i = 0; i < config.banned_tokens_size(); ++i) {
    FRAZO_RETURN_IF_ERROR(
        CheckToken(absl::StrCat("banned_tokens[", i, "]"), config.banned_tokens(i), vocabulary));
  }
  for (int i = 0; i < config.required_tokens_size(); ++i) {
    FRAZO_RETURN_IF_ERROR(CheckToken(absl::StrCat("required_tokens[", i, "]"),
                                     config.required_tokens(i), vocabulary));
  }
  FRAZO_RETURN_IF_ERROR(CheckAtLeast("no_repeat_ngram", config.no_repeat_ngram(), 0));
  FRAZO_RETURN_IF_ERROR(CheckFinite("length_normalization", config.length_normalization()));
  FRAZO_RETURN_IF_ERROR(CheckFinite("coverage_penalty", config.coverage_penalty()));
  if (!(config.target_source_ratio() > 0) || !std::isfinite(config.target_source_ratio())) {
    return Fault("target_source_ratio", absl::StrCat(config.target_source_ratio()),
                 "a finite number above 0");
  }
  switch (config.strategy_case()) {
    case frazo::Search::kBeam:
      return CheckBeam(config.beam(), config, vocabulary);
    case frazo::Search::kSampling:
      return CheckSampling(config.sampling());
    case frazo::Search::kGreedy:
    case frazo::Search::kScoring:
      return absl::OkStatus();
    case frazo::Search::STRATEGY_NOT_SET:
      break;
  }
  return Fault("strategy", "unset", "one of beam, greedy, sampling, scoring");
}

absl::Status CheckLengths(std::string_view what, absl::Span<const int32_t> lengths,
                          int64_t sentences, int64_t longest) {
  if (static_cast<int64_t>(lengths.size()) != sentences) {
    return Fault(what, absl::StrCat(lengths.size(), " of them"),
                 absl::StrCat("one for each of ", sentences, " sentences"));
  }
  for (int64_t sentence = 0; sentence < sentences; ++sentence) {
    if (lengths[sentence] < 0 || lengths[sentence] > longest) {
      return Fault(absl::StrCat(what, "[", sentence, "]"), absl::StrCat(lengths[sentence]),
                   absl::StrCat("0 .. ", longest));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckForced(const frazo::Search& config, const SearchInputs& inputs) {
  const int64_t longest = inputs.longest_forced();
  if (inputs.forced_lengths.empty()) {
    if (config.has_scoring() && inputs.sentences > 0) {
      return Fault("forced", "none", "the tokens to score");
    }
    return absl::OkStatus();
  }
  if (static_cast<int64_t>(inputs.forced.size()) != inputs.sentences * longest) {
    return Fault("forced", absl::StrCat(inputs.forced.size(), " tokens"),
                 absl::StrCat("as many for each of ", inputs.sentences, " sentences"));
  }
  FRAZO_RETURN_IF_ERROR(
      CheckLengths("forced_lengths", inputs.forced_lengths, inputs.sentences, longest));
  for (int64_t sentence = 0; sentence < inputs.sentences; ++sentence) {
    const int64_t length = inputs.forced_lengths[sentence];
    if (length > config.max_length()) {
      return Fault(absl::StrCat("forced_lengths[", sentence, "]"), absl::StrCat(length),
                   absl::StrCat("at most max_length, ", config.max_length()));
    }
    for (int64_t i = 0; i < length; ++i) {
      const std::string path = absl::StrCat("forced[", sentence, ", ", i, "]");
      const int32_t token = inputs.forced[sentence * longest + i];
      FRAZO_RETURN_IF_ERROR(CheckToken(path, token, inputs.vocabulary));
      if (token == config.eos_id() && !(config.has_scoring() && i + 1 == length)) {
        return Fault(path, "eos_id", "it only as the last token of one to score");
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

int64_t SearchWidth(const frazo::Search& config) {
  if (config.has_beam()) return config.beam().width();
  return config.has_sampling() ? config.sampling().samples() : 1;
}

int64_t SearchResultsPerSentence(const frazo::Search& config) {
  return config.has_beam() ? config.beam().n_best() : SearchWidth(config);
}

absl::Status CheckSearch(const frazo::Search& config, const SearchInputs& inputs) {
  FRAZO_RETURN_IF_ERROR(CheckAtLeast("sentences", inputs.sentences, 0));
  FRAZO_RETURN_IF_ERROR(CheckAtLeast("vocabulary", inputs.vocabulary, 1));
  FRAZO_RETURN_IF_ERROR(CheckAtLeast("source", inputs.source, 0));
  FRAZO_RETURN_IF_ERROR(CheckConfig(config, inputs.vocabulary));
  const double results = static_cast<double>(SearchResultsPerSentence(config));
  const double rows = static_cast<double>(inputs.sentences) * SearchWidth(config);
  const double nodes = rows * config.max_length() * (1.0 + inputs.source);
  // A beam's candidates, width + 2 for each row.
  const double candidates = rows * (SearchWidth(config) + 2.0);
  if (inputs.vocabulary > kMaxTokens || nodes > kMaxTokens || candidates > kMaxTokens ||
      results * inputs.sentences * config.max_length() * (1.0 + inputs.source) > kMaxTokens) {
    return absl::ResourceExhaustedError(absl::StrCat(
        inputs.sentences, " sentences of ", SearchWidth(config), " hypotheses of ",
        config.max_length(), " tokens with ", inputs.source,
        " attention weights each are more than 2^31 values; make max_length or the beam smaller"));
  }
  if (config.coverage_penalty() != 0 && inputs.source == 0) {
    return Fault("coverage_penalty", absl::StrCat(config.coverage_penalty(), " without attention"),
                 "0, or attention with the scores");
  }
  if (!inputs.source_lengths.empty()) {
    FRAZO_RETURN_IF_ERROR(
        CheckLengths("source_lengths", inputs.source_lengths, inputs.sentences, inputs.source));
  }
  if (!inputs.seeds.empty() && static_cast<int64_t>(inputs.seeds.size()) != inputs.sentences) {
    return Fault("seeds", absl::StrCat(inputs.seeds.size(), " of them"),
                 absl::StrCat("one for each of ", inputs.sentences, " sentences"));
  }
  return CheckForced(config, inputs);
}

}  // namespace frazo::decode
