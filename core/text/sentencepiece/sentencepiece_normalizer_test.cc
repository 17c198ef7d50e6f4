#include "core/text/sentencepiece/sentencepiece_normalizer.h"

#include <string>
#include <utility>
#include <vector>

#include "core/status/status_matchers.h"
#include "core/text/sentencepiece/testing/sentencepiece_models.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::text {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Normalized {
  std::string text;
  std::vector<int64_t> origins;
  int64_t invalid;
};

Normalized Normalize(const SentencePieceModel::NormalizerSpec& spec, std::string_view text,
                     bool space_at_end = false,
                     const std::vector<ByteTrie::Entry>& user_defined = {}) {
  const auto normalizer =
      SentencePieceNormalizer::Create(spec, space_at_end, ByteTrie(user_defined));
  EXPECT_THAT(normalizer, IsOk());
  Normalized normalized;
  normalized.invalid = normalizer->Normalize(text, &normalized.text, &normalized.origins);
  std::string without_origins;
  normalizer->Normalize(text, &without_origins, nullptr);
  EXPECT_EQ(without_origins, normalized.text);
  return normalized;
}

SentencePieceModel::NormalizerSpec WithRules() {
  SentencePieceModel::NormalizerSpec spec;
  spec.set_precompiled_charsmap(ByteRules({{'\t', " "}, {'A', "a"}, {'x', ""}, {'y', " b "}}));
  return spec;
}

TEST(SentencePieceNormalizerTest, BlanksAreMergedAndMadeVisible) {
  const Normalized normalized = Normalize(SentencePieceModel::NormalizerSpec(), "  a  bc ");
  EXPECT_EQ(normalized.text, "\u2581a\u2581bc");
  // The first blank comes from the start of the text (2), and so do its three bytes.
  EXPECT_THAT(normalized.origins, ElementsAre(2, 2, 2, 2, 3, 3, 3, 5, 6, 7));
}

TEST(SentencePieceNormalizerTest, NothingButBlanksIsNothing) {
  EXPECT_EQ(Normalize(SentencePieceModel::NormalizerSpec(), "").text, "");
  EXPECT_EQ(Normalize(WithRules(), " \t ").text, "");
  EXPECT_THAT(Normalize(WithRules(), " \t ").origins, IsEmpty());
}

TEST(SentencePieceNormalizerTest, BlanksMayStayAsTheyAre) {
  SentencePieceModel::NormalizerSpec spec;
  spec.set_remove_extra_whitespaces(false);
  EXPECT_EQ(Normalize(spec, " a  b ").text, "\u2581\u2581a\u2581\u2581b\u2581");
  spec.set_add_dummy_prefix(false);
  EXPECT_EQ(Normalize(spec, " a  b ").text, "\u2581a\u2581\u2581b\u2581");
  spec.set_escape_whitespaces(false);
  EXPECT_EQ(Normalize(spec, " a  b ").text, " a  b ");
}

TEST(SentencePieceNormalizerTest, TheAddedBlankMayBeAtTheEnd) {
  const Normalized normalized = Normalize(SentencePieceModel::NormalizerSpec(), " a ", true);
  EXPECT_EQ(normalized.text, "a\u2581");
  EXPECT_THAT(normalized.origins, ElementsAre(1, 2, 2, 2, 2));
}

TEST(SentencePieceNormalizerTest, RulesAreAppliedBeforeBlanksAreMerged) {
  // \t is a blank, x becomes nothing, and y becomes b with blanks, which join those around it.
  EXPECT_EQ(Normalize(WithRules(), "A\t\tcxd y").text, "\u2581a\u2581cd\u2581b");
}

TEST(SentencePieceNormalizerTest, UserDefinedTextsAreLeftAlone) {
  EXPECT_EQ(Normalize(WithRules(), "AxA A", false, {{"xA", 0}, {"xAB", 1}}).text,
            "\u2581axA\u2581a");
}

TEST(SentencePieceNormalizerTest, EachInvalidByteIsReplaced) {
  const Normalized normalized = Normalize(SentencePieceModel::NormalizerSpec(), "a\xe1\x80z");
  EXPECT_EQ(normalized.text, "\u2581a\ufffd\ufffdz");
  EXPECT_EQ(normalized.invalid, 2);
  EXPECT_THAT(normalized.origins, ElementsAre(0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 4));
}

TEST(SentencePieceNormalizerTest, DamagedRulesAreRefused) {
  SentencePieceModel::NormalizerSpec spec;
  spec.set_precompiled_charsmap("abc");
  EXPECT_THAT(SentencePieceNormalizer::Create(spec, false, ByteTrie()),
              StatusIs(absl::StatusCode::kInvalidArgument, testing::HasSubstr("3 bytes")));
}

}  // namespace
}  // namespace frazo::text
