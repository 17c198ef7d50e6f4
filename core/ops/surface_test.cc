#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_def.pb.h"
#include "tensorflow/core/framework/op_def_util.h"

namespace frazo::ops {
namespace {

// Exported graphs contain the names of ops, inputs and attributes. None of these may change or go,
// and an addition to an op must be an attribute with a default.
TEST(SurfaceTest, IsTheReviewedOne) {
  std::vector<tensorflow::OpDef> registered;
  tensorflow::OpRegistry::Global()->GetRegisteredOps(&registered);
  std::vector<std::string> lines;
  for (const tensorflow::OpDef& op : registered) {
    if (absl::StartsWith(op.name(), "Frazo>")) {
      lines.push_back(absl::StrCat(tensorflow::SummarizeOpDef(op), "\n"));
    }
  }
  std::sort(lines.begin(), lines.end());
  const std::string surface = absl::StrJoin(lines, "");
  std::ifstream file("core/ops/surface.ref");
  const std::string reviewed(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(reviewed, surface) << "if that is as it should be, core/ops/surface.ref becomes:\n"
                               << surface;
}

}  // namespace
}  // namespace frazo::ops
