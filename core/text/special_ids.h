#ifndef FRAZO_CORE_TEXT_SPECIAL_IDS_H_
#define FRAZO_CORE_TEXT_SPECIAL_IDS_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/numeric/fingerprint.h"
#include "core/text/vocabulary.h"
#include "frazo/proto/tokenizer.pb.h"

namespace frazo::text {

// Stands for an id that a vocabulary lacks.
constexpr int32_t kNoToken = -1;

// The ids of the special tokens.
struct SpecialIds {
  int32_t unk;
  int32_t sos;
  int32_t eos;
  // Whether sos and eos are tokens without text. They are not if a vocabulary names no such tokens
  // and its ids 1 and 2 are the default.
  bool sos_is_textless;
  bool eos_is_textless;

  bool IsTextless(int32_t id) const {
    return (sos_is_textless && id == sos) || (eos_is_textless && id == eos);
  }

  void AddTo(numeric::Fingerprint* fingerprint) const {
    for (const int64_t number : {unk, sos, eos}) fingerprint->Add(number);
    fingerprint->Add(int64_t{sos_is_textless} * 2 + int64_t{eos_is_textless});
  }
};

// Returns the ids that `config` sets, else those that the vocabulary names, else 0, 1, 2. `name` is
// the vocabulary's file. Error: kInvalidArgument for an id outside of the vocabulary, or if the
// unknown token is also the start or end of a sentence.
absl::StatusOr<SpecialIds> ResolveSpecialIds(const frazo::Tokenizer& config,
                                             const Vocabulary& vocabulary, std::string_view name);

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_SPECIAL_IDS_H_
