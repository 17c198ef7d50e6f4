// usage: reverse_records INPUT OUTPUT
// Writes the records of a TFRecord file in reverse order, compressed with zstd.
#include <iostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/records/record_reader.h"
#include "core/records/record_writer.h"
#include "core/status/status_macros.h"
#include "outside/proto/reversal.pb.h"

namespace {

absl::Status Reverse(const std::string& input, const std::string& output) {
  FRAZO_ASSIGN_OR_RETURN(frazo::records::RecordReader reader,
                         frazo::records::RecordReader::Open(input));
  std::vector<std::string> records;
  for (std::string_view record; reader.Next(&record);) records.emplace_back(record);
  FRAZO_RETURN_IF_ERROR(reader.status());

  if (outside::Reversal().compression() != frazo::ZSTD) {
    return absl::InternalError("the default of Reversal.compression is not ZSTD");
  }
  FRAZO_ASSIGN_OR_RETURN(
      frazo::records::RecordWriter writer,
      frazo::records::RecordWriter::Create(output, frazo::bytes::CompressionKind::kZstd));
  for (auto record = records.rbegin(); record != records.rend(); ++record) {
    FRAZO_RETURN_IF_ERROR(writer.Write(*record));
  }
  FRAZO_RETURN_IF_ERROR(writer.Close());
  std::cout << records.size() << " records\n";
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: reverse_records INPUT OUTPUT\n";
    return 2;
  }
  const absl::Status status = Reverse(argv[1], argv[2]);
  if (!status.ok()) std::cerr << status << "\n";
  return status.ok() ? 0 : 1;
}
