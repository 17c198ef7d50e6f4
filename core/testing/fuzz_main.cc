// Calls LLVMFuzzerTestOneInput with inputs made from FuzzSeeds(), for the given time: for compilers
// without libFuzzer. Exits with 0 if none of them crashed.

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/testing/fuzz_corpus.h"
#include "core/testing/fuzz_inputs.h"
#include "core/testing/fuzz_target.h"
#include "core/testing/test_variation.h"

// Sanitizers call this function before they end the program; without a sanitizer it does not exist.
extern "C" void __attribute__((weak)) __sanitizer_set_death_callback(void (*callback)());

namespace frazo {
namespace {

constexpr std::string_view kUsage =
    "[--runs=100000] [--seconds=N] [--seed=1] [--only=NUMBER] [--most_bytes=4096] [--corpus=FILE] "
    "[FILE...]\n"
    "Stops after so many runs, or so many seconds if they are given. FILEs are more seeds,\n"
    "the corpus is a file with a seed a line. Every seed is run, whatever their number.\n"
    "--only: runs this input alone and prints it to standard output.\n";

struct Options {
  uint64_t seconds = 0;  // 0: no time is given.
  // A number and not a time, so that fast and slow machines do the same.
  uint64_t runs = TestExamples(100000);
  uint64_t seed = TestSeed(1);
  uint64_t only = std::numeric_limits<uint64_t>::max();
  uint64_t most_bytes = 4096;
  std::string corpus;
  std::vector<std::string> files;
};

Options options;
volatile uint64_t number_at_work = 0;

void TellNumber() {
  char message[200];
  const int length = snprintf(message, sizeof(message),
                              "\nfuzz: crashed on input %llu; again: --seed=%llu --only=%llu\n",
                              static_cast<unsigned long long>(number_at_work),
                              static_cast<unsigned long long>(options.seed),
                              static_cast<unsigned long long>(number_at_work));
  (void)!write(STDERR_FILENO, message, length);
}

void OnSignal(int signal_number) {
  TellNumber();
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

// Parses an argument of the form --name=NUMBER; false for another one.
bool ParseNumber(std::string_view argument, std::string_view name, uint64_t* number) {
  if (argument.substr(0, name.size()) != name) return false;
  const std::string digits(argument.substr(name.size()));
  char* end;
  *number = strtoull(digits.c_str(), &end, 10);
  return !digits.empty() && *end == '\0';
}

bool ParseOptions(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.substr(0, 9) == "--corpus=") {
      options.corpus = argument.substr(9);
    } else if (argument.substr(0, 2) != "--") {
      options.files.emplace_back(argument);
    } else if (!ParseNumber(argument, "--seconds=", &options.seconds) &&
               !ParseNumber(argument, "--runs=", &options.runs) &&
               !ParseNumber(argument, "--seed=", &options.seed) &&
               !ParseNumber(argument, "--only=", &options.only) &&
               !ParseNumber(argument, "--most_bytes=", &options.most_bytes)) {
      fprintf(stderr, "%s: unknown argument %s\nusage: %s %s", argv[0], argv[i], argv[0],
              kUsage.data());
      return false;
    }
  }
  return true;
}

void Run(const FuzzInputs& inputs, uint64_t number) {
  number_at_work = number;
  const std::string input = inputs.Get(number);
  // Memory of exactly this size, so that a sanitizer detects a read after its end.
  const std::vector<uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

// Adds the inputs of the corpus and of the files that are given; false if one can't be read.
bool ReadSeeds(const char* program, std::vector<std::string>* seeds) {
  if (!options.corpus.empty()) {
    absl::StatusOr<std::vector<std::string>> corpus = ReadFuzzCorpus(options.corpus);
    if (!corpus.ok()) {
      fprintf(stderr, "%s: %s\n", program, std::string(corpus.status().message()).c_str());
      return false;
    }
    for (std::string& input : *corpus) seeds->push_back(std::move(input));
  }
  for (const std::string& path : options.files) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
      fprintf(stderr, "%s: cannot read %s\n", program, path.c_str());
      return false;
    }
    seeds->emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return true;
}

int Main(int argc, char** argv) {
  if (!ParseOptions(argc, argv)) return 2;
  std::vector<std::string> seeds = FuzzSeeds();
  if (!ReadSeeds(argv[0], &seeds)) return 2;
  const uint64_t least = seeds.size();
  const FuzzInputs inputs(std::move(seeds), options.seed, options.most_bytes);
  for (const int signal_number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
    signal(signal_number, OnSignal);
  }
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(TellNumber);
  if (options.only != std::numeric_limits<uint64_t>::max()) {
    const std::string input = inputs.Get(options.only);
    fwrite(input.data(), 1, input.size(), stdout);
    fflush(stdout);
    Run(inputs, options.only);
    return 0;
  }
  uint64_t number = 0;
  if (options.seconds == 0) {
    while (number < std::max(options.runs, least)) Run(inputs, number++);
  } else {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(options.seconds);
    while (std::chrono::steady_clock::now() < end) Run(inputs, number++);
  }
  printf("fuzz: %llu inputs, none crashed\n", static_cast<unsigned long long>(number));
  return 0;
}

}  // namespace
}  // namespace frazo

int main(int argc, char** argv) { return frazo::Main(argc, argv); }
