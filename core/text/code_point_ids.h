#ifndef FRAZO_CORE_TEXT_CODE_POINT_IDS_H_
#define FRAZO_CORE_TEXT_CODE_POINT_IDS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace frazo::text {

// Maps code points to numbers by two array look-ups. Once filled it is thread-safe.
class CodePointIds {
 public:
  static constexpr int32_t kNone = -1;

  // `code_point` is at most U+10FFFF.
  void Set(char32_t code_point, int32_t id) {
    uint16_t& page = page_of_[code_point / kPageSize];
    if (page == 0) {
      page = static_cast<uint16_t>(pages_.size());
      pages_.push_back(EmptyPage());
    }
    pages_[page][code_point % kPageSize] = id;
  }

  // Returns kNone for a code point that was not set.
  int32_t Find(char32_t code_point) const {
    return pages_[page_of_[code_point / kPageSize]][code_point % kPageSize];
  }

 private:
  static constexpr size_t kPageSize = 256;
  static constexpr size_t kCodePoints = 0x110000;
  using Page = std::array<int32_t, kPageSize>;

  static Page EmptyPage() {
    Page page;
    page.fill(kNone);
    return page;
  }

  // Page 0 stays empty; it serves all code points whose page has no numbers.
  std::vector<Page> pages_ = {EmptyPage()};
  std::array<uint16_t, kCodePoints / kPageSize> page_of_ = {};
};

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_CODE_POINT_IDS_H_
