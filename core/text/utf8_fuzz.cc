#include <cstdlib>
#include <string>
#include <string_view>

#include "core/testing/fuzz_target.h"
#include "core/text/utf8.h"

namespace frazo {

std::vector<std::string> FuzzSeeds() {
  return {"plain ASCII, long enough for eight at a time", "na\u00efve caf\u00e9",
          "\u65e5\u672c\u8a9e \U0001f600", "\xe1\x80\xc0\xf4\x8f\xbf\xbf\xed\x9f\xbf"};
}

}  // namespace frazo

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string valid;
  const int64_t replaced = frazo::text::AppendValidUtf8(text, &valid);
  if (frazo::text::ValidUtf8Length(valid) != valid.size()) std::abort();
  if ((replaced == 0) != (valid == text)) std::abort();
  // Decoding code point by code point must give the same text.
  std::string decoded;
  int64_t invalid = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const frazo::text::Utf8Prefix prefix = frazo::text::DecodeUtf8(rest);
    if (prefix.length < 1 || prefix.length > rest.size()) std::abort();
    if (!prefix.valid) ++invalid;
    frazo::text::AppendUtf8(prefix.code_point, &decoded);
    rest.remove_prefix(prefix.length);
  }
  if (decoded != valid || invalid != replaced) std::abort();
  return 0;
}
