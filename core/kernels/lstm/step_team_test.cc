#include "core/kernels/lstm/step_team.h"

#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace frazo::lstm {
namespace {

// Each run adds to the sums of the previous run. A piece that is lost, done twice or done too early
// changes the sums.
void RunMany(StepTeam* team) {
  for (const int64_t count : {0, 1, 7, 100}) {
    for (const int64_t grain : {1, 3, 1000}) {
      std::vector<int64_t> values(count), before(count);
      for (int64_t run = 1; run <= 300; ++run) {
        before = values;
        team->Run(count, grain, [&](int64_t begin, int64_t end) {
          ASSERT_LE(end, count);
          for (int64_t i = begin; i < end; ++i) values[i] = before[count - 1 - i] + 1;
        });
        for (const int64_t value : values) ASSERT_EQ(value, run);
      }
    }
  }
}

TEST(StepTeamTest, DoesEachPieceOnceAndRunsInOrder) {
  for (const int helpers : {0, 1, 3}) {
    StepTeam team;
    std::vector<std::thread> threads;
    for (int i = 0; i < helpers; ++i) threads.emplace_back([&] { team.Help(); });
    RunMany(&team);
    team.Finish();
    for (std::thread& thread : threads) thread.join();
  }
}

TEST(StepTeamTest, WhoComesLateHelpsTheRest) {
  StepTeam team;
  std::thread late([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    team.Help();
  });
  RunMany(&team);
  team.Finish();
  late.join();
}

TEST(StepTeamTest, WhoComesAfterTheEndReturns) {
  StepTeam team;
  team.Finish();
  team.Help();
}

}  // namespace
}  // namespace frazo::lstm
