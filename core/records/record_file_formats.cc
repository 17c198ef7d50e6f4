#include "core/records/record_file_formats.h"

#include <map>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/records/record_reader.h"
#include "core/records/text_record_file.h"
#include "core/status/status_macros.h"

namespace frazo::records {
namespace {

absl::StatusOr<std::unique_ptr<RecordFile>> OpenTfRecord(std::string path,
                                                         const RecordFile::Options& options,
                                                         RecordPosition start) {
  FRAZO_ASSIGN_OR_RETURN(RecordReader reader, RecordReader::Open(std::move(path), options, start));
  return std::make_unique<RecordReader>(std::move(reader));
}

struct Formats {
  struct Entry {
    RecordFileOpener opener;
    bool registered_twice = false;
  };

  std::mutex mutex;
  std::map<std::string, Entry, std::less<>> by_name = {{"tfrecord", {OpenTfRecord}},
                                                       {"text", {TextRecordFile::Open}}};
};

// A static variable in a function, because registration happens before main(), in any order. Never
// destroyed, because threads may outlive main().
Formats& TheFormats() {
  static Formats* const formats = new Formats;
  return *formats;
}

}  // namespace

bool RegisterRecordFormat(std::string_view name, RecordFileOpener opener) {
  Formats& formats = TheFormats();
  const std::lock_guard<std::mutex> lock(formats.mutex);
  const auto [entry, is_new] = formats.by_name.emplace(std::string(name), Formats::Entry{opener});
  if (!is_new) entry->second.registered_twice = true;
  return true;
}

absl::StatusOr<RecordFileOpener> FindRecordFormat(std::string_view name) {
  Formats& formats = TheFormats();
  const std::lock_guard<std::mutex> lock(formats.mutex);
  const auto entry = formats.by_name.find(name);
  if (entry == formats.by_name.end()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "unknown record format '", name, "'; known are ",
        absl::StrJoin(formats.by_name, ", ",
                      [](std::string* text, const auto& known) { *text += known.first; }),
        "; one of your own needs FRAZO_REGISTER_RECORD_FORMAT in a library that is linked"));
  }
  if (entry->second.registered_twice) {
    return absl::InvalidArgumentError(
        absl::StrCat("the record format '", name,
                     "' was registered more than once; give each format a name of its own"));
  }
  return entry->second.opener;
}

}  // namespace frazo::records
