#include "core/testing/fuzz_corpus.h"

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Path(const std::string& name) { return testing::TempDir() + "/" + name; }

TEST(FuzzCorpusTest, WhatIsWrittenIsReadShortestFirst) {
  const std::string path = Path("round_trip.txt");
  const std::string zeros("\0\n\\x", 4);
  ASSERT_TRUE(WriteFuzzCorpus({"\xff 1f", zeros, ""}, 1000, path).ok());
  const auto inputs = ReadFuzzCorpus(path);
  ASSERT_TRUE(inputs.ok()) << inputs.status();
  EXPECT_THAT(*inputs, ElementsAre("", zeros, "\xff 1f"));
}

TEST(FuzzCorpusTest, TheLongestAreLeftOut) {
  const std::string path = Path("bounded.txt");
  // Lines of 2, 3 and 4 bytes.
  const auto written = WriteFuzzCorpus({"abc", "a", "ab"}, 8, path);
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_EQ(*written, 2);
  std::ostringstream content;
  content << std::ifstream(path).rdbuf();
  EXPECT_EQ(content.str(), "a\nab\n");
}

TEST(FuzzCorpusTest, ErrorsNameTheFileAndTheLine) {
  const auto missing = ReadFuzzCorpus(Path("none"));
  EXPECT_THAT(std::string(missing.status().message()),
              HasSubstr("none: the corpus cannot be read"));
  const std::string path = Path("wrong.txt");
  std::ofstream(path) << "x\n\\q\n";
  const auto wrong = ReadFuzzCorpus(path);
  EXPECT_THAT(std::string(wrong.status().message()), HasSubstr("wrong.txt, line 2: "));
}

}  // namespace
}  // namespace frazo
