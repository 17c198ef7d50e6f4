#include "core/testing/fuzz_corpus.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace frazo {

absl::StatusOr<std::vector<std::string>> ReadFuzzCorpus(const std::string& path) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": the corpus cannot be read"));
  std::vector<std::string> inputs;
  for (std::string line; std::getline(file, line);) {
    std::string input;
    std::string error;
    if (!absl::CUnescape(line, &input, &error)) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ", line ", inputs.size() + 1, ": ", error));
    }
    inputs.push_back(std::move(input));
  }
  return inputs;
}

absl::StatusOr<size_t> WriteFuzzCorpus(std::vector<std::string> inputs, size_t most_bytes,
                                       const std::string& path) {
  std::sort(inputs.begin(), inputs.end(), [](const std::string& a, const std::string& b) {
    return std::make_pair(a.size(), std::cref(a)) < std::make_pair(b.size(), std::cref(b));
  });
  std::ofstream file(path);
  size_t bytes = 0;
  size_t written = 0;
  for (const std::string& input : inputs) {
    const std::string line = absl::CHexEscape(input) + "\n";
    bytes += line.size();
    if (bytes > most_bytes) break;
    file << line;
    ++written;
  }
  file.close();
  if (!file) return absl::UnavailableError(absl::StrCat(path, ": the corpus cannot be written"));
  return written;
}

}  // namespace frazo
