#include "python/frazo/bindings/align_binding.h"

#include <nanobind/ndarray.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/tuple.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "core/align/edit_aligner.h"
#include "core/align/edit_counts.h"
#include "core/align/text_aligner.h"
#include "core/align/text_units.h"
#include "python/frazo/bindings/owned_array.h"
#include "python/frazo/bindings/status_exceptions.h"
#include "python/frazo/bindings/text_argument.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace frazo::bindings {
namespace {

constexpr char kAlignIdsDoc[] = R"(Aligns two sequences of ids with the fewest errors.

frazo.align does so for texts, and tells which of the alignments with as few is chosen.

Args:
  reference: int32 [ids].
  hypothesis: int32 [ids].

Returns:
  uint8 [steps]: 0 for a match, 1 for a substitution, 2 for a deletion (an id of the reference
  alone), 3 for an insertion (an id of the hypothesis alone).)";

constexpr char kAlignTextsDoc[] = R"(Aligns two texts with the fewest errors.

Args:
  reference, hypothesis: str or bytes.
  unit: "words" or "characters".

Returns:
  (edits, reference_units, hypothesis_units). edits is as align_ids returns it; the units are lists
  of str.

Raises:
  InvalidArgumentError: No unit has this name, or the texts are longer than 2 GiB.)";

constexpr char kCountEditsDoc[] = R"(Counts the steps of the alignments of many pairs of texts.

Args:
  references, hypotheses: Lists of str or bytes, of one length.
  unit: "words" or "characters".
  threads: Number of threads; at least 1. The counts don't depend on it.

Returns:
  int64 [pairs, 4]: matches, substitutions, deletions, insertions.

Raises:
  InvalidArgumentError: The lists differ in length, a number is out of its range, no unit has this
    name, or a pair is longer than 2 GiB.)";

using Ids = nb::ndarray<const int32_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Edits = nb::ndarray<nb::numpy, uint8_t, nb::ndim<1>, nb::c_contig>;
using Units = nb::typed<nb::list, nb::str>;
using Counts = nb::ndarray<nb::numpy, int64_t, nb::shape<-1, 4>, nb::c_contig>;

absl::Span<const int32_t> SpanOf(const Ids& ids) { return {ids.data(), ids.size()}; }

Edits ToEdits(std::vector<align::Edit> edits) {
  const size_t size = edits.size();
  return ToArray<Edits>(std::move(edits), {size});
}

Edits AlignIds(const Ids& reference, const Ids& hypothesis) {
  std::vector<align::Edit> edits;
  Unlocked(
      [&] { return align::EditAligner().Align(SpanOf(reference), SpanOf(hypothesis), &edits); });
  return ToEdits(std::move(edits));
}

Units ToList(absl::Span<const std::string_view> units) {
  Units list;
  for (const std::string_view unit : units) list.append(ToStr(unit));
  return list;
}

std::tuple<Edits, Units, Units> AlignTexts(nb::handle reference, nb::handle hypothesis,
                                           std::string_view unit) {
  const std::string_view reference_bytes = TextBytes(reference);
  const std::string_view hypothesis_bytes = TextBytes(hypothesis);
  align::TextAligner aligner(ValueOrRaise(align::ParseUnit(unit)));
  std::vector<align::Edit> edits;
  RaiseIfError(
      Unlocked([&] { return aligner.Align(reference_bytes, hypothesis_bytes, &edits).status(); }));
  return {ToEdits(std::move(edits)), ToList(aligner.reference_units()),
          ToList(aligner.hypothesis_units())};
}

Counts CountEdits(const nb::list& references, const nb::list& hypotheses, std::string_view unit,
                  int threads) {
  const align::Unit parsed_unit = ValueOrRaise(align::ParseUnit(unit));
  if (references.size() != hypotheses.size()) {
    RaiseIfError(absl::InvalidArgumentError(absl::StrCat(
        "there are ", references.size(), " references and ", hypotheses.size(), " hypotheses")));
  }
  // The lists may change while other threads run, so they don't keep the texts alive.
  std::vector<nb::object> owners;
  std::vector<align::TextPair> pairs;
  owners.reserve(2 * references.size());
  pairs.reserve(references.size());
  for (size_t i = 0; i < references.size(); ++i) {
    owners.push_back(nb::borrow(references[i]));
    owners.push_back(nb::borrow(hypotheses[i]));
    pairs.push_back({TextBytes(owners[2 * i]), TextBytes(owners[2 * i + 1])});
  }
  std::vector<align::EditCounts> counts =
      ValueOrRaise(Unlocked([&] { return align::CountEdits(pairs, parsed_unit, threads); }));
  static_assert(sizeof(align::EditCounts) == 4 * sizeof(int64_t));
  const size_t size = counts.size();
  return ToArray<Counts>(std::move(counts), {size, 4});
}

}  // namespace

void BindAlign(nb::module_& module) {
  module.def("align_ids", &AlignIds, "reference"_a, "hypothesis"_a, kAlignIdsDoc);
  module.def("align_texts", &AlignTexts, "reference"_a, "hypothesis"_a, "unit"_a = "words",
             kAlignTextsDoc);
  module.def("count_edits", &CountEdits, "references"_a, "hypotheses"_a, nb::kw_only(),
             "unit"_a = "words", "threads"_a = 1, kCountEditsDoc);
}

}  // namespace frazo::bindings
