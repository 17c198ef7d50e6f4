#include <charconv>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/process/feature_config.h"
#include "core/process/step_registry.h"
#include "core/status/status_macros.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {
namespace {

constexpr std::string_view kSeparators = " ,\t\r\n";

// Returns false unless `word` is one number that T can represent.
template <typename T>
bool ParseNumber(std::string_view word, T* number) {
  if constexpr (std::is_floating_point_v<T>) {
    return absl::SimpleAtof(word, number);
  } else {
    const char* const end = word.data() + word.size();
    const std::from_chars_result result = std::from_chars(word.data(), end, *number);
    return result.ec == std::errc() && result.ptr == end;
  }
}

// T: the type of the numbers.
template <typename T>
class ParseNumbersStep : public FieldStep {
 public:
  // `spec` describes the numbers.
  ParseNumbersStep(FieldId text, FieldId numbers, FeatureSpec spec)
      : text_(text), numbers_(numbers), spec_(std::move(spec)) {}

  absl::Status Apply(RecordFields* fields) const override {
    const std::string_view text = fields->single_bytes(text_);
    std::vector<T>& column = fields->Begin<T>(numbers_);
    for (size_t begin = text.find_first_not_of(kSeparators); begin < text.size();) {
      const size_t end = text.find_first_of(kSeparators, begin);
      const std::string_view word = text.substr(begin, end - begin);
      T number;
      if (!ParseNumber(word, &number)) return NotANumber(word);
      column.push_back(number);
      begin = text.find_first_not_of(kSeparators, end);
    }
    fields->End<T>(numbers_);
    const int64_t count = fields->count(numbers_);
    if (!spec_.Allows(count)) {
      return absl::InvalidArgumentError(absl::StrCat("field '", spec_.name, "' has ", count,
                                                     " numbers; expected ", spec_.CountText(),
                                                     " for ", spec_.TypeText()));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status NotANumber(std::string_view word) const {
    constexpr size_t kShown = 40;
    return absl::InvalidArgumentError(absl::StrCat(
        "field '", spec_.name, "': '", absl::CHexEscape(word.substr(0, kShown)),
        word.size() > kShown ? "..." : "", "' is not of type ", ValueTypeName(spec_.type)));
  }

  const FieldId text_;
  const FieldId numbers_;
  const FeatureSpec spec_;
};

// Parses the numbers in the text of a field.
absl::StatusOr<std::unique_ptr<FieldStep>> MakeParseNumbers(const Step::ParseNumbers& config,
                                                            StepBuilder* builder) {
  const std::string field_path = builder->config_path("field");
  FRAZO_ASSIGN_OR_RETURN(const FieldTable::Field* const found,
                         builder->fields().Find(field_path, config.field()));
  FRAZO_RETURN_IF_ERROR(CheckSingleBytes(field_path, found->spec));
  const FieldId text = found->id;
  FeatureSpec spec;
  spec.name = config.field();
  FRAZO_ASSIGN_OR_RETURN(spec.type, ValueTypeOf(builder->config_path("type"), config.type()));
  if (config.has_shape()) {
    FRAZO_ASSIGN_OR_RETURN(spec.shape, ShapeOf(builder->config_path("shape"), config.shape()));
  }
  switch (spec.type) {
    case ValueType::kInt64:
      return std::make_unique<ParseNumbersStep<int64_t>>(text, builder->fields().Replace(spec),
                                                         spec);
    case ValueType::kInt32:
      return std::make_unique<ParseNumbersStep<int32_t>>(text, builder->fields().Replace(spec),
                                                         spec);
    case ValueType::kFloat32:
      return std::make_unique<ParseNumbersStep<float>>(text, builder->fields().Replace(spec), spec);
    case ValueType::kUint8:
    case ValueType::kBytes:
      break;
  }
  return absl::InvalidArgumentError(absl::StrCat(builder->config_path(),
                                                 ".type: ", ValueTypeName(spec.type),
                                                 "; expected INT64, INT32 or FLOAT32"));
}

FRAZO_REGISTER_STEP(Step::ParseNumbers, MakeParseNumbers);

}  // namespace
}  // namespace frazo::process
