#include "core/ops/graph_tokenizer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "core/status/status_macros.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/platform/tstring.h"

namespace frazo::ops {
namespace {

// Returns the fields of the message's kind that name files, in the order of their numbers. The
// table of a grapheme tokenizer may be built in.
std::vector<std::string*> FileFields(Tokenizer& config, bool has_files) {
  switch (config.kind_case()) {
    case Tokenizer::kGrapheme:
      if (!has_files) return {};
      return {config.mutable_grapheme()->mutable_vocabulary()};
    case Tokenizer::kWord:
      return {config.mutable_word()->mutable_vocabulary()};
    case Tokenizer::kBpe:
      return {config.mutable_bpe()->mutable_merges(), config.mutable_bpe()->mutable_vocabulary()};
    case Tokenizer::kSentencepiece:
      return {config.mutable_sentencepiece()->mutable_model()};
    case Tokenizer::kWordPiece:
      return {config.mutable_word_piece()->mutable_vocabulary()};
    case Tokenizer::KIND_NOT_SET:
      break;
  }
  return {};
}

absl::StatusOr<Tokenizer> WithFiles(Tokenizer config, absl::Span<const std::string> files) {
  const std::vector<std::string*> fields = FileFields(config, !files.empty());
  if (fields.size() != files.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "files: ", files.size(), " of them; a tokenizer of this kind takes ", fields.size()));
  }
  for (size_t i = 0; i < files.size(); ++i) *fields[i] = files[i];
  return config;
}

}  // namespace

absl::Status GraphTokenizer::Configure(const std::string& serialized) {
  if (!config_.ParseFromString(serialized) || config_.kind_case() == Tokenizer::KIND_NOT_SET) {
    return absl::InvalidArgumentError("tokenizer: no serialized frazo.Tokenizer with a kind");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const text::Tokenizer>> GraphTokenizer::Get(
    const tensorflow::Tensor& files) {
  if (!tensorflow::TensorShapeUtils::IsVector(files.shape())) {
    return absl::InvalidArgumentError(
        absl::StrCat("files: shape ", files.shape().DebugString(), "; expected one dimension"));
  }
  const auto paths = files.vec<tensorflow::tstring>();
  std::vector<std::string> wanted(paths.data(), paths.data() + paths.size());
  const std::lock_guard<std::mutex> lock(mutex_);
  if (tokenizer_ == nullptr || wanted != files_) {
    FRAZO_ASSIGN_OR_RETURN(const Tokenizer config, WithFiles(config_, wanted));
    FRAZO_ASSIGN_OR_RETURN(tokenizer_, text::Tokenizer::Create(config));
    files_ = std::move(wanted);
  }
  return tokenizer_;
}

}  // namespace frazo::ops
