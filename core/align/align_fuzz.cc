#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/align/edit_aligner.h"
#include "core/align/edit_counts.h"
#include "core/align/testing/full_table.h"
#include "core/align/text_aligner.h"
#include "core/align/text_units.h"
#include "core/testing/fuzz_target.h"

namespace frazo {
namespace {

using align::Edit;

// The alignment holds all of both sequences, and only what is equal matches.
template <typename Units>
bool IsAlignment(const std::vector<Edit>& edits, const Units& reference, const Units& hypothesis) {
  size_t i = 0, j = 0;
  for (const Edit edit : edits) {
    const bool takes_reference = edit != Edit::kInsertion,
               takes_hypothesis = edit != Edit::kDeletion;
    if (takes_reference && i == reference.size()) return false;
    if (takes_hypothesis && j == hypothesis.size()) return false;
    if (takes_reference && takes_hypothesis &&
        (reference[i] == hypothesis[j]) != (edit == Edit::kMatch)) {
      return false;
    }
    i += takes_reference;
    j += takes_hypothesis;
  }
  return i == reference.size() && j == hypothesis.size();
}

}  // namespace

// The texts before and after the first line end are aligned.
std::vector<std::string> FuzzSeeds() {
  return {"the cat sat\nthe bat sat down", "a b a b a b a\nb a b a b",
          "na\u00efve caf\u00e9\nnai\u0308ve  cafe\u0301", "\xff\xe1\x80 x\n\xff x"};
}

}  // namespace frazo

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using frazo::Require;
  using frazo::align::Edit;
  using frazo::align::EditAligner;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t cut = std::min(input.find('\n'), size);
  const std::string_view left = input.substr(0, cut), right = input.substr(std::min(cut + 1, size));

  const std::vector<int32_t> reference(left.begin(), left.end());
  const std::vector<int32_t> hypothesis(right.begin(), right.end());
  const std::vector<Edit> expected = frazo::align::AlignByFullTable(reference, hypothesis);
  std::vector<Edit> edits;
  for (const int64_t stored : {1, 7, 1 << 22}) {
    const auto counts = EditAligner(stored).Align(reference, hypothesis, &edits);
    Require(edits == expected, "the alignment is that of the whole table");
    Require(counts == frazo::align::CountsOf(expected), "the counts are those of the alignment");
  }
  for (const auto unit : {frazo::align::Unit::kWords, frazo::align::Unit::kCharacters}) {
    frazo::align::TextAligner aligner(unit);
    const auto counts = aligner.Align(left, right, &edits);
    Require(counts.ok() && *counts == frazo::align::CountsOf(edits), "texts are counted");
    Require(frazo::IsAlignment(edits, aligner.reference_units(), aligner.hypothesis_units()),
            "texts are aligned");
  }
  return 0;
}
