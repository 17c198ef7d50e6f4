#include "core/text/sentencepiece/sentencepiece_model.h"

#include <limits>
#include <string>

#include "core/bytes/testing/scratch_folder.h"
#include "core/status/status_matchers.h"
#include "core/text/sentencepiece/testing/sentencepiece_models.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::text {
namespace {

using ::testing::HasSubstr;
using ::testing::StrEq;

SentencePieceModel Small() { return SmallModel(SentencePieceModel::UNIGRAM, {{"a", -1}}); }

absl::StatusOr<CheckedSentencePieceModel> Check(const SentencePieceModel& model) {
  return CheckedSentencePieceModel::Parse(model.SerializeAsString(), "m.model");
}

void ExpectRefused(const SentencePieceModel& model, std::string_view message) {
  EXPECT_THAT(Check(model),
              StatusIs(absl::StatusCode::kInvalidArgument, StrEq(std::string(message))));
}

TEST(SentencePieceModelTest, ASoundModelIsTaken) {
  SentencePieceModel model = Small();
  AddBytePieces(&model);
  AddPiece(SentencePieceModel::USER_DEFINED, "<x>", &model);
  const auto checked = Check(model);
  ASSERT_THAT(checked, IsOk());
  EXPECT_EQ(checked->pieces().size(), 3 + 1 + 256 + 1);
  EXPECT_EQ(checked->unknown_piece(), 0);
  EXPECT_EQ(checked->byte_pieces()[0], 4);
  EXPECT_EQ(checked->byte_pieces()[255], 259);
  EXPECT_EQ(CheckedSentencePieceModel::ByteOf("<0xE9>"), '\xe9');
  EXPECT_EQ(checked->UserDefinedPieces().LongestMatch("<x>a"), 3);
  EXPECT_EQ(checked->UserDefinedPieces().LongestMatch("a"), 0);
}

TEST(SentencePieceModelTest, OtherFilesAreNoModels) {
  for (const std::string_view content : {"", "<unk>\t0\n<s>\t0\n", "\x0a\xff"}) {
    EXPECT_THAT(CheckedSentencePieceModel::Parse(content, "m.model"),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("'m.model' is not a SentencePiece model; it takes the .model "
                                   "file, not the .vocab")));
  }
}

TEST(SentencePieceModelTest, ErrorsNameTheFileAndThePiece) {
  SentencePieceModel model = Small();
  AddPiece(SentencePieceModel::NORMAL, "a", &model);
  ExpectRefused(model, "'m.model': piece 4 is 'a', which is piece 3 already");
  model = Small();
  AddPiece(SentencePieceModel::UNKNOWN, "b", &model);
  ExpectRefused(model, "'m.model': piece 4 is unknown, which piece 0 is already");
  model = Small();
  AddPiece(SentencePieceModel::NORMAL, "", &model);
  ExpectRefused(model, "'m.model': piece 4 is empty");
  model = Small();
  AddPiece(SentencePieceModel::NORMAL, "\xff", &model);
  ExpectRefused(model, "'m.model': piece 4 is not UTF-8");
  model = Small();
  AddPiece(SentencePieceModel::NORMAL, std::string(8000, 'a'), &model);
  ExpectRefused(model, "'m.model': piece 4 has 8000 bytes; at most 7999 make sense");
  model = Small();
  AddPiece(SentencePieceModel::NORMAL, std::string("a\0", 2), &model);
  ExpectRefused(model, "'m.model': piece 4 has a zero byte");
  model = Small();
  model.mutable_pieces(3)->set_score(std::numeric_limits<float>::quiet_NaN());
  ExpectRefused(model, "'m.model': piece 3 has the score nan");
  model = Small();
  model.mutable_pieces(3)->set_type(static_cast<SentencePieceModel::PieceType>(9));
  ExpectRefused(model, "'m.model': piece 3 is of type 9, which is not known");
  model = Small();
  AddPiece(SentencePieceModel::BYTE, "<0x41>", &model);
  ExpectRefused(model, "'m.model': piece 4 stands for a byte in a model without byte_fallback");
  model.mutable_trainer_spec()->set_byte_fallback(true);
  ExpectRefused(model, "'m.model' has byte_fallback but no piece <0x00>");
  model.mutable_pieces(4)->set_text("<0xa1>");
  ExpectRefused(model,
                "'m.model': piece 4 is '<0xa1>', which is not a byte's name, <0x00> to <0xFF>");
  model = Small();
  model.mutable_pieces(0)->set_type(SentencePieceModel::NORMAL);
  ExpectRefused(model, "'m.model' has no unknown piece");
  model = Small();
  model.mutable_trainer_spec()->set_model_type(SentencePieceModel::WORD);
  ExpectRefused(model,
                "'m.model': model_type is WORD; only UNIGRAM and BPE are supported; for words or "
                "characters use the word or grapheme tokenizer");
}

TEST(SentencePieceModelTest, AFileThatIsNotThereIsNamed) {
  bytes::ScratchFolder scratch;
  EXPECT_THAT(CheckedSentencePieceModel::Load(scratch.Path("none")),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(scratch.Path("none"))));
}

}  // namespace
}  // namespace frazo::text
