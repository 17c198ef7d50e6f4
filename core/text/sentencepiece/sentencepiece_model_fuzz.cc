#include <cstdlib>
#include <string_view>
#include <vector>

#include "core/testing/fuzz_target.h"
#include "core/text/sentencepiece/sentencepiece_tokenizer.h"
#include "core/text/sentencepiece/testing/sentencepiece_models.h"

namespace frazo {

using text::SentencePieceModel;

std::vector<std::string> FuzzSeeds() {
  SentencePieceModel unigram = text::SmallModel(
      SentencePieceModel::UNIGRAM, {{"\u2581", -1}, {"a", -2}, {"b", -3}, {"ab", -3.5}});
  unigram.mutable_normalizer_spec()->set_precompiled_charsmap(
      text::ByteRules({{'\t', " "}, {'A', "a"}, {'x', ""}, {'y', " b "}}));
  SentencePieceModel bpe =
      text::SmallModel(SentencePieceModel::BPE, {{"ab", 0}, {"\u2581ab", -1}, {"a", -2}});
  text::AddPiece(SentencePieceModel::USER_DEFINED, "<x>", &bpe);
  text::AddPiece(SentencePieceModel::UNUSED, "abab", &bpe);
  SentencePieceModel with_bytes = text::SmallModel(SentencePieceModel::UNIGRAM, {{"a", -1}});
  text::AddBytePieces(&with_bytes);
  return {unigram.SerializeAsString(), bpe.SerializeAsString(), with_bytes.SerializeAsString()};
}

}  // namespace frazo

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  const auto tokenizer =
      frazo::text::ParseSentencePieceTokenizer(frazo::Tokenizer(), content, "fuzz");
  if (!tokenizer.ok()) return 0;
  for (const std::string_view input :
       {std::string_view("ab abab <x>A\txyx b\u00e9\xff"), content.substr(0, 200)}) {
    std::vector<int32_t> ids;
    std::vector<frazo::text::TokenSpan> spans;
    (*tokenizer)->EncodeWithOffsets(input, &ids, &spans);
    if (ids.size() != spans.size()) std::abort();
    int64_t end = 0;
    for (const frazo::text::TokenSpan& span : spans) {
      if (span.begin < end || span.end < span.begin || span.end > input.size()) std::abort();
      end = span.end;
    }
    if (!(*tokenizer)->Decode(ids).ok()) std::abort();
  }
  return 0;
}
