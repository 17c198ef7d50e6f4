// Runs a fuzz target by clang's libFuzzer, beginning with FuzzSeeds() and the corpus of the tree.
#include <errno.h>
#include <stdlib.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "core/testing/fuzz_corpus.h"
#include "core/testing/fuzz_target.h"

// libFuzzer's own entry, for programs that have a main().
extern "C" int LLVMFuzzerRunDriver(int* argc, char*** argv,
                                   int (*target)(const uint8_t* data, size_t size));

namespace frazo {
namespace {

constexpr std::string_view kUsage =
    "[--corpus=FILE] [--write_corpus=FILE] [-runs=100000] [-max_total_time=SECONDS] [-OTHER=...] "
    "[FOLDER...]\n"
    "New inputs are kept in the first FOLDER. Options with one dash are libFuzzer's: -help=1 lists "
    "them.\n"
    "--corpus: a file with an input a line. --write_corpus: makes such a file of its inputs "
    "and ends.\n";
// What a corpus in the tree takes at most.
constexpr size_t kCorpusBytes = 8000;

struct Arguments {
  std::string corpus;
  std::string write_corpus;
  std::vector<std::string> folders;
  // For libFuzzer.
  std::vector<std::string> options;
  bool has_limit = false;
};

Arguments Parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    std::string_view argument = argv[i];
    if (absl::ConsumePrefix(&argument, "--corpus=")) {
      arguments.corpus = argument;
    } else if (absl::ConsumePrefix(&argument, "--write_corpus=")) {
      arguments.write_corpus = argument;
    } else if (absl::StartsWith(argument, "--")) {
      fprintf(stderr, "%s: unknown argument %s\nusage: %s %s", argv[0], argv[i], argv[0],
              kUsage.data());
      exit(2);
    } else if (absl::StartsWith(argument, "-")) {
      arguments.options.emplace_back(argument);
      arguments.has_limit |= absl::StartsWith(argument, "-runs=") ||
                             absl::StartsWith(argument, "-max_total_time=") ||
                             absl::StartsWith(argument, "-merge=");
    } else {
      arguments.folders.emplace_back(argument);
    }
  }
  return arguments;
}

void ExitIfError(const absl::Status& status) {
  if (status.ok()) return;
  fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  exit(2);
}

std::vector<std::string> ReadFolder(const std::string& folder) {
  std::vector<std::string> inputs;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return inputs;
}

// Writes the first inputs into a folder of their own and returns its path.
std::string MakeSeedFolder(const std::string& corpus) {
  std::vector<std::string> seeds = FuzzSeeds();
  if (!corpus.empty()) {
    absl::StatusOr<std::vector<std::string>> inputs = ReadFuzzCorpus(corpus);
    ExitIfError(inputs.status());
    for (std::string& input : *inputs) seeds.push_back(std::move(input));
  }
  std::string folder = (std::filesystem::temp_directory_path() / "frazo_fuzz_XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) {
    ExitIfError(absl::ErrnoToStatus(errno, folder));
  }
  for (size_t i = 0; i < seeds.size(); ++i) {
    std::ofstream(folder + "/" + std::to_string(i), std::ios::binary) << seeds[i];
  }
  return folder;
}

int Main(int argc, char** argv) {
  Arguments arguments = Parse(argc, argv);
  if (!arguments.write_corpus.empty() && !arguments.folders.empty()) {
    const absl::StatusOr<size_t> written = WriteFuzzCorpus(ReadFolder(arguments.folders.front()),
                                                           kCorpusBytes, arguments.write_corpus);
    ExitIfError(written.status());
    printf("%zu inputs are in %s\n", *written, arguments.write_corpus.c_str());
    return 0;
  }
  std::vector<std::string> words = {argv[0]};
  if (!arguments.has_limit) words.push_back("-runs=100000");
  for (const std::string& option : arguments.options) words.push_back(option);
  words.insert(words.end(), arguments.folders.begin(), arguments.folders.end());
  const std::string seeds = MakeSeedFolder(arguments.corpus);
  words.push_back(seeds);
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  int count = static_cast<int>(pointers.size());
  pointers.push_back(nullptr);
  char** values = pointers.data();
  const int result = LLVMFuzzerRunDriver(&count, &values, LLVMFuzzerTestOneInput);
  std::filesystem::remove_all(seeds);
  return result;
}

}  // namespace
}  // namespace frazo

int main(int argc, char** argv) { return frazo::Main(argc, argv); }
