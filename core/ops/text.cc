#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "core/ops/graph_tokenizer.h"
#include "core/text/tokenizer.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/platform/tstring.h"

namespace frazo::ops {
namespace {

using ::tensorflow::OpKernel;
using ::tensorflow::OpKernelConstruction;
using ::tensorflow::OpKernelContext;
using ::tensorflow::Tensor;
using ::tensorflow::TensorShape;
using ::tensorflow::tstring;
using ::tensorflow::shape_inference::DimensionHandle;
using ::tensorflow::shape_inference::InferenceContext;
using ::tensorflow::shape_inference::ShapeHandle;

absl::Status InferEncode(InferenceContext* context) {
  ShapeHandle unused, texts;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 1, &unused));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 1, &texts));
  const DimensionHandle batch = context->Dim(texts, 0);
  context->set_output(0, context->Matrix(batch, context->UnknownDim()));
  context->set_output(1, texts);
  context->set_output(2, texts);
  return absl::OkStatus();
}

absl::Status InferDecode(InferenceContext* context) {
  ShapeHandle unused, ids, rows, lengths;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 1, &unused));
  TF_RETURN_IF_ERROR(context->WithRankAtLeast(context->input(1), 1, &ids));
  TF_RETURN_IF_ERROR(context->Subshape(ids, 0, -1, &rows));
  TF_RETURN_IF_ERROR(context->Merge(rows, context->input(2), &lengths));
  context->set_output(0, lengths);
  return absl::OkStatus();
}

REGISTER_OP("Frazo>EncodeTexts")
    .Input("files: string")
    .Input("texts: string")
    .Attr("tokenizer: string")
    .Attr("prepend_sos: bool = false")
    .Attr("append_eos: bool = false")
    .Attr("max_length: int >= 0 = 0")
    .Output("ids: int32")
    .Output("lengths: int32")
    .Output("whole_lengths: int32")
    // The op reads files, which TensorFlow must not do while it optimizes a graph.
    .SetIsStateful()
    .SetShapeFn(InferEncode)
    .Doc(R"doc(
From texts to ids. Bytes that are not UTF-8 are read as U+FFFD.

InvalidArgument for a wrong number of files or a file that is wrong; NotFound for one that is missing.

files: [n] the paths of the tokenizer's files, in the order of the numbers of the fields that name them.
texts: [B]
tokenizer: a serialized frazo.Tokenizer. Paths in it do not count.
prepend_sos: whether ids begin with the token that starts sentences.
append_eos: whether ids end with the token that ends sentences.
max_length: what is over it is cut off at the end, before eos; 0: nothing is.
ids: [B, longest] 0 behind the last of each.
lengths: [B] ids of each.
whole_lengths: [B] the same if nothing was cut off.
)doc");

REGISTER_OP("Frazo>DecodeTexts")
    .Input("files: string")
    .Input("ids: int32")
    .Input("lengths: int32")
    .Attr("tokenizer: string")
    .Output("texts: string")
    .SetIsStateful()
    .SetShapeFn(InferDecode)
    .Doc(R"doc(
From ids to texts. The tokens that start and end sentences become nothing.

InvalidArgument for an id outside of the vocabulary, a length that is not in 0 .. longest, shapes that do not
fit, a wrong number of files or a file that is wrong; NotFound for one that is missing.

files: [n] as for EncodeTexts.
ids: [..., longest]
lengths: [...] how many of the last dimension are ids.
tokenizer: as for EncodeTexts.
texts: [...]
)doc");

void Configure(OpKernelConstruction* context, GraphTokenizer* tokenizer) {
  std::string serialized;
  OP_REQUIRES_OK(context, context->GetAttr("tokenizer", &serialized));
  OP_REQUIRES_OK(context, tokenizer->Configure(serialized));
}

class EncodeTextsOp final : public OpKernel {
 public:
  explicit EncodeTextsOp(OpKernelConstruction* context) : OpKernel(context) {
    Configure(context, &tokenizer_);
    OP_REQUIRES_OK(context, context->GetAttr("prepend_sos", &prepend_sos_));
    OP_REQUIRES_OK(context, context->GetAttr("append_eos", &append_eos_));
    OP_REQUIRES_OK(context, context->GetAttr("max_length", &max_length_));
  }

  void Compute(OpKernelContext* context) override {
    const auto tokenizer = tokenizer_.Get(context->input(0));
    OP_REQUIRES_OK(context, tokenizer.status());
    OP_REQUIRES_OK(context, CheckSpecials(**tokenizer));
    const Tensor& texts = context->input(1);
    OP_REQUIRES(context, texts.dims() == 1,
                absl::InvalidArgumentError(absl::StrCat(
                    "texts: shape ", texts.shape().DebugString(), "; expected one dimension")));
    const int64_t batch = texts.NumElements();
    Tensor* lengths = nullptr;
    Tensor* whole_lengths = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(1, texts.shape(), &lengths));
    OP_REQUIRES_OK(context, context->allocate_output(2, texts.shape(), &whole_lengths));
    // The ids of all texts, concatenated.
    std::vector<int32_t> all;
    int64_t longest = 0;
    for (int64_t row = 0; row < batch; ++row) {
      const tstring& text = texts.vec<tstring>()(row);
      const size_t begin = all.size();
      whole_lengths->vec<int32_t>()(row) = Encode(**tokenizer, text, &all);
      const int64_t length = all.size() - begin;
      lengths->vec<int32_t>()(row) = static_cast<int32_t>(length);
      longest = std::max(longest, length);
    }
    Tensor* ids = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, TensorShape({batch, longest}), &ids));
    const int32_t* next = all.data();
    for (int64_t row = 0; row < batch; ++row) {
      const int32_t length = lengths->vec<int32_t>()(row);
      int32_t* const out = ids->flat<int32_t>().data() + row * longest;
      std::fill(std::copy(next, next + length, out), out + longest, 0);
      next += length;
    }
  }

 private:
  // A SentencePiece model may lack a start or an end of a sentence.
  absl::Status CheckSpecials(const text::Tokenizer& tokenizer) const {
    if ((prepend_sos_ && tokenizer.sos_id() < 0) || (append_eos_ && tokenizer.eos_id() < 0)) {
      return absl::InvalidArgumentError(
          "tokenizer: it has no token that starts or ends sentences; give its message sos_id and "
          "eos_id");
    }
    return absl::OkStatus();
  }

  // Appends the ids of a text. Returns the number of ids before truncation.
  int32_t Encode(const text::Tokenizer& tokenizer, std::string_view text,
                 std::vector<int32_t>* ids) const {
    const size_t begin = ids->size();
    if (prepend_sos_) ids->push_back(tokenizer.sos_id());
    tokenizer.Encode(text, ids);
    const int64_t eos = append_eos_ ? 1 : 0;
    const int64_t whole = ids->size() - begin + eos;
    if (max_length_ > 0 && whole > max_length_) {
      ids->resize(begin + std::max<int64_t>(max_length_ - eos, 0));
    }
    if (append_eos_) ids->push_back(tokenizer.eos_id());
    return static_cast<int32_t>(whole);
  }

  GraphTokenizer tokenizer_;
  bool prepend_sos_ = false;
  bool append_eos_ = false;
  int64_t max_length_ = 0;
};

class DecodeTextsOp final : public OpKernel {
 public:
  explicit DecodeTextsOp(OpKernelConstruction* context) : OpKernel(context) {
    Configure(context, &tokenizer_);
  }

  void Compute(OpKernelContext* context) override {
    const auto tokenizer = tokenizer_.Get(context->input(0));
    OP_REQUIRES_OK(context, tokenizer.status());
    const Tensor& ids = context->input(1);
    const Tensor& lengths = context->input(2);
    TensorShape rows = ids.shape();
    if (rows.dims() > 0) rows.RemoveLastDims(1);
    OP_REQUIRES(context, ids.dims() > 0 && rows == lengths.shape(),
                absl::InvalidArgumentError(absl::StrCat(
                    "lengths: shape ", lengths.shape().DebugString(), "; expected that of ids, ",
                    ids.shape().DebugString(), ", without its last dimension")));
    Tensor* texts = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, rows, &texts));
    const int64_t longest = ids.dim_size(ids.dims() - 1);
    for (int64_t row = 0; row < rows.num_elements(); ++row) {
      const int32_t length = lengths.flat<int32_t>()(row);
      OP_REQUIRES(context, 0 <= length && length <= longest,
                  absl::InvalidArgumentError(absl::StrCat("lengths: ", length, " in row ", row,
                                                          "; expected 0 .. ", longest)));
      auto text =
          (*tokenizer)
              ->Decode({ids.flat<int32_t>().data() + row * longest, static_cast<size_t>(length)});
      OP_REQUIRES(context, text.ok(),
                  absl::Status(text.status().code(),
                               absl::StrCat("ids, row ", row, ": ", text.status().message())));
      texts->flat<tstring>()(row) = *text;
    }
  }

 private:
  GraphTokenizer tokenizer_;
};

REGISTER_KERNEL_BUILDER(Name("Frazo>EncodeTexts").Device(tensorflow::DEVICE_CPU), EncodeTextsOp);
REGISTER_KERNEL_BUILDER(Name("Frazo>DecodeTexts").Device(tensorflow::DEVICE_CPU), DecodeTextsOp);

}  // namespace

}  // namespace frazo::ops
