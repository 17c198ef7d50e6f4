#include "python/frazo/bindings/search_binding.h"

#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "core/decode/create_search.h"
#include "core/decode/row_workers.h"
#include "core/decode/search.h"
#include "core/decode/search_inputs.h"
#include "core/decode/search_results.h"
#include "frazo/proto/search.pb.h"
#include "python/frazo/bindings/owned_array.h"
#include "python/frazo/bindings/status_exceptions.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace frazo::bindings {
namespace {

constexpr char kSearchDoc[] =
    R"(Searches for the outputs of sentences step by step, as a frazo.Search message says.

frazo.decode.search.search is a loop that calls the steps.)";

constexpr char kCreateDoc[] = R"(Begins a search.

Args:
  config: A serialized frazo.Search.
  sentences: Number of sentences.
  vocabulary: Number of tokens in the vocabulary.
  source: Number of attention weights per row; 0 if the model gives none.
  source_lengths: int32 [sentences], how many source positions count for the coverage. None: all.
  forced: int32 [sentences, longest], the tokens that each hypothesis begins with. None: none.
  forced_lengths: int32 [sentences], how many tokens of each row of `forced` count.
  seeds: int64 [sentences]. They tell the random draws of the sentences apart. None: 0, 1, ...
  threads: Number of threads; at least 1. The results don't depend on it.

Raises:
  InvalidArgumentError: A field of the config or an argument is wrong; the text names it.)";

constexpr char kStepDoc[] = R"(Chooses the next token of each row.

Args:
  scores: float32 [rows, vocabulary], logits or log-probabilities, as the config says.
  attention: float32 [rows, source], attention weights, if source is not 0.
  is_last_chunk: bool [rows], whether the row reads the last chunk; for transducers only.

Raises:
  FailedPreconditionError: The search is done.
  InvalidArgumentError: A shape is wrong, or all scores of a row are NaN.)";

constexpr char kResultsDoc[] = R"(Returns the hypotheses that have ended so far, best first.

Returns:
  Arrays by name. tokens (int32) and token_scores (float32) are [sentences, best, longest]. lengths,
  reasons (int32), totals and normalized (float32) are [sentences, best]. attention (float32) is
  [sentences, best, longest, source]. See frazo.decode.search.Results.)";

using decode::SearchResults;

template <typename Value>
using Vector = nb::ndarray<const Value, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <typename Value>
using Matrix = nb::ndarray<const Value, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Integers = nb::ndarray<nb::numpy, int32_t, nb::c_contig>;
using Floats = nb::ndarray<nb::numpy, float, nb::c_contig>;

struct BoundSearch {
  BoundSearch(std::unique_ptr<decode::Search> created, int threads)
      : search(std::move(created)), workers(threads) {}

  std::mutex mutex;  // Locked only by a thread that does not hold the interpreter's lock.
  std::unique_ptr<decode::Search> search;
  decode::RowWorkers workers;
};

struct Sentences {
  int64_t count;
  int64_t vocabulary;
  int64_t source;
  std::optional<Vector<int32_t>> source_lengths;
  std::optional<Matrix<int32_t>> forced;
  std::optional<Vector<int32_t>> forced_lengths;
  std::optional<Vector<int64_t>> seeds;
};

template <typename Values>
auto Span(const std::optional<Values>& values) {
  using Value = std::remove_reference_t<decltype(*values->data())>;
  return values.has_value() ? absl::Span<Value>(values->data(), values->size())
                            : absl::Span<Value>();
}

void CheckShape(const char* name, const std::optional<Matrix<float>>& matrix, int64_t rows,
                int64_t columns) {
  if (!matrix.has_value() || (static_cast<int64_t>(matrix->shape(0)) == rows &&
                              static_cast<int64_t>(matrix->shape(1)) == columns)) {
    return;
  }
  RaiseIfError(absl::InvalidArgumentError(absl::StrCat(name, ": shape [", matrix->shape(0), ", ",
                                                       matrix->shape(1), "]; expected [", rows,
                                                       ", ", columns, "]")));
}

void CreateSearchFor(BoundSearch* self, const nb::bytes& config, int threads,
                     const Sentences& sentences) {
  frazo::Search message;
  if (!message.ParseFromArray(config.c_str(), static_cast<int>(config.size()))) {
    RaiseIfError(absl::InvalidArgumentError(
        "config is not a serialized frazo.Search; pass the result of its SerializeToString()"));
  }
  if (threads < 1) {
    RaiseIfError(absl::InvalidArgumentError(
        absl::StrCat("threads is ", threads, " but must be at least 1")));
  }
  if (sentences.forced.has_value() &&
      static_cast<int64_t>(sentences.forced->shape(0)) != sentences.count) {
    RaiseIfError(
        absl::InvalidArgumentError(absl::StrCat("forced: rows for ", sentences.forced->shape(0),
                                                " sentences; expected ", sentences.count)));
  }
  decode::SearchInputs inputs;
  inputs.sentences = sentences.count;
  inputs.vocabulary = sentences.vocabulary;
  inputs.source = sentences.source;
  inputs.source_lengths = Span(sentences.source_lengths);
  inputs.forced = Span(sentences.forced);
  inputs.forced_lengths = Span(sentences.forced_lengths);
  inputs.seeds = Span(sentences.seeds);
  auto search = Unlocked([&] { return decode::CreateSearch(message, inputs); });
  new (self) BoundSearch(ValueOrRaise(std::move(search)), threads);
}

void Step(BoundSearch& self, const Matrix<float>& scores,
          const std::optional<Matrix<float>>& attention,
          const std::optional<Vector<bool>>& is_last_chunk) {
  // The number of rows is read under the mutex, which a thread must not lock while it holds the
  // interpreter's lock.
  const int64_t rows = Unlocked([&] {
    const std::lock_guard lock(self.mutex);
    return self.search->rows();
  });
  if (rows > 0) CheckShape("scores", scores, rows, self.search->vocabulary());
  if (rows > 0) CheckShape("attention", attention, rows, self.search->source());
  decode::StepScores step;
  step.scores = {scores.data(), scores.size()};
  step.attention = Span(attention);
  step.is_last_chunk = Span(is_last_chunk);
  RaiseIfError(Unlocked([&] {
    const std::lock_guard lock(self.mutex);
    return self.search->Step(step, &self.workers);
  }));
}

// Copies one of the arrays [rows] that each step changes.
template <typename Values>
Integers RowArray(BoundSearch& self, Values values) {
  std::vector<int32_t> copy = Unlocked([&] {
    const std::lock_guard lock(self.mutex);
    const absl::Span<const int32_t> span = values(*self.search);
    return std::vector<int32_t>(span.begin(), span.end());
  });
  const size_t size = copy.size();
  return ToArray<Integers>(std::move(copy), {size});
}

nb::dict Results(BoundSearch& self) {
  SearchResults results = Unlocked([&] {
    const std::lock_guard lock(self.mutex);
    return self.search->Results();
  });
  const size_t sentences = results.sentences;
  const size_t best = results.best;
  const size_t longest = results.longest;
  const size_t source = results.source;
  nb::dict arrays;
  arrays["tokens"] = ToArray<Integers>(std::move(results.tokens), {sentences, best, longest});
  arrays["token_scores"] =
      ToArray<Floats>(std::move(results.token_scores), {sentences, best, longest});
  arrays["lengths"] = ToArray<Integers>(std::move(results.lengths), {sentences, best});
  arrays["totals"] = ToArray<Floats>(std::move(results.totals), {sentences, best});
  arrays["normalized"] = ToArray<Floats>(std::move(results.normalized), {sentences, best});
  std::vector<int32_t> reasons;
  for (const decode::FinishReason reason : results.reasons) {
    reasons.push_back(static_cast<int32_t>(reason));
  }
  arrays["reasons"] = ToArray<Integers>(std::move(reasons), {sentences, best});
  arrays["attention"] =
      ToArray<Floats>(std::move(results.attention), {sentences, best, longest, source});
  return arrays;
}

}  // namespace

void BindSearch(nb::module_& module) {
  nb::class_<BoundSearch>(module, "Search", kSearchDoc)
      .def(
          "__init__",
          [](BoundSearch* self, const nb::bytes& config, int64_t sentences, int64_t vocabulary,
             int64_t source, std::optional<Vector<int32_t>> source_lengths,
             std::optional<Matrix<int32_t>> forced, std::optional<Vector<int32_t>> forced_lengths,
             std::optional<Vector<int64_t>> seeds, int threads) {
            CreateSearchFor(self, config, threads,
                            {sentences, vocabulary, source, std::move(source_lengths),
                             std::move(forced), std::move(forced_lengths), std::move(seeds)});
          },
          "config"_a, nb::kw_only(), "sentences"_a, "vocabulary"_a, "source"_a = 0,
          "source_lengths"_a = nb::none(), "forced"_a = nb::none(), "forced_lengths"_a = nb::none(),
          "seeds"_a = nb::none(), "threads"_a = 2, kCreateDoc)
      .def("step", &Step, "scores"_a, nb::kw_only(), "attention"_a = nb::none(),
           "is_last_chunk"_a = nb::none(), kStepDoc)
      .def("results", &Results, kResultsDoc)
      .def_prop_ro(
          "sentences",
          [](BoundSearch& self) {
            return RowArray(self, [](const decode::Search& search) { return search.sentences(); });
          },
          nb::rv_policy::automatic, "int32 [rows], the sentence of each row.")
      .def_prop_ro(
          "parents",
          [](BoundSearch& self) {
            return RowArray(self, [](const decode::Search& search) { return search.parents(); });
          },
          nb::rv_policy::automatic,
          "int32 [rows], the row of the previous step that each row extends; before the first "
          "step, its sentence.")
      .def_prop_ro(
          "tokens",
          [](BoundSearch& self) {
            return RowArray(self, [](const decode::Search& search) { return search.tokens(); });
          },
          nb::rv_policy::automatic,
          "int32 [rows], the last token of each row; empty before the first step.");
}

}  // namespace frazo::bindings
