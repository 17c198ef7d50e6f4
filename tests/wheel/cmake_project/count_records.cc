// usage: count_records FILE
// Counts the records of a TFRecord file.
#include <cstdint>
#include <iostream>
#include <string_view>

#include "core/records/record_reader.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: count_records FILE\n";
    return 2;
  }
  auto reader = frazo::records::RecordReader::Open(argv[1]);
  if (!reader.ok()) {
    std::cerr << reader.status() << "\n";
    return 1;
  }
  int64_t records = 0;
  for (std::string_view record; reader->Next(&record);) ++records;
  if (!reader->status().ok()) {
    std::cerr << reader->status() << "\n";
    return 1;
  }
  std::cout << records << " records\n";
  return 0;
}
