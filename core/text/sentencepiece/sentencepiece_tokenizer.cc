#include "core/text/sentencepiece/sentencepiece_tokenizer.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "core/status/status_macros.h"
#include "core/text/scratch_pool.h"
#include "core/text/sentencepiece/sentencepiece_bpe_divider.h"
#include "core/text/sentencepiece/sentencepiece_model.h"
#include "core/text/sentencepiece/sentencepiece_normalizer.h"
#include "core/text/sentencepiece/unigram_divider.h"
#include "core/text/text_file.h"
#include "core/text/utf8.h"

namespace frazo::text {
namespace {

struct Normalizers {
  SentencePieceNormalizer encode;
  std::optional<SentencePieceNormalizer> decode;
};

class SentencePieceTokenizer final : public Tokenizer {
 public:
  SentencePieceTokenizer(CheckedSentencePieceModel model, Normalizers normalizers,
                         const SpecialIds& special_ids, uint64_t fingerprint)
      : Tokenizer(model.pieces().size(), special_ids, fingerprint),
        model_(std::move(model)),
        normalizers_(std::move(normalizers)) {
    if (model_.model().trainer_spec().model_type() == SentencePieceModel::BPE) {
      divider_ = std::make_unique<SentencePieceBpeDivider>(model_.model(), model_.pieces(),
                                                           model_.UserDefinedPieces());
    } else {
      divider_ = std::make_unique<UnigramDivider>(model_.model());
    }
  }

 private:
  struct Scratch {
    std::string normalized;
    std::vector<int64_t> origins;
    std::vector<WordPiece> pieces;
  };

  int64_t EncodeTo(std::string_view text, TokenSink sink) const override {
    const auto scratch = scratches_.Take();
    std::vector<int64_t>* const origins = sink.spans == nullptr ? nullptr : &scratch->origins;
    const int64_t invalid = normalizers_.encode.Normalize(text, &scratch->normalized, origins);
    scratch->pieces.clear();
    divider_->Divide(scratch->normalized, &scratch->pieces);
    AddPieces(*scratch, sink);
    return invalid;
  }

  void AddPieces(const Scratch& scratch, TokenSink sink) const {
    const auto origin = [&](int64_t at) { return sink.spans == nullptr ? 0 : scratch.origins[at]; };
    const bool has_bytes = model_.model().trainer_spec().byte_fallback();
    int64_t begin = 0;
    bool after_unknown = false;
    for (const WordPiece& piece : scratch.pieces) {
      const bool is_unknown = piece.id == unk_id();
      if (is_unknown && has_bytes) {
        AddBytes(std::string_view(scratch.normalized).substr(begin, piece.end - begin),
                 origin(begin), origin(piece.end), sink);
      } else if (is_unknown && after_unknown) {
        // A run of unknown characters is one token.
        if (sink.spans != nullptr) sink.spans->back().end = origin(piece.end);
      } else {
        sink.Add(piece.id, origin(begin), origin(piece.end));
      }
      after_unknown = is_unknown;
      begin = piece.end;
    }
  }

  // Adds the tokens of a character's bytes; the last one gets the character's span.
  void AddBytes(std::string_view character, int64_t begin, int64_t end, TokenSink sink) const {
    for (size_t i = 0; i < character.size(); ++i) {
      const bool is_last = i + 1 == character.size();
      sink.Add(model_.byte_pieces()[static_cast<unsigned char>(character[i])], begin,
               is_last ? end : begin);
    }
  }

  std::string DecodeChecked(absl::Span<const int32_t> ids) const override {
    std::string text;
    std::string bytes;
    const auto flush_bytes = [&] {
      AppendBytes(bytes, &text);
      bytes.clear();
    };
    // At the start a piece may begin with a blank that the normalisation added, or that it would
    // have removed from the text.
    bool at_start = true;
    bool start_is_over = false;
    for (const int32_t id : ids) {
      const std::string_view piece = PieceOf(id);
      if (model_.type(id) == SentencePieceModel::BYTE) {
        bytes.push_back(CheckedSentencePieceModel::ByteOf(piece));
        continue;
      }
      flush_bytes();
      if (start_is_over || !text.empty()) at_start = false;
      start_is_over = AppendPiece(id, at_start, &text);
    }
    flush_bytes();
    if (!normalizers_.decode.has_value()) return text;
    std::string denormalized;
    normalizers_.decode->Normalize(text, &denormalized, nullptr);
    return denormalized;
  }

  // Returns whether the piece contained the one blank that stands for the start of the text.
  bool AppendPiece(int32_t id, bool at_start, std::string* text) const {
    if (model_.type(id) == SentencePieceModel::CONTROL) return false;
    if (id == unk_id()) {
      text->append(model_.model().trainer_spec().unk_surface());
      return false;
    }
    std::string_view piece = PieceOf(id);
    const SentencePieceModel::NormalizerSpec& spec = model_.model().normalizer_spec();
    bool had_start = false;
    if (at_start && (spec.add_dummy_prefix() || spec.remove_extra_whitespaces())) {
      had_start = absl::ConsumePrefix(&piece, kSpaceSymbol) && !spec.remove_extra_whitespaces();
    }
    text->append(absl::StrReplaceAll(piece, {{kSpaceSymbol, " "}}));
    return had_start;
  }

  // Each byte that is not UTF-8 becomes U+FFFD.
  static void AppendBytes(std::string_view bytes, std::string* text) {
    while (!bytes.empty()) {
      const Utf8Prefix prefix = DecodeUtf8(bytes);
      const size_t length = prefix.valid ? prefix.length : 1;
      text->append(prefix.valid ? bytes.substr(0, length) : kReplacementCharacterUtf8);
      bytes.remove_prefix(length);
    }
  }

  std::string_view PieceOf(int32_t id) const override { return model_.pieces().token(id); }
  int32_t FindPiece(std::string_view piece) const override { return model_.pieces().Find(piece); }

  const CheckedSentencePieceModel model_;
  const Normalizers normalizers_;
  std::unique_ptr<const SentencePieceDivider> divider_;
  mutable ScratchPool<Scratch> scratches_;
};

// Returns kNoToken if the model has no such control piece.
int32_t FindControlPiece(const CheckedSentencePieceModel& model, const std::string& name,
                         std::string_view default_name) {
  const int32_t id = model.pieces().Find(name.empty() ? default_name : name);
  return id != kNoToken && model.type(id) == SentencePieceModel::CONTROL ? id : kNoToken;
}

// Returns `id`, which the config's `field` sets, if it is that of a control piece.
absl::StatusOr<int32_t> CheckControlPiece(const CheckedSentencePieceModel& model, int32_t id,
                                          std::string_view field, std::string_view name) {
  if (id < 0 || id >= model.pieces().size()) {
    return absl::InvalidArgumentError(absl::StrCat("tokenizer: ", field, " is ", id, " but '", name,
                                                   "' has ids 0 to ", model.pieces().size() - 1));
  }
  if (model.type(id) != SentencePieceModel::CONTROL) {
    return absl::InvalidArgumentError(absl::StrCat(
        "tokenizer: ", field, " is ", id, ", which in '", name, "' is '", model.pieces().token(id),
        "', no control piece; leave ", field, " unset to have the model's own"));
  }
  return id;
}

absl::StatusOr<SpecialIds> ResolveSpecialIds(const frazo::Tokenizer& config,
                                             const CheckedSentencePieceModel& model,
                                             std::string_view name) {
  const SentencePieceModel::TrainerSpec& trainer = model.model().trainer_spec();
  SpecialIds ids = {model.unknown_piece(), FindControlPiece(model, trainer.bos_piece(), "<s>"),
                    FindControlPiece(model, trainer.eos_piece(), "</s>"), true, true};
  if (config.has_unk_id() && config.unk_id() != ids.unk) {
    return absl::InvalidArgumentError(absl::StrCat("tokenizer: unk_id is ", config.unk_id(),
                                                   " but the unknown piece of '", name, "' is ",
                                                   ids.unk, "; leave unk_id unset"));
  }
  if (config.has_sos_id()) {
    FRAZO_ASSIGN_OR_RETURN(ids.sos, CheckControlPiece(model, config.sos_id(), "sos_id", name));
  }
  if (config.has_eos_id()) {
    FRAZO_ASSIGN_OR_RETURN(ids.eos, CheckControlPiece(model, config.eos_id(), "eos_id", name));
  }
  return ids;
}

absl::StatusOr<Normalizers> CreateNormalizers(const CheckedSentencePieceModel& checked) {
  const SentencePieceModel& model = checked.model();
  FRAZO_ASSIGN_OR_RETURN(
      SentencePieceNormalizer encode,
      SentencePieceNormalizer::Create(model.normalizer_spec(),
                                      model.trainer_spec().treat_whitespace_as_suffix(),
                                      checked.UserDefinedPieces()));
  Normalizers normalizers = {std::move(encode), std::nullopt};
  if (!model.denormalizer_spec().precompiled_charsmap().empty()) {
    FRAZO_ASSIGN_OR_RETURN(normalizers.decode, SentencePieceNormalizer::Create(
                                                   model.denormalizer_spec(), false, ByteTrie()));
  }
  return normalizers;
}

}  // namespace

absl::StatusOr<std::unique_ptr<const Tokenizer>> CreateSentencePieceTokenizer(
    const frazo::Tokenizer& config) {
  const std::string& path = config.sentencepiece().model();
  FRAZO_ASSIGN_OR_RETURN(const std::string content, ReadTextFile(path));
  return ParseSentencePieceTokenizer(config, content, path);
}

absl::StatusOr<std::unique_ptr<const Tokenizer>> ParseSentencePieceTokenizer(
    const frazo::Tokenizer& config, std::string_view model, std::string_view name) {
  FRAZO_ASSIGN_OR_RETURN(CheckedSentencePieceModel checked,
                         CheckedSentencePieceModel::Parse(model, name));
  FRAZO_ASSIGN_OR_RETURN(const SpecialIds special_ids, ResolveSpecialIds(config, checked, name));
  absl::StatusOr<Normalizers> normalizers = CreateNormalizers(checked);
  if (!normalizers.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", name, "': ", normalizers.status().message(), "; fetch the file again"));
  }
  numeric::Fingerprint fingerprint;
  fingerprint.Add("sentencepiece");
  fingerprint.Add(static_cast<int64_t>(checked.fingerprint()));
  special_ids.AddTo(&fingerprint);
  return std::make_unique<SentencePieceTokenizer>(std::move(checked), *std::move(normalizers),
                                                  special_ids, fingerprint.value());
}

}  // namespace frazo::text
