#include "core/text/code_point_ids.h"

#include "gtest/gtest.h"

namespace frazo::text {
namespace {

TEST(CodePointIdsTest, WhatIsSetIsFoundAndNothingElse) {
  CodePointIds ids;
  ids.Set(U'\0', 5);
  ids.Set(U'a', 0);
  ids.Set(U'\u0100', 7);
  ids.Set(U'\U0010ffff', 9);
  ids.Set(U'a', 1);
  EXPECT_EQ(ids.Find(U'\0'), 5);
  EXPECT_EQ(ids.Find(U'a'), 1);
  EXPECT_EQ(ids.Find(U'\u0100'), 7);
  EXPECT_EQ(ids.Find(U'\U0010ffff'), 9);
  EXPECT_EQ(ids.Find(U'b'), CodePointIds::kNone);
  EXPECT_EQ(ids.Find(U'\u0101'), CodePointIds::kNone);
  EXPECT_EQ(ids.Find(U'\ufffd'), CodePointIds::kNone);
}

}  // namespace
}  // namespace frazo::text
