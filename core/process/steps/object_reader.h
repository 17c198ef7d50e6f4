#ifndef FRAZO_CORE_PROCESS_STEPS_OBJECT_READER_H_
#define FRAZO_CORE_PROCESS_STEPS_OBJECT_READER_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/detection/scene/class_names.h"
#include "core/detection/scene/object_database.h"
#include "core/detection/scene/scene.h"
#include "core/process/field_parser.h"
#include "core/process/record_fields.h"

namespace frazo::process {

// Reads the records of an object database, tf.Examples of one object each; LoadSceneDatabase() says
// which features they have. Not thread-safe.
class ObjectReader {
 public:
  // `feature_count` features of each point.
  static absl::StatusOr<ObjectReader> Create(const detection::ClassNames& classes,
                                             int64_t feature_count);

  // Adds the object of a record to `database`. No more than `max_points` of its points are kept.
  // Error: kInvalidArgument for a record that is no object with finite points, a proper box and a
  // class that is known.
  absl::Status Read(std::string_view record, int64_t max_points,
                    detection::ObjectDatabase* database);

 private:
  ObjectReader(const detection::ClassNames& classes, int64_t feature_count,
               std::unique_ptr<FieldParser> parser, std::vector<ValueType> types);

  absl::StatusOr<detection::SceneObject> ReadObject() const;
  // The only number of a field.
  int64_t Number(FieldId field) const;

  detection::ClassNames classes_;
  int64_t feature_count_;
  std::unique_ptr<FieldParser> parser_;
  std::vector<ValueType> types_;
  RecordFields fields_;
};

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_STEPS_OBJECT_READER_H_
