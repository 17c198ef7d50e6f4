#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/bytes/testing/scratch_folder.h"
#include "core/ops/testing/graph_session.h"
#include "core/ops/testing/tensors.h"
#include "frazo/proto/tokenizer.pb.h"

namespace frazo::ops {
namespace {

using ::tensorflow::tstring;
using ::testing::ElementsAre;

class TextKernelsTest : public ::testing::Test {
 protected:
  TextKernelsTest() {
    frazo::Tokenizer tokenizer;
    tokenizer.mutable_word();
    attribute_ = absl::StrCat(R"(attr { key: "tokenizer" value { s: ")",
                              absl::CEscape(tokenizer.SerializeAsString()), R"(" } })");
  }

  bytes::ScratchFolder folder_;
  const std::string words_ = folder_.Write("words", "<unk>\n<s>\n</s>\nopen\nthe\nfile\n");
  std::string attribute_;
};

TEST_F(TextKernelsTest, TextsBecomeIdsAndIdsTexts) {
  const auto encoded = RunOp(
      absl::StrCat(R"(op: "Frazo>EncodeTexts")", attribute_),
      {MakeTensor<tstring>({1}, {words_}), MakeTensor<tstring>({2}, {"open the file", "file"})});
  ASSERT_TRUE(encoded.ok()) << encoded.status();
  EXPECT_THAT(Values<int>((*encoded)[0]), ElementsAre(3, 4, 5, 5, 0, 0));
  EXPECT_THAT(Values<int>((*encoded)[1]), ElementsAre(3, 1));
  const auto decoded = RunOp(absl::StrCat(R"(op: "Frazo>DecodeTexts")", attribute_),
                             {MakeTensor<tstring>({1}, {words_}), (*encoded)[0], (*encoded)[1]});
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_THAT(Values<tstring>((*decoded)[0]), ElementsAre("open the file", "file"));
}

TEST_F(TextKernelsTest, AnIdOutsideOfTheVocabularyIsAnError) {
  const auto decoded = RunOp(absl::StrCat(R"(op: "Frazo>DecodeTexts")", attribute_),
                             {MakeTensor<tstring>({1}, {words_}), MakeTensor<int>({1, 1}, {6}),
                              MakeTensor<int>({1}, {1})});
  EXPECT_EQ(decoded.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(TextKernelsTest, AMissingFileIsAnError) {
  const auto encoded =
      RunOp(absl::StrCat(R"(op: "Frazo>EncodeTexts")", attribute_),
            {MakeTensor<tstring>({1}, {folder_.Path("none")}), MakeTensor<tstring>({1}, {"open"})});
  EXPECT_EQ(encoded.status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace frazo::ops
