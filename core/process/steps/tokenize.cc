#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/process/step_registry.h"
#include "core/process/text_encoding.h"
#include "core/status/status_macros.h"
#include "core/text/tokenizer.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {
namespace {

class TokenizeStep : public FieldStep {
 public:
  TokenizeStep(FieldId text, FieldId ids, std::shared_ptr<const text::Tokenizer> tokenizer)
      : text_(text), ids_(ids), tokenizer_(std::move(tokenizer)) {}

  absl::Status Apply(RecordFields* fields) const override {
    const std::string_view text = fields->single_bytes(text_);
    fields->CountInvalidUtf8(tokenizer_->Encode(text, &fields->Begin<int32_t>(ids_)));
    fields->End<int32_t>(ids_);
    return absl::OkStatus();
  }

  uint64_t fingerprint() const override { return tokenizer_->fingerprint(); }

 private:
  const FieldId text_;
  const FieldId ids_;
  const std::shared_ptr<const text::Tokenizer> tokenizer_;
};

// Converts the text in a field to ids. Loads the vocabulary.
absl::StatusOr<std::unique_ptr<FieldStep>> MakeTokenize(const Step::Tokenize& config,
                                                        StepBuilder* builder) {
  const std::string field_path = builder->config_path("field");
  FRAZO_ASSIGN_OR_RETURN(const FieldTable::Field* const found,
                         builder->fields().FindToRead(field_path, config.field()));
  FRAZO_RETURN_IF_ERROR(CheckSingleBytes(field_path, found->spec));
  const FieldId text = found->id;
  absl::StatusOr<std::shared_ptr<const text::Tokenizer>> tokenizer =
      text::Tokenizer::Create(config.tokenizer());
  if (!tokenizer.ok()) {
    return absl::Status(
        tokenizer.status().code(),
        absl::StrCat(builder->config_path(), ".tokenizer: ", tokenizer.status().message()));
  }
  FeatureSpec spec;
  spec.type = ValueType::kInt32;
  spec.token_ids = TokenIds{(*tokenizer)->vocab_size(), (*tokenizer)->unk_id(),
                            (*tokenizer)->sos_id(), (*tokenizer)->eos_id()};
  TextEncoding text_encoding;
  text_encoding.tokenizer = config.tokenizer();
  spec.text = std::make_shared<const TextEncoding>(std::move(text_encoding));
  FRAZO_ASSIGN_OR_RETURN(const FieldId ids,
                         builder->AddResult(config.field(), config.output(), std::move(spec)));
  return std::make_unique<TokenizeStep>(text, ids, *std::move(tokenizer));
}

FRAZO_REGISTER_STEP(Step::Tokenize, MakeTokenize);

}  // namespace
}  // namespace frazo::process
