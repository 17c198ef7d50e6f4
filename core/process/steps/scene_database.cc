#include "core/process/steps/scene_database.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/numeric/fingerprint.h"
#include "core/process/steps/object_reader.h"
#include "core/records/file_pattern.h"
#include "core/records/record_reader.h"
#include "core/status/status_macros.h"

namespace frazo::process {
namespace {

using detection::ClassNames;
using detection::ObjectDatabase;

absl::StatusOr<std::vector<std::string>> FindFiles(std::string_view path,
                                                   const SceneStep::PasteObjects& config) {
  std::vector<std::string> files;
  for (const std::string& pattern : config.database()) {
    absl::StatusOr<std::vector<std::string>> found = records::ExpandFilePattern(pattern, {});
    if (!found.ok()) {
      return absl::Status(found.status().code(),
                          absl::StrCat(path, ".database: ", found.status().message()));
    }
    files.insert(files.end(), found->begin(), found->end());
  }
  if (files.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ".database: is empty; expected files of objects, as //tools:kitti makes them"));
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

}  // namespace

absl::StatusOr<SceneDatabase> LoadSceneDatabase(std::string_view path,
                                                const SceneStep::PasteObjects& config,
                                                const ClassNames& classes, int64_t feature_count) {
  FRAZO_ASSIGN_OR_RETURN(const std::vector<std::string> files, FindFiles(path, config));
  FRAZO_ASSIGN_OR_RETURN(ObjectReader objects, ObjectReader::Create(classes, feature_count));
  const auto database = std::make_shared<ObjectDatabase>(feature_count);
  const int64_t max_points = std::max(config.max_points(), config.min_points());
  numeric::Fingerprint fingerprint;
  for (const std::string& file : files) {
    FRAZO_ASSIGN_OR_RETURN(records::RecordReader reader, records::RecordReader::Open(file));
    int64_t number = 0;
    for (std::string_view record; reader.Next(&record); ++number) {
      const absl::Status added = objects.Read(record, max_points, database.get());
      if (!added.ok()) {
        return absl::Status(added.code(),
                            absl::StrCat("'", file, "': record ", number, ": ", added.message()));
      }
      fingerprint.Add(record);
    }
    FRAZO_RETURN_IF_ERROR(reader.status());
  }
  return SceneDatabase{database, fingerprint.value()};
}

}  // namespace frazo::process
