#include "core/sources/file_part.h"

#include <functional>

namespace frazo::sources {
namespace {

// Converts ascending numbers to distances; the first is the distance from `begin`.
template <typename Distances>
void WriteDistances(const std::vector<int64_t>& numbers, int64_t begin, Distances* distances) {
  for (const int64_t number : numbers) {
    distances->Add(number - begin);
    begin = number;
  }
}

template <typename Distances>
std::vector<int64_t> ReadDistances(const Distances& distances, int64_t begin) {
  std::vector<int64_t> numbers;
  numbers.reserve(distances.size());
  for (const int64_t distance : distances) {
    // A damaged state may cause an overflow; IsSound() then finds that the numbers do not ascend.
    begin = static_cast<int64_t>(static_cast<uint64_t>(begin) + static_cast<uint64_t>(distance));
    numbers.push_back(begin);
  }
  return numbers;
}

bool Ascend(const std::vector<int64_t>& numbers, int64_t least) {
  return (numbers.empty() || numbers.front() >= least) &&
         std::adjacent_find(numbers.begin(), numbers.end(), std::greater_equal<int64_t>()) ==
             numbers.end();
}

}  // namespace

frazo::FilePart ToMessage(const FilePart& part) {
  frazo::FilePart message;
  message.set_file(part.file);
  message.set_record(part.start.record);
  message.set_byte(part.start.byte);
  message.set_modulus(part.modulus);
  message.set_remainder(part.remainder);
  WriteDistances(part.given, part.start.record, message.mutable_given());
  WriteDistances(part.only, part.start.record, message.mutable_only());
  return message;
}

FilePart FromMessage(const frazo::FilePart& message) {
  FilePart part;
  part.file = message.file();
  part.start = {message.record(), message.byte()};
  part.modulus = message.modulus();
  part.remainder = message.remainder();
  part.given = ReadDistances(message.given(), part.start.record);
  part.only = ReadDistances(message.only(), part.start.record);
  return part;
}

bool IsSound(const FilePart& part, int64_t files) {
  return part.file >= 0 && part.file < files && part.start.record >= 0 && part.start.byte >= 0 &&
         part.modulus >= 1 && part.remainder >= 0 && part.remainder < part.modulus &&
         Ascend(part.given, part.start.record) && Ascend(part.only, part.start.record);
}

}  // namespace frazo::sources
