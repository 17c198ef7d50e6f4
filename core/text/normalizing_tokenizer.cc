#include "core/text/normalizing_tokenizer.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/numeric/fingerprint.h"
#include "core/text/scratch_pool.h"
#include "core/text/special_ids.h"
#include "core/text/unicode/normal_form.h"

namespace frazo::text {
namespace {

uint64_t Fingerprint(const Tokenizer& tokenizer, NormalForm form, bool removes_invisible) {
  numeric::Fingerprint fingerprint;
  fingerprint.Add("normalizing");
  fingerprint.Add(static_cast<int64_t>(form));
  fingerprint.Add(int64_t{removes_invisible});
  fingerprint.Add(static_cast<int64_t>(tokenizer.fingerprint()));
  return fingerprint.value();
}

class NormalizingTokenizer final : public Tokenizer {
 public:
  NormalizingTokenizer(std::unique_ptr<const Tokenizer> tokenizer, NormalForm form,
                       bool removes_invisible)
      : Tokenizer(tokenizer->vocab_size(),
                  // The inner tokenizer knows which of them have no text.
                  SpecialIds{tokenizer->unk_id(), tokenizer->sos_id(), tokenizer->eos_id(),
                             /*sos_is_textless=*/false, /*eos_is_textless=*/false},
                  Fingerprint(*tokenizer, form, removes_invisible)),
        tokenizer_(std::move(tokenizer)),
        form_(form),
        removes_invisible_(removes_invisible) {}

 private:
  struct Scratch {
    std::unique_ptr<Normalizer> normalizer;
  };

  int64_t EncodeTo(std::string_view text, TokenSink sink) const override {
    const auto scratch = scratches_.Take();
    if (scratch->normalizer == nullptr) {
      scratch->normalizer = std::make_unique<Normalizer>(form_, removes_invisible_);
    }
    const NormalizedText& normalized = scratch->normalizer->Normalize(text);
    if (sink.spans == nullptr) return tokenizer_->Encode(normalized.text(), sink.ids);
    const size_t first = sink.spans->size();
    const int64_t invalid = tokenizer_->EncodeWithOffsets(normalized.text(), sink.ids, sink.spans);
    for (size_t i = first; i < sink.spans->size(); ++i) {
      TokenSpan& span = (*sink.spans)[i];
      span = {static_cast<int64_t>(normalized.SourceOffset(span.begin)),
              static_cast<int64_t>(normalized.SourceOffset(span.end))};
    }
    return invalid;
  }

  std::string DecodeChecked(absl::Span<const int32_t> ids) const override {
    return *tokenizer_->Decode(ids);
  }
  std::string_view PieceOf(int32_t id) const override { return *tokenizer_->IdToPiece(id); }
  int32_t FindPiece(std::string_view piece) const override { return tokenizer_->PieceToId(piece); }

  const std::unique_ptr<const Tokenizer> tokenizer_;
  const NormalForm form_;
  const bool removes_invisible_;
  mutable ScratchPool<Scratch> scratches_;
};

absl::StatusOr<NormalForm> FormOf(const frazo::Tokenizer& config) {
  switch (config.normalization()) {
    case frazo::Tokenizer::NONE:
      return NormalForm::kNone;
    case frazo::Tokenizer::NFC:
      return NormalForm::kNfc;
    case frazo::Tokenizer::NFKC:
      return NormalForm::kNfkc;
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("tokenizer: normalization is ", static_cast<int>(config.normalization()),
                       ", which stands for none; set NONE, NFC or NFKC"));
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<const Tokenizer>> Normalizing(
    const frazo::Tokenizer& config, std::unique_ptr<const Tokenizer> tokenizer) {
  const absl::StatusOr<NormalForm> form = FormOf(config);
  if (!form.ok()) return form.status();
  if (*form == NormalForm::kNone && !config.remove_invisible()) return tokenizer;
  return std::make_unique<NormalizingTokenizer>(std::move(tokenizer), *form,
                                                config.remove_invisible());
}

}  // namespace frazo::text
