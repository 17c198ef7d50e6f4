// Decompresses arbitrary bytes: the first byte chooses the compression and the size of the reads.
// What is read in one way must be what is read in another.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes/compressed_stream.h"
#include "core/bytes/compression.h"
#include "core/bytes/testing/string_sink.h"
#include "core/bytes/testing/string_source.h"
#include "core/testing/fuzz_target.h"

namespace frazo::bytes {
namespace {

constexpr CompressionKind kCompressions[] = {CompressionKind::kGzip, CompressionKind::kZlib,
                                             CompressionKind::kZstd};
// A few bytes may decompress to very many; no more than these are read.
constexpr size_t kMostBytes = size_t{1} << 16;

struct Content {
  std::string bytes;
  bool has_failed = false;
};

// Reads up to kMostBytes bytes; the compressed bytes come `step` at a time, the others `piece`.
Content Read(CompressionKind compression, std::string_view compressed, size_t step, size_t piece) {
  auto source =
      Decompress(compression, std::make_unique<StringSource>(std::string(compressed), step));
  Require(source.ok(), "there is a source");
  Content content;
  std::vector<char> space(piece);
  while (content.bytes.size() < kMostBytes) {
    const absl::StatusOr<size_t> count = (*source)->Read(absl::MakeSpan(space));
    content.has_failed = !count.ok();
    if (!count.ok() || *count == 0) break;
    Require(*count <= space.size(), "no more bytes come than have room");
    content.bytes.append(space.data(), *count);
  }
  return content;
}

void Check(std::string_view input) {
  if (input.empty()) return;
  const auto choice = static_cast<uint8_t>(input[0]);
  const CompressionKind compression = kCompressions[choice % 3];
  const std::string_view compressed = input.substr(1);
  const Content whole = Read(compression, compressed, std::string::npos, 1 << 16);
  const Content parts = Read(compression, compressed, 1 + choice / 3, 100);
  const size_t common = std::min(whole.bytes.size(), parts.bytes.size());
  Require(std::string_view(whole.bytes).substr(0, common) ==
              std::string_view(parts.bytes).substr(0, common),
          "the size of the reads does not change the bytes");
  if (whole.bytes.size() >= kMostBytes || parts.bytes.size() >= kMostBytes) return;
  Require(whole.has_failed == parts.has_failed, "the size of the reads does not change the end");
}

}  // namespace
}  // namespace frazo::bytes

std::vector<std::string> frazo::FuzzSeeds() {
  using namespace bytes;
  std::vector<std::string> seeds;
  for (int choice = 0; choice < 3; ++choice) {
    std::string compressed;
    auto sink = *Compress(kCompressions[choice], std::make_unique<StringSink>(&compressed));
    Require(sink->Append("a text, a text, and another text").ok() && sink->Close().ok(),
            "it is written");
    seeds.push_back(std::string(1, static_cast<char>(choice)) + compressed);
    // Two members, one after the other.
    seeds.push_back(std::string(1, static_cast<char>(30 + choice)) + compressed + compressed);
  }
  return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  frazo::bytes::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
