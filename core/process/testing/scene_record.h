#ifndef FRAZO_CORE_PROCESS_TESTING_SCENE_RECORD_H_
#define FRAZO_CORE_PROCESS_TESTING_SCENE_RECORD_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/process/testing/wire_writer.h"

namespace frazo::process {

// For tests: a record of a scan, as a map of serialized features that a test may change.
using SceneRecord = std::map<std::string, std::string>;

inline std::string Serialize(const SceneRecord& record) {
  std::string entries;
  for (const auto& [name, feature] : record) entries += FeatureEntry(name, feature);
  return BytesMember(1, entries);
}

// An object of a record.
struct RecordObject {
  std::string label;
  // x, y, z, length, width, height, heading.
  std::vector<float> box;
  int64_t has_3d_info = 1;
  // xmin, ymin, xmax, ymax.
  std::vector<float> image_box = {0, 0, 50, 50};
};

// Sets the features of the objects.
inline void SetObjects(const std::vector<RecordObject>& objects, SceneRecord* record) {
  std::vector<std::string> labels;
  std::vector<int64_t> has_3d_info, occlusion;
  std::vector<float> xyz, sizes, phi, truncation, x_min, y_min, x_max, y_max;
  for (const RecordObject& object : objects) {
    labels.push_back(object.label);
    xyz.insert(xyz.end(), object.box.begin(), object.box.begin() + 3);
    sizes.insert(sizes.end(), object.box.begin() + 3, object.box.begin() + 6);
    phi.push_back(object.box[6]);
    has_3d_info.push_back(object.has_3d_info);
    occlusion.push_back(0);
    truncation.push_back(0);
    x_min.push_back(object.image_box[0]);
    y_min.push_back(object.image_box[1]);
    x_max.push_back(object.image_box[2]);
    y_max.push_back(object.image_box[3]);
  }
  (*record)["object/label"] = BytesList(labels);
  (*record)["object/velo/bbox/xyz"] = FloatList(xyz);
  (*record)["object/velo/bbox/dim_xyz"] = FloatList(sizes);
  (*record)["object/velo/bbox/phi"] = FloatList(phi);
  (*record)["object/has_3d_info"] = Int64List(has_3d_info);
  (*record)["object/occlusion"] = Int64List(occlusion);
  (*record)["object/truncation"] = FloatList(truncation);
  (*record)["object/image/bbox/xmin"] = FloatList(x_min);
  (*record)["object/image/bbox/ymin"] = FloatList(y_min);
  (*record)["object/image/bbox/xmax"] = FloatList(x_max);
  (*record)["object/image/bbox/ymax"] = FloatList(y_max);
}

// A record without objects. The camera looks along +x: u = 50 - 50 y / x, v = 50 - 50 z / x, in an
// image of 100 x 60 pixels.
inline SceneRecord MakeSceneRecord(const std::vector<float>& xyz,
                                   const std::vector<float>& reflectance) {
  SceneRecord record;
  record["image/source_id"] = BytesList({"000007"});
  record["image/width"] = Int64List({100});
  record["image/height"] = Int64List({60});
  record["pointcloud/xyz"] = FloatList(xyz);
  record["pointcloud/reflectance"] = FloatList(reflectance);
  record["transform/velo_to_image_plane"] = FloatList({50, -50, 0, 0, 50, 0, -50, 0, 1, 0, 0, 0});
  SetObjects({}, &record);
  return record;
}

// A record of an object database: an object with these points, which is easy to find.
inline SceneRecord MakeObjectRecord(const std::vector<float>& box, const std::vector<float>& points,
                                    const std::vector<float>& features, int64_t label) {
  SceneRecord record;
  record["num_points"] = Int64List({static_cast<int64_t>(points.size() / 3)});
  record["points"] = FloatList(points);
  record["points_feature"] = FloatList(features);
  record["bbox_3d"] = FloatList(box);
  record["label"] = Int64List({label});
  record["difficulty"] = Int64List({3});
  return record;
}

// The parser of a record of a scan, in textproto.
inline std::string SceneParser() {
  std::string text = "tf_example {";
  const auto add = [&](const char* name, const char* type) {
    absl::StrAppend(&text, " features { name: '", name, "' ", type, " }");
  };
  add("image/source_id", "type: BYTES shape {}");
  add("image/width", "type: INT64 shape {}");
  add("image/height", "type: INT64 shape {}");
  add("pointcloud/xyz", "type: FLOAT32 shape { sizes: [-1, 3] }");
  add("pointcloud/reflectance", "type: FLOAT32");
  add("transform/velo_to_image_plane", "type: FLOAT32 shape { sizes: 12 }");
  add("object/labelled", "type: INT64 shape {} default_values: 1");
  add("object/label", "type: BYTES");
  add("object/velo/bbox/xyz", "type: FLOAT32 shape { sizes: [-1, 3] }");
  add("object/velo/bbox/dim_xyz", "type: FLOAT32 shape { sizes: [-1, 3] }");
  add("object/velo/bbox/phi", "type: FLOAT32");
  add("object/has_3d_info", "type: INT64");
  add("object/occlusion", "type: INT64");
  add("object/truncation", "type: FLOAT32");
  for (const char* const edge : {"xmin", "ymin", "xmax", "ymax"}) {
    add(absl::StrCat("object/image/bbox/", edge).c_str(), "type: FLOAT32");
  }
  return text + " } ";
}

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_TESTING_SCENE_RECORD_H_
