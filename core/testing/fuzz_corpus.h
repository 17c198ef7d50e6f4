#ifndef FRAZO_CORE_TESTING_FUZZ_CORPUS_H_
#define FRAZO_CORE_TESTING_FUZZ_CORPUS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace frazo {

// Reads a corpus: a text file with an input a line, escaped as in a string of C.
absl::StatusOr<std::vector<std::string>> ReadFuzzCorpus(const std::string& path);

// Writes the shortest inputs as a corpus, as many as fit into `most_bytes` bytes. Returns their
// number.
absl::StatusOr<size_t> WriteFuzzCorpus(std::vector<std::string> inputs, size_t most_bytes,
                                       const std::string& path);

}  // namespace frazo

#endif  // FRAZO_CORE_TESTING_FUZZ_CORPUS_H_
