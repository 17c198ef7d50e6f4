#include "core/text/token_index.h"

#include <utility>

namespace frazo::text {
namespace {

constexpr size_t kFewestSlots = 16;

}  // namespace

int32_t TokenIndex::Add(std::string_view token) {
  if (const int32_t present = Find(token); present != kNone) return present;
  const int32_t id = size();
  bytes_.append(token);
  ends_.push_back(static_cast<uint32_t>(bytes_.size()));
  if (ends_.size() * 2 > slots_.size()) {
    const size_t slot_count = slots_.empty() ? kFewestSlots : slots_.size() * 2;
    slots_.assign(slot_count, Slot{0, 0, kNone});
    mask_ = slot_count - 1;
    for (int32_t old = 0; old < id; ++old) Insert(this->token(old), old);
  }
  Insert(token, id);
  return kNone;
}

void TokenIndex::Insert(std::string_view token, int32_t id) {
  const uint64_t prefix = WordPrefix(token);
  size_t at = HashWord(token, prefix) & mask_;
  while (slots_[at].id != kNone) at = (at + 1) & mask_;
  slots_[at] = {prefix, static_cast<uint32_t>(token.size()), id};
}

}  // namespace frazo::text
