#include "echo/proto/echo.pb.h"
#include "gtest/gtest.h"

namespace frazo::testing {
namespace {

TEST(CcProtoTest, DefaultsAndPresenceComeFromTheSchema) {
  EchoRequest request;
  EXPECT_FALSE(request.has_times());
  EXPECT_EQ(request.times(), 2);
  EXPECT_EQ(request.compression(), frazo::ZSTD);

  request.set_times(0);
  EchoRequest copy;
  ASSERT_TRUE(copy.ParseFromString(request.SerializeAsString()));
  EXPECT_TRUE(copy.has_times());
  EXPECT_EQ(copy.times(), 0);
}

}  // namespace
}  // namespace frazo::testing
