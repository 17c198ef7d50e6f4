#ifndef FRAZO_CORE_RECORDS_RECORD_FILE_FORMATS_H_
#define FRAZO_CORE_RECORDS_RECORD_FILE_FORMATS_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/records/record_file.h"
#include "core/records/record_position.h"

// Finds the formats of record files by name: `tfrecord`, `text`, and your own formats. Define one
// in a target with alwayslink = True:
//
//   absl::StatusOr<std::unique_ptr<frazo::records::RecordFile>> OpenFasta(
//       std::string path, const frazo::records::RecordFile::Options& options,
//       frazo::records::RecordPosition start);
//   FRAZO_REGISTER_RECORD_FORMAT("fasta", OpenFasta);
//
// Then `format: "fasta"` in a FileSet is this format.
namespace frazo::records {

// Opens a file at `start`, a position that an earlier reader returned. Called from several threads.
using RecordFileOpener = absl::StatusOr<std::unique_ptr<RecordFile>> (*)(
    std::string path, const RecordFile::Options& options, RecordPosition start);

// Thread-safe. If a name is registered twice, FindRecordFormat() returns an error. Returns true.
bool RegisterRecordFormat(std::string_view name, RecordFileOpener opener);

// Thread-safe. Error: kInvalidArgument for an unknown name, listing the known ones, or for one that
// was registered twice.
absl::StatusOr<RecordFileOpener> FindRecordFormat(std::string_view name);

}  // namespace frazo::records

// Use this at namespace scope of a .cc file.
#define FRAZO_REGISTER_RECORD_FORMAT(name, opener) \
  FRAZO_REGISTER_RECORD_FORMAT_AS(__COUNTER__, name, opener)
#define FRAZO_REGISTER_RECORD_FORMAT_AS(counter, name, opener) \
  FRAZO_REGISTER_RECORD_FORMAT_NAMED(counter, name, opener)
#define FRAZO_REGISTER_RECORD_FORMAT_NAMED(counter, name, opener)    \
  [[maybe_unused]] static const bool frazo_record_format_##counter = \
      ::frazo::records::RegisterRecordFormat(name, opener)

#endif  // FRAZO_CORE_RECORDS_RECORD_FILE_FORMATS_H_
