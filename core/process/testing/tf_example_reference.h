#ifndef FRAZO_CORE_PROCESS_TESTING_TF_EXAMPLE_REFERENCE_H_
#define FRAZO_CORE_PROCESS_TESTING_TF_EXAMPLE_REFERENCE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"

namespace frazo::process {

// Reads a tf.Example with protobuf itself. It defines the messages here, so that it doesn't need
// TensorFlow's.
class TfExampleReference {
 public:
  struct Feature {
    // "bytes_list", "float_list", "int64_list" or "".
    std::string list;
    std::vector<std::string> bytes;
    std::vector<float> floats;
    std::vector<int64_t> int64s;
  };
  using Features = std::map<std::string, Feature>;

  TfExampleReference() {
    google::protobuf::FileDescriptorProto file;
    google::protobuf::TextFormat::ParseFromString(kFile, &file);
    example_ = pool_.BuildFile(file)->FindMessageTypeByName("Example");
  }

  // Returns nullopt if protobuf can't parse the record.
  std::optional<Features> Parse(std::string_view record) {
    std::unique_ptr<google::protobuf::Message> example(factory_.GetPrototype(example_)->New());
    if (!example->ParseFromString(std::string(record))) return std::nullopt;
    Features read;
    if (!Has(*example, "features")) return read;
    const google::protobuf::Message& features = Member(*example, "features");
    const auto* const entries = features.GetDescriptor()->FindFieldByName("feature");
    for (int i = 0; i < features.GetReflection()->FieldSize(features, entries); ++i) {
      const auto& entry = features.GetReflection()->GetRepeatedMessage(features, entries, i);
      const auto* const key = entry.GetDescriptor()->map_key();
      read[entry.GetReflection()->GetString(entry, key)] = Read(Member(entry, "value"));
    }
    return read;
  }

 private:
  static constexpr char kFile[] = R"pb(
    name: "reference.proto"
    message_type {
      name: "BytesList"
      field { name: "value" number: 1 type: TYPE_BYTES label: LABEL_REPEATED }
    }
    message_type {
      name: "FloatList"
      field {
        name: "value"
        number: 1
        type: TYPE_FLOAT
        label: LABEL_REPEATED
        options { packed: true }
      }
    }
    message_type {
      name: "Int64List"
      field {
        name: "value"
        number: 1
        type: TYPE_INT64
        label: LABEL_REPEATED
        options { packed: true }
      }
    }
    message_type {
      name: "Feature"
      field {
        name: "bytes_list"
        number: 1
        type: TYPE_MESSAGE
        type_name: ".BytesList"
        label: LABEL_OPTIONAL
        oneof_index: 0
      }
      field {
        name: "float_list"
        number: 2
        type: TYPE_MESSAGE
        type_name: ".FloatList"
        label: LABEL_OPTIONAL
        oneof_index: 0
      }
      field {
        name: "int64_list"
        number: 3
        type: TYPE_MESSAGE
        type_name: ".Int64List"
        label: LABEL_OPTIONAL
        oneof_index: 0
      }
      oneof_decl { name: "kind" }
    }
    message_type {
      name: "Features"
      field {
        name: "feature"
        number: 1
        type: TYPE_MESSAGE
        type_name: ".Features.FeatureEntry"
        label: LABEL_REPEATED
      }
      nested_type {
        name: "FeatureEntry"
        field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
        field {
          name: "value"
          number: 2
          type: TYPE_MESSAGE
          type_name: ".Feature"
          label: LABEL_OPTIONAL
        }
        options { map_entry: true }
      }
    }
    message_type {
      name: "Example"
      field {
        name: "features"
        number: 1
        type: TYPE_MESSAGE
        type_name: ".Features"
        label: LABEL_OPTIONAL
      }
    }
  )pb";

  static bool Has(const google::protobuf::Message& message, const std::string& name) {
    return message.GetReflection()->HasField(message,
                                             message.GetDescriptor()->FindFieldByName(name));
  }

  static const google::protobuf::Message& Member(const google::protobuf::Message& message,
                                                 const std::string& name) {
    return message.GetReflection()->GetMessage(message,
                                               message.GetDescriptor()->FindFieldByName(name));
  }

  static Feature Read(const google::protobuf::Message& feature) {
    Feature read;
    for (const char* const name : {"bytes_list", "float_list", "int64_list"}) {
      if (!Has(feature, name)) continue;
      read.list = name;
      const google::protobuf::Message& list = Member(feature, name);
      const auto* const reflection = list.GetReflection();
      const auto* const value = list.GetDescriptor()->FindFieldByName("value");
      for (int i = 0; i < reflection->FieldSize(list, value); ++i) {
        if (read.list == "bytes_list") {
          read.bytes.push_back(reflection->GetRepeatedString(list, value, i));
        } else if (read.list == "float_list") {
          read.floats.push_back(reflection->GetRepeatedFloat(list, value, i));
        } else {
          read.int64s.push_back(reflection->GetRepeatedInt64(list, value, i));
        }
      }
    }
    return read;
  }

  google::protobuf::DescriptorPool pool_;
  google::protobuf::DynamicMessageFactory factory_;
  const google::protobuf::Descriptor* example_;
};

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_TESTING_TF_EXAMPLE_REFERENCE_H_
