#include "core/text/tokenizer.h"

#include <set>
#include <string>
#include <vector>

#include "core/bytes/testing/scratch_folder.h"
#include "core/status/status_matchers.h"
#include "core/text/sentencepiece/testing/sentencepiece_models.h"
#include "core/text/testing/encoded.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::text {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StrEq;

class TokenizerTest : public testing::Test {
 protected:
  // A config of each kind.
  std::vector<frazo::Tokenizer> Configs() {
    const std::string pieces = scratch_.Write("pieces", "<unk>\n<s>\n</s>\na\nb\na@@\n");
    std::vector<frazo::Tokenizer> configs(4);
    configs[0].mutable_grapheme();
    configs[1].mutable_word()->set_vocabulary(pieces);
    configs[2].mutable_bpe()->set_vocabulary(pieces);
    configs[2].mutable_bpe()->set_merges(scratch_.Write("merges", "a b\n"));
    configs[3].mutable_sentencepiece()->set_model(scratch_.Write(
        "model", SmallModel(SentencePieceModel::UNIGRAM, {{"\u2581a", -1}}).SerializeAsString()));
    return configs;
  }

  bytes::ScratchFolder scratch_;
};

TEST_F(TokenizerTest, EveryKindIsMadeFromItsConfig) {
  const std::vector<int32_t> a = {5, 3, 3, 3};
  for (size_t kind = 0; kind < 4; ++kind) {
    const auto tokenizer = Tokenizer::Create(Configs()[kind]);
    ASSERT_THAT(tokenizer, IsOk());
    EXPECT_THAT(Ids(**tokenizer, "a"), ElementsAre(a[kind]));
    EXPECT_THAT((*tokenizer)->Decode({1, a[kind], 2}), IsOkAndHolds("a"));
    EXPECT_EQ((*tokenizer)->PieceToId(*(*tokenizer)->IdToPiece(a[kind])), a[kind]);
    EXPECT_EQ((*tokenizer)->PieceToId("no such piece"), 0);
  }
}

TEST_F(TokenizerTest, AConfigWithoutAKindIsRefused) {
  EXPECT_THAT(Tokenizer::Create(frazo::Tokenizer()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       StrEq("tokenizer: no kind is set; set one of grapheme, word, bpe, "
                             "sentencepiece, word_piece")));
}

TEST_F(TokenizerTest, IdsOutsideOfTheVocabularyAreNamed) {
  const auto tokenizer = Tokenizer::Create(Configs()[1]);
  ASSERT_THAT(tokenizer, IsOk());
  EXPECT_THAT(
      (*tokenizer)->Decode({3, 6}),
      StatusIs(absl::StatusCode::kInvalidArgument,
               StrEq("id 6 at position 1 is outside of the vocabulary of 6 tokens, whose ids "
                     "are 0 to 5")));
  EXPECT_THAT((*tokenizer)->Decode({-1}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("id -1 at position 0")));
  EXPECT_THAT((*tokenizer)->IdToPiece(6),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       StrEq("id 6 is outside of the vocabulary of 6 tokens, whose ids are 0 to "
                             "5")));
  EXPECT_THAT((*tokenizer)->IdToPiece(5), IsOkAndHolds("a@@"));
}

TEST_F(TokenizerTest, SpecialIdsMustBeInTheVocabularyAndApart) {
  frazo::Tokenizer config;
  config.mutable_word()->set_vocabulary(scratch_.Write("two", "<s>\na\n"));
  EXPECT_THAT(Tokenizer::Create(config),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("tokenizer: eos_id is 2 but '"),
                             HasSubstr("two' has ids 0 to 1; set eos_id or add <unk>, <s> and "
                                       "</s> to the vocabulary"))));
  config.set_eos_id(1);
  EXPECT_THAT(Tokenizer::Create(config),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("tokenizer: unk_id is 0, which '"),
                             HasSubstr("two' or the config makes the start of a sentence, too; "
                                       "set unk_id or add <unk> to the vocabulary"))));
}

TEST_F(TokenizerTest, TheFingerprintTellsTokenizersApart) {
  std::set<uint64_t> fingerprints;
  for (frazo::Tokenizer& config : Configs()) {
    const auto tokenizer = Tokenizer::Create(config);
    ASSERT_THAT(tokenizer, IsOk());
    const auto same = Tokenizer::Create(config);
    ASSERT_THAT(same, IsOk());
    EXPECT_EQ((*tokenizer)->fingerprint(), (*same)->fingerprint());
    fingerprints.insert((*tokenizer)->fingerprint());
    if (config.has_sentencepiece()) continue;
    config.set_eos_id(1);
    const auto other = Tokenizer::Create(config);
    ASSERT_THAT(other, IsOk());
    fingerprints.insert((*other)->fingerprint());
  }
  EXPECT_EQ(fingerprints.size(), 7);
}

TEST_F(TokenizerTest, NormalizesBeforeItEncodes) {
  bytes::ScratchFolder scratch;
  frazo::Tokenizer config;
  config.mutable_word()->set_vocabulary(
      scratch.Write("words", "<unk>\n<s>\n</s>\n\u00f6ffnen\nDatenbank\n"));
  const auto plain = Tokenizer::Create(config);
  ASSERT_THAT(plain, IsOk());
  config.set_normalization(frazo::Tokenizer::NFC);
  config.set_remove_invisible(true);
  const auto tokenizer = Tokenizer::Create(config);
  ASSERT_THAT(tokenizer, IsOk());
  EXPECT_NE((*tokenizer)->fingerprint(), (*plain)->fingerprint());
  // Bytes: "o" 0, U+0308 1-2, "ffnen" 3-7, blank 8, "Daten" 9-13, U+00AD 14-15, "bank" 16-19.
  const std::string_view text = "o\u0308ffnen Daten\u00adbank";
  std::vector<int32_t> ids;
  std::vector<TokenSpan> spans;
  EXPECT_EQ((*tokenizer)->EncodeWithOffsets(text, &ids, &spans), 0);
  EXPECT_EQ(ids, (std::vector<int32_t>{3, 4}));
  EXPECT_EQ(spans, (std::vector<TokenSpan>{{0, 8}, {9, 20}}));
  std::vector<int32_t> same_ids;
  (*tokenizer)->Encode(text, &same_ids);
  EXPECT_EQ(same_ids, ids);
  std::vector<int32_t> plain_ids;
  (*plain)->Encode(text, &plain_ids);
  EXPECT_EQ(plain_ids, (std::vector<int32_t>{0, 0}));
  EXPECT_THAT((*tokenizer)->Decode({3, 2}), IsOkAndHolds("\u00f6ffnen"));
  EXPECT_EQ((*tokenizer)->PieceToId("Datenbank"), 4);
  EXPECT_EQ(*(*tokenizer)->IdToPiece(4), "Datenbank");
}

TEST_F(TokenizerTest, AnUnknownNormalizationIsRefused) {
  frazo::Tokenizer config;
  config.mutable_grapheme();
  config.set_normalization(static_cast<frazo::Tokenizer::Normalization>(7));
  EXPECT_THAT(Tokenizer::Create(config),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       testing::HasSubstr("normalization is 7, which stands for none")));
}

}  // namespace
}  // namespace frazo::text
