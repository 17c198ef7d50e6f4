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
#include "tensorflow/core/framework/op_kernel.h"
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
    // The ids of all texts, one behind the other.
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
  // A SentencePiece model may lack them.
  absl::Status CheckSpecials(const text::Tokenizer& tokenizer) const {
    if ((prepend_sos_ && tokenizer.sos_id() < 0) || (append_eos_ && tokenizer.eos_id() < 0)) {
      return absl::InvalidArgumentError(
          "tokenizer: it has no token that starts or ends sentences; give its message sos_id and "
          "eos_id");
    }
    return absl::OkStatus();
  }

  // Appends the ids of a text. Returns their number before any was cut off.
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
