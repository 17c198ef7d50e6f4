#include "core/text/special_ids.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace frazo::text {

absl::StatusOr<SpecialIds> ResolveSpecialIds(const frazo::Tokenizer& config,
                                             const Vocabulary& vocabulary, std::string_view name) {
  const auto choose = [](bool is_set, int32_t set, int32_t named, int32_t fallback) {
    return is_set ? set : named != Vocabulary::kNone ? named : fallback;
  };
  const bool has_sos = config.has_sos_id() || vocabulary.sos_id() != Vocabulary::kNone;
  const bool has_eos = config.has_eos_id() || vocabulary.eos_id() != Vocabulary::kNone;
  const SpecialIds ids = {choose(config.has_unk_id(), config.unk_id(), vocabulary.unk_id(), 0),
                          choose(config.has_sos_id(), config.sos_id(), vocabulary.sos_id(), 1),
                          choose(config.has_eos_id(), config.eos_id(), vocabulary.eos_id(), 2),
                          has_sos, has_eos};
  const struct {
    std::string_view field;
    int32_t id;
  } fields[] = {{"unk_id", ids.unk}, {"sos_id", ids.sos}, {"eos_id", ids.eos}};
  for (const auto& [field, id] : fields) {
    if (id < 0 || id >= vocabulary.size()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "tokenizer: ", field, " is ", id, " but '", name, "' has ids 0 to ",
          vocabulary.size() - 1, "; set ", field, " or add <unk>, <s> and </s> to the vocabulary"));
    }
  }
  if (ids.IsTextless(ids.unk)) {
    return absl::InvalidArgumentError(
        absl::StrCat("tokenizer: unk_id is ", ids.unk, ", which '", name,
                     "' or the config makes the ", ids.unk == ids.sos ? "start" : "end",
                     " of a sentence, too; set unk_id or add <unk> to the vocabulary"));
  }
  return ids;
}

}  // namespace frazo::text
