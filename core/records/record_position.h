#ifndef FRAZO_CORE_RECORDS_RECORD_POSITION_H_
#define FRAZO_CORE_RECORDS_RECORD_POSITION_H_

#include <cstdint>

namespace frazo::records {

// The position of a record in a file.
struct RecordPosition {
  // The number of records before it.
  int64_t record = 0;
  // The number of bytes before its framing, counted after decompression.
  int64_t byte = 0;

  friend bool operator==(const RecordPosition& left, const RecordPosition& right) {
    return left.record == right.record && left.byte == right.byte;
  }
};

}  // namespace frazo::records

#endif  // FRAZO_CORE_RECORDS_RECORD_POSITION_H_
