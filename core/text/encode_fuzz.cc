#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/testing/fuzz_target.h"
#include "core/text/sentencepiece/sentencepiece_tokenizer.h"
#include "core/text/sentencepiece/testing/sentencepiece_models.h"
#include "core/text/tokenizer.h"

namespace frazo {
namespace {

using text::SentencePieceModel;
using Tokenizers = std::vector<std::unique_ptr<const text::Tokenizer>>;

std::string WriteFile(std::string_view name, std::string_view content) {
  const char* const folder = getenv("TEST_TMPDIR");
  const std::string path = absl::StrCat(folder == nullptr ? "/tmp" : folder, "/encode_fuzz_", name);
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

void Add(absl::StatusOr<std::unique_ptr<const text::Tokenizer>> tokenizer, Tokenizers* tokenizers) {
  if (!tokenizer.ok()) std::abort();
  tokenizers->push_back(*std::move(tokenizer));
}

// Makes a tokenizer of each kind.
Tokenizers MakeTokenizers() {
  Tokenizers tokenizers;
  const std::string pieces = WriteFile(
      "pieces", "<unk>\n<s>\n</s>\na\nb\nab\n\u00e9\n\ufffd\na@@\nb@@\nab@@\n\u00e9@@\n\ufffd@@\n");
  const std::string merges = WriteFile("merges", "a b\nab ab\na b</w>\nab ab</w>\n");
  Tokenizer config;
  config.mutable_grapheme();
  Add(text::Tokenizer::Create(config), &tokenizers);
  config.mutable_word()->set_vocabulary(pieces);
  Add(text::Tokenizer::Create(config), &tokenizers);
  config.mutable_bpe()->set_vocabulary(pieces);
  config.mutable_bpe()->set_merges(merges);
  Add(text::Tokenizer::Create(config), &tokenizers);
  config.mutable_word_piece()->set_vocabulary(
      WriteFile("voc", "<unk>\n<s>\n</s>\n\u2581\na\nb\nab\n\u2581a\n\ufffd\n"));
  Add(text::Tokenizer::Create(config), &tokenizers);
  for (const auto type : {SentencePieceModel::UNIGRAM, SentencePieceModel::BPE}) {
    SentencePieceModel model = text::SmallModel(
        type, {{"\u2581", -1}, {"a", -2}, {"b", -3}, {"ab", -3.5}, {"\u2581ab", -4}});
    text::AddPiece(SentencePieceModel::USER_DEFINED, "<x>", &model);
    model.mutable_normalizer_spec()->set_precompiled_charsmap(
        text::ByteRules({{'\t', " "}, {'A', "a"}, {'x', ""}, {'y', " b "}}));
    Add(text::ParseSentencePieceTokenizer(Tokenizer(), model.SerializeAsString(), "model"),
        &tokenizers);
    text::AddBytePieces(&model);
    Add(text::ParseSentencePieceTokenizer(Tokenizer(), model.SerializeAsString(), "model"),
        &tokenizers);
  }
  return tokenizers;
}

}  // namespace

std::vector<std::string> FuzzSeeds() {
  return {"ab abab  a\tb", "A <x>y x<noise>b", "\u00e9a \u65e5\u672c \U0001f600",
          "\xff\xe1\x80 ab"};
}

}  // namespace frazo

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto& tokenizers = *new auto(frazo::MakeTokenizers());
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  for (const auto& tokenizer : tokenizers) {
    std::vector<int32_t> ids;
    std::vector<int32_t> same_ids;
    std::vector<frazo::text::TokenSpan> spans;
    const int64_t invalid = tokenizer->Encode(input, &ids);
    if (invalid != tokenizer->EncodeWithOffsets(input, &same_ids, &spans)) std::abort();
    if (ids != same_ids || ids.size() != spans.size()) std::abort();
    int64_t end = 0;
    for (size_t i = 0; i < ids.size(); ++i) {
      if (ids[i] == tokenizer->sos_id() || ids[i] == tokenizer->eos_id()) std::abort();
      if (spans[i].begin < end || spans[i].end < spans[i].begin || spans[i].end > size) {
        std::abort();
      }
      end = spans[i].end;
    }
    if (!tokenizer->Decode(ids).ok()) std::abort();
  }
  return 0;
}
