// usage: translate_lines LIBRARY MODEL
// Translates the lines of standard input with a model that the trainer's mode write_inference_graph
// wrote, as one batch. LIBRARY: libfrazo_ops.so. It needs TensorFlow's C library and nothing else.
#include <cstring>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tensorflow/c/c_api.h"
#include "tensorflow/c/tf_tstring.h"
#include "tensorflow/core/protobuf/meta_graph.pb.h"

namespace {

template <typename Object>
using Owned = std::unique_ptr<Object, std::function<void(Object*)>>;

class Status {
 public:
  TF_Status* get() { return status_.get(); }

  void Check(const char* what) {
    if (TF_GetCode(get()) != TF_OK) {
      throw std::runtime_error(std::string(what) + ": " + TF_Message(get()));
    }
  }

 private:
  Owned<TF_Status> status_{TF_NewStatus(), TF_DeleteStatus};
};

Owned<TF_Tensor> ToTensor(const std::vector<std::string>& texts) {
  const int64_t size = texts.size();
  Owned<TF_Tensor> tensor(TF_AllocateTensor(TF_STRING, &size, 1, size * sizeof(TF_TString)),
                          TF_DeleteTensor);
  auto* const strings = static_cast<TF_TString*>(TF_TensorData(tensor.get()));
  for (int64_t i = 0; i < size; ++i) {
    TF_StringInit(&strings[i]);
    TF_StringCopy(&strings[i], texts[i].data(), texts[i].size());
  }
  return tensor;
}

// A signature of a SavedModel, ready to run.
class SavedModel {
 public:
  SavedModel(const std::string& directory, const std::string& signature) {
    const char* const tags[] = {"serve"};
    const Owned<TF_SessionOptions> options(TF_NewSessionOptions(), TF_DeleteSessionOptions);
    const Owned<TF_Buffer> meta_graph(TF_NewBuffer(), TF_DeleteBuffer);
    Status status;
    TF_Session* const session =
        TF_LoadSessionFromSavedModel(options.get(), nullptr, directory.c_str(), tags, 1,
                                     graph_.get(), meta_graph.get(), status.get());
    status.Check("loading the model");
    session_ = Owned<TF_Session>(session, [](TF_Session* open) {
      Status ignored;
      TF_CloseSession(open, ignored.get());
      TF_DeleteSession(open, ignored.get());
    });
    tensorflow::MetaGraphDef parsed;
    parsed.ParseFromArray(meta_graph->data, static_cast<int>(meta_graph->length));
    signature_ = parsed.signature_def().at(signature);
  }

  // The output called `output` for the input called `input`.
  Owned<TF_Tensor> Run(const std::string& input, TF_Tensor* value, const std::string& output) {
    const TF_Output from = Find(signature_.inputs().at(input).name());
    const TF_Output to = Find(signature_.outputs().at(output).name());
    TF_Tensor* result = nullptr;
    Status status;
    TF_SessionRun(session_.get(), nullptr, &from, &value, 1, &to, &result, 1, nullptr, 0, nullptr,
                  status.get());
    status.Check("running the model");
    return {result, TF_DeleteTensor};
  }

 private:
  // Finds "operation:index".
  TF_Output Find(const std::string& tensor) {
    const size_t colon = tensor.find(':');
    TF_Operation* const operation =
        TF_GraphOperationByName(graph_.get(), tensor.substr(0, colon).c_str());
    if (operation == nullptr) throw std::runtime_error("no operation makes " + tensor);
    return {operation, std::stoi(tensor.substr(colon + 1))};
  }

  Owned<TF_Graph> graph_{TF_NewGraph(), TF_DeleteGraph};
  Owned<TF_Session> session_;
  tensorflow::SignatureDef signature_;
};

void Translate(const char* library, const char* model) {
  Status status;
  TF_LoadLibrary(library, status.get());
  status.Check("loading the library of ops");
  SavedModel saved_model(model, "serving_default");
  std::vector<std::string> lines;
  for (std::string line; std::getline(std::cin, line);) lines.push_back(line);
  const Owned<TF_Tensor> sources = ToTensor(lines);
  const Owned<TF_Tensor> hypotheses = saved_model.Run("sources", sources.get(), "hypotheses");
  const auto* const texts = static_cast<const TF_TString*>(TF_TensorData(hypotheses.get()));
  const int64_t best = TF_Dim(hypotheses.get(), 1);
  for (size_t i = 0; i < lines.size(); ++i) {
    const TF_TString& text = texts[i * best];
    std::cout.write(TF_StringGetDataPointer(&text), TF_StringGetSize(&text)) << "\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: translate_lines LIBRARY MODEL < texts\n";
    return 2;
  }
  try {
    Translate(argv[1], argv[2]);
  } catch (const std::exception& error) {
    std::cerr << "translate_lines: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
