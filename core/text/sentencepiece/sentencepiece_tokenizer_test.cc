#include "core/text/sentencepiece/sentencepiece_tokenizer.h"

#include <random>
#include <string>
#include <thread>
#include <vector>

#include "core/status/status_matchers.h"
#include "core/testing/test_variation.h"
#include "core/text/sentencepiece/testing/sentencepiece_models.h"
#include "core/text/testing/encoded.h"
#include "core/text/testing/random_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

// A Python test compares ids, spans and texts with those of the library.
namespace frazo::text {
namespace {

using ::testing::ElementsAre;
using ::testing::StrEq;

absl::StatusOr<std::unique_ptr<const Tokenizer>> Parse(
    const SentencePieceModel& model, const frazo::Tokenizer& config = frazo::Tokenizer()) {
  return ParseSentencePieceTokenizer(config, model.SerializeAsString(), "m.model");
}

std::unique_ptr<const Tokenizer> Create(const SentencePieceModel& model) {
  auto tokenizer = Parse(model);
  EXPECT_THAT(tokenizer, IsOk());
  return *std::move(tokenizer);
}

// A model whose pieces below have ids from 3 on.
SentencePieceModel Small(SentencePieceModel::ModelType type = SentencePieceModel::UNIGRAM) {
  return SmallModel(type, {{"\u2581", -1}, {"a", -2}, {"b", -2}, {"ab", -3}, {"\u2581ab", -3}});
}

TEST(SentencePieceTokenizerTest, WordsBecomePieces) {
  for (const auto type : {SentencePieceModel::UNIGRAM, SentencePieceModel::BPE}) {
    const auto tokenizer = Create(Small(type));
    const Encoded encoded = Encode(*tokenizer, "ab  aba");
    EXPECT_THAT(encoded.ids, ElementsAre(7, 7, 4));
    // The first piece's blank stands for no text, the second one's for the two blanks.
    EXPECT_THAT(encoded.spans, ElementsAre(TokenSpan{0, 2}, TokenSpan{2, 6}, TokenSpan{6, 7}));
    EXPECT_THAT(tokenizer->Decode(encoded.ids), IsOkAndHolds("ab aba"));
  }
}

TEST(SentencePieceTokenizerTest, ARunOfUnknownCharactersIsOneToken) {
  const auto tokenizer = Create(Small());
  const Encoded encoded = Encode(*tokenizer, "axyb\u00e9");
  EXPECT_THAT(encoded.ids, ElementsAre(3, 4, 0, 5, 0));
  EXPECT_THAT(encoded.spans, ElementsAre(TokenSpan{0, 0}, TokenSpan{0, 1}, TokenSpan{1, 3},
                                         TokenSpan{3, 4}, TokenSpan{4, 6}));
  EXPECT_THAT(Ids(*tokenizer, "axyb\u00e9"), ElementsAre(3, 4, 0, 5, 0));
  EXPECT_THAT(tokenizer->Decode(encoded.ids), IsOkAndHolds("a \u2047 b \u2047 "));
}

TEST(SentencePieceTokenizerTest, UnknownCharactersFallBackToBytes) {
  SentencePieceModel model = Small();
  AddBytePieces(&model);  // Byte b is piece 8 + b.
  const auto tokenizer = Create(model);
  const Encoded encoded = Encode(*tokenizer, "a\u00e9");
  EXPECT_THAT(encoded.ids, ElementsAre(3, 4, 8 + 0xc3, 8 + 0xa9));
  EXPECT_THAT(encoded.spans,
              ElementsAre(TokenSpan{0, 0}, TokenSpan{0, 1}, TokenSpan{1, 1}, TokenSpan{1, 3}));
  EXPECT_THAT(tokenizer->Decode(encoded.ids), IsOkAndHolds("a\u00e9"));
  // Half a character, and a byte that never occurs in UTF-8.
  EXPECT_THAT(tokenizer->Decode({8 + 0xc3, 4, 8 + 0xff, 8 + 0xe1, 8 + 0x80}),
              IsOkAndHolds("\ufffda\ufffd\ufffd\ufffd"));
}

TEST(SentencePieceTokenizerTest, InvalidBytesAreCounted) {
  EXPECT_EQ(Encode(*Create(Small()), "a\xff\xe1\x80").invalid, 3);
}

TEST(SentencePieceTokenizerTest, ControlPiecesStandForNoText) {
  const auto tokenizer = Create(Small());
  EXPECT_EQ(tokenizer->sos_id(), 1);
  EXPECT_EQ(tokenizer->eos_id(), 2);
  EXPECT_THAT(tokenizer->Decode({1, 7, 2}), IsOkAndHolds("ab"));
  EXPECT_THAT(Pieces(*tokenizer, "</s>"), ElementsAre("\u2581", "<unk>"));
}

TEST(SentencePieceTokenizerTest, AModelWithoutStartAndEndHasNone) {
  SentencePieceModel model = Small();
  model.mutable_trainer_spec()->set_bos_piece("<bos>");
  model.mutable_pieces(2)->set_type(SentencePieceModel::USER_DEFINED);
  const auto tokenizer = Create(model);
  EXPECT_EQ(tokenizer->sos_id(), kNoToken);
  EXPECT_EQ(tokenizer->eos_id(), kNoToken);
}

TEST(SentencePieceTokenizerTest, TheConfigMayChooseOtherControlPieces) {
  SentencePieceModel model = Small();
  AddPiece(SentencePieceModel::CONTROL, "<2en>", &model);
  frazo::Tokenizer config;
  config.set_sos_id(8);
  const auto tokenizer = Parse(model, config);
  ASSERT_THAT(tokenizer, IsOk());
  EXPECT_EQ((*tokenizer)->sos_id(), 8);
  config.set_sos_id(4);
  EXPECT_THAT(Parse(model, config),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       StrEq("tokenizer: sos_id is 4, which in 'm.model' is 'a', no control piece; "
                             "leave sos_id unset to have the model's own")));
  config.set_sos_id(9);
  EXPECT_THAT(Parse(model, config),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       StrEq("tokenizer: sos_id is 9 but 'm.model' has ids 0 to 8")));
  config.clear_sos_id();
  config.set_unk_id(1);
  EXPECT_THAT(
      Parse(model, config),
      StatusIs(absl::StatusCode::kInvalidArgument,
               StrEq("tokenizer: unk_id is 1 but the unknown piece of 'm.model' is 0; leave "
                     "unk_id unset")));
}

TEST(SentencePieceTokenizerTest, DecodedTextIsDenormalized) {
  SentencePieceModel model = Small();
  SentencePieceModel::NormalizerSpec* spec = model.mutable_denormalizer_spec();
  spec->set_precompiled_charsmap(ByteRules({{'b', "B"}}));
  spec->set_add_dummy_prefix(false);
  spec->set_escape_whitespaces(false);
  EXPECT_THAT(Create(model)->Decode({7, 7}), IsOkAndHolds("aB aB"));
}

TEST(SentencePieceTokenizerTest, DamagedRulesNameTheFile) {
  SentencePieceModel model = Small();
  model.mutable_normalizer_spec()->set_precompiled_charsmap("abc");
  EXPECT_THAT(Parse(model),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       StrEq("'m.model': the normalization rules have 3 bytes, less than their "
                             "header; fetch the file again")));
}

// With identity, kept blanks, and bytes for characters without a piece, the header's promise holds.
TEST(SentencePieceTokenizerTest, AnyTextComesBackFromALosslessModel) {
  std::mt19937 random(TestSeed(1));
  for (const auto type : {SentencePieceModel::UNIGRAM, SentencePieceModel::BPE}) {
    SentencePieceModel model = Small(type);
    AddBytePieces(&model);
    model.mutable_normalizer_spec()->set_remove_extra_whitespaces(false);
    const auto tokenizer = Create(model);
    for (int i = 0; i < TestExamples(2000); ++i) {
      const std::string text =
          RandomUnicode(10, &random) + RandomText({"a", "b", " ", "  ", "\t"}, 10, &random);
      if (text.find("\u2581") != std::string::npos) continue;
      ASSERT_THAT(tokenizer->Decode(Ids(*tokenizer, text)), IsOkAndHolds(text));
    }
  }
}

TEST(SentencePieceTokenizerTest, ManyThreadsGetWhatOneGets) {
  for (const auto type : {SentencePieceModel::UNIGRAM, SentencePieceModel::BPE}) {
    const auto tokenizer = Create(Small(type));
    std::mt19937 random(TestSeed(1));
    std::vector<std::string> texts;
    std::vector<std::vector<int32_t>> expected;
    for (int i = 0; i < 200; ++i) {
      texts.push_back(RandomBytes(20, &random) + RandomText({"a", "b", " ", "ab"}, 20, &random));
      expected.push_back(Ids(*tokenizer, texts.back()));
    }
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 8; ++thread) {
      threads.emplace_back([&] {
        for (int i = 0; i < texts.size(); ++i) ASSERT_EQ(Ids(*tokenizer, texts[i]), expected[i]);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
}

}  // namespace
}  // namespace frazo::text
