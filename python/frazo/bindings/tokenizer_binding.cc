#include "python/frazo/bindings/tokenizer_binding.h"

#include <nanobind/ndarray.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/text/tokenizer.h"
#include "core/text/unicode/normal_form.h"
#include "frazo/proto/tokenizer.pb.h"
#include "python/frazo/bindings/owned_array.h"
#include "python/frazo/bindings/status_exceptions.h"
#include "python/frazo/bindings/text_argument.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace frazo::bindings {
namespace {

using Path = std::optional<std::filesystem::path>;
using Ids = nb::ndarray<nb::numpy, int32_t, nb::ndim<1>, nb::c_contig>;
using Spans = nb::ndarray<nb::numpy, int64_t, nb::shape<-1, 2>, nb::c_contig>;

constexpr char kTokenizerDoc[] =
    R"(Converts text to ids and ids to text, as a frazo.Tokenizer message says.

It is thread-safe. Texts are str or bytes; bytes that are not UTF-8 are read as U+FFFD.)";

constexpr char kFromMessageDoc[] = R"(Builds a tokenizer from a message.

Args:
  config: A serialized frazo.Tokenizer.

Raises:
  NotFoundError: A file does not exist.
  InvalidArgumentError: The config or a file is wrong.)";

constexpr char kFromKeywordsDoc[] = R"(Builds a tokenizer from keywords.

Args:
  kind: grapheme, word, bpe, sentencepiece or word_piece.
  vocabulary, merges, model: Paths of the files that the kind needs.
  unk_id, sos_id, eos_id, normalization, remove_invisible: The fields of the frazo.Tokenizer message;
    normalization is "NONE", "NFC" or "NFKC".

Raises:
  NotFoundError: A file does not exist.
  InvalidArgumentError: A keyword or a file is wrong.)";

constexpr char kGetStateDoc[] = R"(For pickle and copy.

Returns:
  The frazo.Tokenizer message, serialized, with absolute paths, and the fingerprint.)";

constexpr char kSetStateDoc[] = R"(For pickle and copy: reads the files again.

Raises:
  FailedPreconditionError: They are not those of the tokenizer that was pickled.
  NotFoundError: A file does not exist.)";

constexpr char kNormalizeDoc[] = R"(Normalizes a text as a tokenizer does before it encodes.

Args:
  text: str or bytes; bytes that are not UTF-8 are kept.
  normalization: "NONE", "NFC" or "NFKC", as in the frazo.Tokenizer message.
  remove_invisible: As in that message.

Raises:
  InvalidArgumentError: No normalization has this name.)";

constexpr char kEncodeDoc[] = R"(Converts a text to ids.

Returns:
  int32 [tokens], without ids for the start and the end of a sentence.

Raises:
  InvalidArgumentError: A str has half a surrogate pair, which has no UTF-8.)";

constexpr char kEncodeCountingDoc[] = R"(Converts a text to ids and counts invalid bytes.

Returns:
  int32 [tokens], and how many sequences of bytes are not UTF-8.)";

constexpr char kEncodeWithOffsetsDoc[] =
    R"(Converts a text to ids and tells which bytes each id stands for.

Returns:
  int32 [tokens], and spans, int64 [tokens, 2]. Token i stands for bytes spans[i, 0]:spans[i, 1] of
  the text, or of its UTF-8 form if it is a str.)";

constexpr char kDecodeDoc[] =
    R"(Converts ids to a text, without the start and the end of a sentence.

Raises:
  InvalidArgumentError: An id is outside of the vocabulary.)";

constexpr char kIdToPieceDoc[] = R"(Returns the piece of an id.

Raises:
  InvalidArgumentError: The id is outside of the vocabulary.)";

// nanobind doesn't bind const classes, so this holds a pointer.
struct BoundTokenizer {
  Tokenizer config;
  std::unique_ptr<const text::Tokenizer> tokenizer;
};

void CreateFrom(BoundTokenizer* self, const Tokenizer& config) {
  new (self) BoundTokenizer{
      config, ValueOrRaise(Unlocked([&] { return text::Tokenizer::Create(config); }))};
}

// Another process may have another current folder.
void MakeAbsolute(std::string* path) {
  if (!path->empty()) *path = std::filesystem::absolute(*path).string();
}

using State = std::pair<nb::bytes, uint64_t>;

State GetState(const BoundTokenizer& self) {
  Tokenizer config = self.config;
  if (config.grapheme().has_vocabulary()) {
    MakeAbsolute(config.mutable_grapheme()->mutable_vocabulary());
  }
  if (config.has_word()) MakeAbsolute(config.mutable_word()->mutable_vocabulary());
  if (config.has_bpe()) {
    MakeAbsolute(config.mutable_bpe()->mutable_vocabulary());
    MakeAbsolute(config.mutable_bpe()->mutable_merges());
  }
  if (config.has_word_piece()) MakeAbsolute(config.mutable_word_piece()->mutable_vocabulary());
  if (config.has_sentencepiece()) MakeAbsolute(config.mutable_sentencepiece()->mutable_model());
  const std::string message = config.SerializeAsString();
  return {nb::bytes(message.data(), message.size()), self.tokenizer->fingerprint()};
}

void SetState(BoundTokenizer* self, const State& state) {
  Tokenizer config;
  const bool is_message =
      config.ParseFromArray(state.first.c_str(), static_cast<int>(state.first.size()));
  auto tokenizer = ValueOrRaise(Unlocked([&] { return text::Tokenizer::Create(config); }));
  if (!is_message || tokenizer->fingerprint() != state.second) {
    RaiseIfError(absl::FailedPreconditionError(absl::StrCat(
        "the files of a tokenizer have changed since it was pickled; put them back, or make the "
        "tokenizer anew: ",
        config.ShortDebugString())));
  }
  new (self) BoundTokenizer{std::move(config), std::move(tokenizer)};
}

void CreateFromMessage(BoundTokenizer* self, const nb::bytes& message) {
  Tokenizer config;
  if (!config.ParseFromArray(message.c_str(), static_cast<int>(message.size()))) {
    RaiseIfError(absl::InvalidArgumentError(
        "config is not a serialized frazo.Tokenizer; pass the result of its SerializeToString()"));
  }
  CreateFrom(self, config);
}

struct Files {
  Path vocabulary;
  Path merges;
  Path model;
};

// Converts the keywords to a message.
absl::StatusOr<Tokenizer> ToMessage(std::string_view kind, const Files& files) {
  Tokenizer config;
  const auto check = [&](const char* name, const Path& path, bool is_wanted, bool is_required) {
    if (path.has_value() ? is_wanted : !is_required) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("a ", kind, " tokenizer ", path.has_value() ? "takes no " : "needs ", name));
  };
  const bool is_bpe = kind == "bpe";
  const bool is_sentencepiece = kind == "sentencepiece";
  const bool is_grapheme = kind == "grapheme";
  const bool is_word_piece = kind == "word_piece";
  if (!is_bpe && !is_sentencepiece && !is_grapheme && !is_word_piece && kind != "word") {
    return absl::InvalidArgumentError(absl::StrCat(
        "kind is '", kind, "' but must be grapheme, word, bpe, sentencepiece or word_piece"));
  }
  for (const absl::Status& status :
       {check("vocabulary", files.vocabulary, !is_sentencepiece, !is_sentencepiece && !is_grapheme),
        check("merges", files.merges, is_bpe, is_bpe),
        check("model", files.model, is_sentencepiece, is_sentencepiece)}) {
    if (!status.ok()) return status;
  }
  if (is_bpe) {
    config.mutable_bpe()->set_merges(files.merges->string());
    config.mutable_bpe()->set_vocabulary(files.vocabulary->string());
  } else if (is_sentencepiece) {
    config.mutable_sentencepiece()->set_model(files.model->string());
  } else if (is_word_piece) {
    config.mutable_word_piece()->set_vocabulary(files.vocabulary->string());
  } else if (!is_grapheme) {
    config.mutable_word()->set_vocabulary(files.vocabulary->string());
  } else if (config.mutable_grapheme(); files.vocabulary.has_value()) {
    config.mutable_grapheme()->set_vocabulary(files.vocabulary->string());
  }
  return config;
}

struct SpecialIdOptions {
  std::optional<int32_t> unk;
  std::optional<int32_t> sos;
  std::optional<int32_t> eos;
};

struct NormalizationOptions {
  std::string_view name;
  bool removes_invisible;
};

Tokenizer::Normalization ParseNormalization(std::string_view name) {
  Tokenizer::Normalization normalization = Tokenizer::NONE;
  if (!Tokenizer::Normalization_Parse(name, &normalization)) {
    RaiseIfError(absl::InvalidArgumentError(
        absl::StrCat("normalization is '", name, "' but must be NONE, NFC or NFKC")));
  }
  return normalization;
}

void CreateFromKeywords(BoundTokenizer* self, std::string_view kind, Files files,
                        SpecialIdOptions ids, NormalizationOptions normalization) {
  Tokenizer config = ValueOrRaise(ToMessage(kind, files));
  config.set_normalization(ParseNormalization(normalization.name));
  config.set_remove_invisible(normalization.removes_invisible);
  if (ids.unk.has_value()) config.set_unk_id(*ids.unk);
  if (ids.sos.has_value()) config.set_sos_id(*ids.sos);
  if (ids.eos.has_value()) config.set_eos_id(*ids.eos);
  CreateFrom(self, config);
}

Ids ToIds(std::vector<int32_t> ids) {
  const size_t size = ids.size();
  return ToArray<Ids>(std::move(ids), {size});
}

std::pair<Ids, int64_t> EncodeCounting(const BoundTokenizer& self, nb::handle text) {
  const std::string_view bytes = TextBytes(text);
  std::vector<int32_t> ids;
  const int64_t invalid = Unlocked([&] { return self.tokenizer->Encode(bytes, &ids); });
  return {ToIds(std::move(ids)), invalid};
}

Ids Encode(const BoundTokenizer& self, nb::handle text) { return EncodeCounting(self, text).first; }

std::pair<Ids, Spans> EncodeWithOffsets(const BoundTokenizer& self, nb::handle text) {
  const std::string_view bytes = TextBytes(text);
  std::vector<int32_t> ids;
  std::vector<text::TokenSpan> spans;
  Unlocked([&] { return self.tokenizer->EncodeWithOffsets(bytes, &ids, &spans); });
  static_assert(sizeof(text::TokenSpan) == 2 * sizeof(int64_t));
  const size_t size = spans.size();
  return {ToIds(std::move(ids)), ToArray<Spans>(std::move(spans), {size, 2})};
}

nb::bytes NormalizeText(nb::handle text, std::string_view normalization, bool remove_invisible) {
  const std::string_view bytes = TextBytes(text);
  // The numbers of the two enums are the same.
  const auto form = static_cast<text::NormalForm>(ParseNormalization(normalization));
  const std::string normalized =
      Unlocked([&] { return text::Normalizer(form, remove_invisible).Normalize(bytes).text(); });
  return nb::bytes(normalized.data(), normalized.size());
}

nb::str Decode(const BoundTokenizer& self, const std::vector<int64_t>& ids) {
  std::vector<int32_t> checked;
  checked.reserve(ids.size());
  for (const int64_t id : ids) {
    // An id that doesn't fit into int32 is outside of the vocabulary, as -1 is.
    const bool fits = id >= 0 && id <= std::numeric_limits<int32_t>::max();
    checked.push_back(fits ? static_cast<int32_t>(id) : -1);
  }
  const std::string text = ValueOrRaise(Unlocked([&] { return self.tokenizer->Decode(checked); }));
  return ToStr(text);
}

}  // namespace

void BindTokenizer(nb::module_& module) {
  nb::class_<BoundTokenizer>(module, "Tokenizer", kTokenizerDoc)
      .def("__init__", &CreateFromMessage, "config"_a, kFromMessageDoc)
      .def(
          "__init__",
          [](BoundTokenizer* self, std::string_view kind, Path vocabulary, Path merges, Path model,
             std::optional<int32_t> unk_id, std::optional<int32_t> sos_id,
             std::optional<int32_t> eos_id, std::string_view normalization, bool remove_invisible) {
            CreateFromKeywords(self, kind,
                               {std::move(vocabulary), std::move(merges), std::move(model)},
                               {unk_id, sos_id, eos_id}, {normalization, remove_invisible});
          },
          nb::kw_only(), "kind"_a, "vocabulary"_a = nb::none(), "merges"_a = nb::none(),
          "model"_a = nb::none(), "unk_id"_a = nb::none(), "sos_id"_a = nb::none(),
          "eos_id"_a = nb::none(), "normalization"_a = "NONE", "remove_invisible"_a = false,
          kFromKeywordsDoc)
      .def("__getstate__", &GetState, kGetStateDoc)
      .def("__setstate__", &SetState, "state"_a, kSetStateDoc)
      .def("encode", &Encode, "text"_a, kEncodeDoc)
      .def("encode_counting", &EncodeCounting, "text"_a, kEncodeCountingDoc)
      .def("encode_with_offsets", &EncodeWithOffsets, "text"_a, kEncodeWithOffsetsDoc)
      .def("decode", &Decode, "ids"_a, kDecodeDoc)
      .def(
          "id_to_piece",
          [](const BoundTokenizer& self, int32_t id) {
            return std::string(ValueOrRaise(self.tokenizer->IdToPiece(id)));
          },
          "id"_a, kIdToPieceDoc)
      .def(
          "piece_to_id",
          [](const BoundTokenizer& self, std::string_view piece) {
            return self.tokenizer->PieceToId(piece);
          },
          "piece"_a, "Returns the id of a piece, or unk_id if the vocabulary doesn't have it.")
      .def_prop_ro("vocab_size",
                   [](const BoundTokenizer& self) { return self.tokenizer->vocab_size(); })
      .def_prop_ro("unk_id", [](const BoundTokenizer& self) { return self.tokenizer->unk_id(); })
      .def_prop_ro(
          "sos_id", [](const BoundTokenizer& self) { return self.tokenizer->sos_id(); },
          "-1 if a SentencePiece model has none.")
      .def_prop_ro(
          "eos_id", [](const BoundTokenizer& self) { return self.tokenizer->eos_id(); },
          "-1 if a SentencePiece model has none.")
      .def_prop_ro(
          "fingerprint", [](const BoundTokenizer& self) { return self.tokenizer->fingerprint(); },
          "64 bits. Tokenizers that encode and decode alike have equal fingerprints.");
  module.def("normalize_text", &NormalizeText, "text"_a, "normalization"_a = "NFC",
             "remove_invisible"_a = false, kNormalizeDoc);
}

}  // namespace frazo::bindings
