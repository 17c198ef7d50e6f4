#ifndef FRAZO_CORE_RECORDS_RECORD_FILE_FORMATS_H_
#define FRAZO_CORE_RECORDS_RECORD_FILE_FORMATS_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/records/record_file.h"
#include "core/records/record_position.h"

// Formats of record files by name: `tfrecord`, `text`, and those of your own:
//
//   absl::StatusOr<std::unique_ptr<frazo::RecordFile>> OpenFasta(
//       std::string path, const frazo::RecordFile::Options& options, frazo::RecordPosition start);
//   FRAZO_REGISTER_RECORD_FORMAT("fasta", OpenFasta);
//
// in a target with alwayslink = True; then `format: "fasta"` in a FileSet means it.
namespace frazo::records {

// Opens a file so that reading goes on at `start`, a position that an earlier reader gave. Called
// from several threads.
using RecordFileOpener = absl::StatusOr<std::unique_ptr<RecordFile>> (*)(
    std::string path, const RecordFile::Options& options, RecordPosition start);

// Thread-safe. A name taken already is an error of FindRecordFormat(). Returns true.
bool RegisterRecordFormat(std::string_view name, RecordFileOpener opener);

// Thread-safe. Error: kInvalidArgument for a name that is unknown, listing the known ones, or that
// was registered twice.
absl::StatusOr<RecordFileOpener> FindRecordFormat(std::string_view name);

}  // namespace frazo::records

// At namespace scope of a .cc file.
#define FRAZO_REGISTER_RECORD_FORMAT(name, opener) \
  FRAZO_REGISTER_RECORD_FORMAT_AS(__COUNTER__, name, opener)
#define FRAZO_REGISTER_RECORD_FORMAT_AS(counter, name, opener) \
  FRAZO_REGISTER_RECORD_FORMAT_NAMED(counter, name, opener)
#define FRAZO_REGISTER_RECORD_FORMAT_NAMED(counter, name, opener)    \
  [[maybe_unused]] static const bool frazo_record_format_##counter = \
      ::frazo::records::RegisterRecordFormat(name, opener)

#endif  // FRAZO_CORE_RECORDS_RECORD_FILE_FORMATS_H_
