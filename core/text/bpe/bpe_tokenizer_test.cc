#include "core/text/bpe/bpe_tokenizer.h"

#include <random>
#include <string>
#include <thread>
#include <vector>

#include "core/bytes/testing/scratch_folder.h"
#include "core/status/status_matchers.h"
#include "core/testing/test_variation.h"
#include "core/text/testing/encoded.h"
#include "core/text/testing/random_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::text {
namespace {

using ::testing::ElementsAre;

constexpr std::string_view kMerges = "#version: 0.2\nt h\nth e</w>\ni n\nin g</w>\n";
constexpr std::string_view kVocabulary =
    "<unk>\n<s>\n</s>\nthe\nth@@\ning\nin@@\ns@@\ni@@\nn\ng\nt@@\nh@@\ne@@\ne\n\u00e9@@\n\u00e9\n";

class BpeTokenizerTest : public testing::Test {
 protected:
  std::unique_ptr<const Tokenizer> Create(std::string_view merges, std::string_view vocabulary) {
    frazo::Tokenizer config;
    config.mutable_bpe()->set_merges(scratch_.Write("m", merges));
    config.mutable_bpe()->set_vocabulary(scratch_.Write("v", vocabulary));
    auto tokenizer = CreateBpeTokenizer(config);
    EXPECT_THAT(tokenizer, IsOk());
    return *std::move(tokenizer);
  }

  bytes::ScratchFolder scratch_;
};

TEST_F(BpeTokenizerTest, WordsBecomePieces) {
  const auto tokenizer = Create(kMerges, kVocabulary);
  // s i n g</w>: (i, n) ranks before (in, g</w>).
  EXPECT_THAT(Pieces(*tokenizer, "the sing  then"),
              ElementsAre("the", "s@@", "ing", "th@@", "e@@", "n"));
  EXPECT_THAT(Parts(*tokenizer, "the sing  then"), ElementsAre("the", "s", "ing", "th", "e", "n"));
  EXPECT_THAT(Encode(*tokenizer, " sing").spans, ElementsAre(TokenSpan{1, 2}, TokenSpan{2, 5}));
}

TEST_F(BpeTokenizerTest, CharactersOfNoMergeAreFoundInTheVocabulary) {
  const auto tokenizer = Create(kMerges, kVocabulary);
  EXPECT_THAT(Pieces(*tokenizer, "\u00e9\u00e9 \u00e8\u00e9"),
              ElementsAre("\u00e9@@", "\u00e9", "<unk>", "\u00e9"));
}

TEST_F(BpeTokenizerTest, PiecesThatTheVocabularyLacksAreUnknown) {
  const auto tokenizer = Create(kMerges, "<unk>\n<s>\n</s>\nth@@\nn\n");
  EXPECT_THAT(Pieces(*tokenizer, "the thn"), ElementsAre("<unk>", "th@@", "n"));
}

TEST_F(BpeTokenizerTest, DecodingJoinsPieces) {
  const auto tokenizer = Create(kMerges, kVocabulary);
  EXPECT_THAT(tokenizer->Decode({1, 3, 7, 5, 2}), IsOkAndHolds("the sing"));
  EXPECT_THAT(tokenizer->Decode({4, 14, 0, 3}), IsOkAndHolds("the <unk> the"));
  // The text is cut in the middle of a word.
  EXPECT_THAT(tokenizer->Decode({3, 4}), IsOkAndHolds("the th"));
}

TEST_F(BpeTokenizerTest, TextThatLooksLikeAContinuedPieceIsNotOne) {
  const auto tokenizer = Create("@ @</w>\ns @@</w>\n", "<unk>\n<s>\n</s>\ns@@\ns\n@@@\n@\n");
  // As s@@ it would join the next word.
  EXPECT_THAT(Pieces(*tokenizer, "s@@ s"), ElementsAre("<unk>", "s"));
}

TEST_F(BpeTokenizerTest, TextOfKnownCharactersComesBack) {
  const std::vector<std::string> letters = {"s", "i", "n", "g", "t", "h", "e", "\u00e9"};
  std::string vocabulary = "<unk>\n<s>\n</s>\nthe\nth@@\ning\nin@@\n";
  for (const std::string& letter : letters) vocabulary += letter + "\n" + letter + "@@\n";
  const auto tokenizer = Create(kMerges, vocabulary);
  std::mt19937 random(TestSeed(1));
  for (int i = 0; i < TestExamples(2000); ++i) {
    std::string text;
    for (size_t count = random() % 6; count > 0; --count) {
      text += (text.empty() ? "" : " ") + letters[random() % 8] + RandomText(letters, 12, &random);
    }
    const std::vector<int32_t> ids = Ids(*tokenizer, text);
    ASSERT_THAT(tokenizer->Decode(ids), IsOkAndHolds(text));
    ASSERT_EQ(Ids(*tokenizer, text), ids);  // Now from the cache.
  }
}

TEST_F(BpeTokenizerTest, InvalidBytesAreCountedEachTime) {
  const auto tokenizer = Create(kMerges, kVocabulary);
  for (int i = 0; i < 3; ++i) {
    const Encoded encoded = Encode(*tokenizer, "th\xff the");
    EXPECT_EQ(encoded.invalid, 1);
    EXPECT_THAT(encoded.ids, ElementsAre(4, 0, 3));
  }
}

TEST_F(BpeTokenizerTest, ManyThreadsGetWhatOneGets) {
  const auto tokenizer = Create(kMerges, kVocabulary);
  std::mt19937 random(TestSeed(1));
  std::vector<std::string> texts;
  std::vector<std::vector<int32_t>> expected;
  for (int i = 0; i < 200; ++i) {
    texts.push_back(RandomBytes(60, &random) + " the sing");
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

}  // namespace
}  // namespace frazo::text
