#include <cstdlib>
#include <string_view>

#include "core/testing/fuzz_target.h"
#include "core/text/vocabulary.h"

namespace frazo {

std::vector<std::string> FuzzSeeds() {
  return {"<unk>\n<s>\n</s>\nthe\nof\n",
          "a\t0\nb\t2\nc\t1\n",
          "x\r\ny\r\n",
          "\t\t0\n \t1\n12\t3\t2",
          "\xef\xbb\xbf<s>\nopen 812\n",
          "\xff\xfe<\x01\n",
          "<UNK>\n<S>\n</S>\n\u00e9\n\u65e5\u672c\n"};
}

}  // namespace frazo

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  using frazo::text::Vocabulary;
  for (const auto texts : {Vocabulary::Texts::kAny, Vocabulary::Texts::kWords}) {
    const auto vocabulary = Vocabulary::Parse(content, texts, "fuzz");
    if (!vocabulary.ok()) return 0;
    for (int32_t id = 0; id < vocabulary->size(); ++id) {
      if (vocabulary->Find(vocabulary->token(id)) != id) std::abort();
    }
  }
  return 0;
}
