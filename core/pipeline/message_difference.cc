#include "core/pipeline/message_difference.h"

#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"

namespace frazo::pipeline {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::TextFormat;
using ::google::protobuf::util::MessageDifferencer;

// Returns the value at the end of a path, on one line. `index` is that of an element; negative if
// there is none, as in a map.
std::string ValueText(const Message& message, const FieldDescriptor& field, int index) {
  if (field.is_repeated() && index < 0) return "something else";
  TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  std::string text;
  printer.PrintFieldValueToString(message, &field, field.is_repeated() ? index : -1, &text);
  return field.type() == FieldDescriptor::TYPE_MESSAGE ? absl::StrCat("{ ", text, "}") : text;
}

class FirstDifferenceReporter final : public MessageDifferencer::Reporter {
 public:
  using Path = std::vector<MessageDifferencer::SpecificField>;

  void ReportAdded(const Message&, const Message& is, const Path& path) override {
    const auto& last = path.back();
    Report(path, "was not set", ValueText(is, *last.field, last.new_index));
  }

  void ReportDeleted(const Message& was, const Message&, const Path& path) override {
    const auto& last = path.back();
    Report(path, absl::StrCat("was ", ValueText(was, *last.field, last.index)), "not set");
  }

  void ReportModified(const Message& was, const Message& is, const Path& path) override {
    const auto& last = path.back();
    Report(path, absl::StrCat("was ", ValueText(was, *last.field, last.index)),
           ValueText(is, *last.field, last.new_index));
  }

  const std::string& text() const { return text_; }

 private:
  void Report(const Path& path, std::string_view was, std::string_view is) {
    if (!text_.empty()) return;
    for (const MessageDifferencer::SpecificField& step : path) {
      if (step.field == nullptr) continue;  // A field of a newer version.
      absl::StrAppend(&text_, text_.empty() ? "" : ".", step.field->name());
      const int index = step.index >= 0 ? step.index : step.new_index;
      if (step.field->is_repeated() && index >= 0) absl::StrAppend(&text_, "[", index, "]");
    }
    absl::StrAppend(&text_, " ", was, " and is ", is);
  }

  std::string text_;
};

}  // namespace

std::string FirstDifference(const Message& was, const Message& is) {
  FirstDifferenceReporter reporter;
  MessageDifferencer differencer;
  differencer.set_message_field_comparison(MessageDifferencer::EQUIVALENT);
  differencer.ReportDifferencesTo(&reporter);
  differencer.Compare(was, is);
  return reporter.text();
}

}  // namespace frazo::pipeline
