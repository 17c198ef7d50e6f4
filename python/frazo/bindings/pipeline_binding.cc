#include "python/frazo/bindings/pipeline_binding.h"

#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/batch/batch.h"
#include "core/batch/batcher.h"
#include "core/pipeline/divide_pipeline.h"
#include "core/pipeline/iterator_link.h"
#include "core/pipeline/pipeline.h"
#include "core/pipeline/pipeline_plan.h"
#include "core/process/example.h"
#include "core/process/text_encoding.h"
#include "frazo/proto/pipeline.pb.h"
#include "python/frazo/bindings/status_exceptions.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace frazo::bindings {
namespace {

using ::frazo::batch::Batch;
using ::frazo::batch::BatchTensor;
using ::frazo::batch::BatchTensorSpec;
using ::frazo::pipeline::IteratorLink;
using ::frazo::pipeline::PipelineCounters;
using ::frazo::pipeline::PipelinePlan;

constexpr char kCreateDoc[] = R"(Builds a pipeline.

Args:
  config: A serialized frazo.Pipeline.
  search_folders: Relative paths are looked up in the current folder and then in these.)";

constexpr char kRestoreDoc[] =
    R"(Moves to a saved position; possible at any time. An error changes nothing.

Args:
  state: The result of save_state().

Raises:
  FailedPreconditionError: The configuration, a vocabulary or a file has changed; the text names the
    difference.
  DataLossError: A record that must be read again is damaged.
  InvalidArgumentError: `state` is not a state.)";

constexpr char kTensorsDoc[] = R"(Describes the tensors of a pipeline's batches.

It loads the vocabularies, but does not look for records.

Args:
  config: A serialized frazo.Pipeline.
  search_folders: Relative paths are looked up in the current folder and then in these.

Returns:
  (NumPy's name of the type, shape) by the name of the tensor. A size of None differs from batch to
  batch.)";

constexpr char kTextsDoc[] = R"(Tells how the processor makes ids from texts.

It loads the vocabularies, but does not look for records.

Args:
  config: A serialized frazo.Pipeline.
  search_folders: Relative paths are looked up in the current folder and then in these.

Returns:
  (serialized Tokenizer, prepend_sos, append_eos, max_length, other_step) by the name of each
  feature that a tokenizer made; see TextEncoding in core/process/text_encoding.h.)";

// Ctrl+C is noticed after this time.
constexpr std::chrono::milliseconds kPatience(50);

std::string_view View(const nb::bytes& bytes) { return {bytes.c_str(), bytes.size()}; }

absl::StatusOr<std::shared_ptr<const PipelinePlan>> MakePlan(
    std::string_view serialized, std::vector<std::string> search_folders) {
  Pipeline config;
  if (!config.ParseFromString(serialized)) {
    return absl::InvalidArgumentError("config is not a serialized frazo.Pipeline");
  }
  return PipelinePlan::Create(config, std::move(search_folders));
}

std::shared_ptr<const PipelinePlan> LoadPlan(const nb::bytes& config,
                                             std::vector<std::string> search_folders) {
  return ValueOrRaise(Unlocked([&] { return MakePlan(View(config), std::move(search_folders)); }));
}

struct PipelineIterator {
  explicit PipelineIterator(std::unique_ptr<pipeline::Pipeline> created)
      : pipeline(std::move(created)) {}
  ~PipelineIterator() {
    // The destructor waits for threads that may be reading from a slow disk.
    nb::gil_scoped_release unlocked;
    pipeline.reset();
  }

  std::timed_mutex mutex;  // Locked only by a thread that does not hold the interpreter's lock.
  std::unique_ptr<pipeline::Pipeline> pipeline;
};

void Create(PipelineIterator* self, const nb::bytes& config,
            std::vector<std::string> search_folders) {
  auto created = Unlocked([&]() -> absl::StatusOr<std::unique_ptr<pipeline::Pipeline>> {
    auto plan = MakePlan(View(config), std::move(search_folders));
    if (!plan.ok()) return std::move(plan).status();
    return pipeline::Pipeline::Create(*std::move(plan));
  });
  new (self) PipelineIterator(ValueOrRaise(std::move(created)));
}

// Returns call(pipeline). No other thread uses the pipeline meanwhile.
template <typename Call>
auto Exclusively(PipelineIterator& self, Call call) {
  return Unlocked([&] {
    const std::lock_guard lock(self.mutex);
    return call(*self.pipeline);
  });
}

const char* NumpyName(process::ValueType type) {
  switch (type) {
    case process::ValueType::kInt64:
      return "int64";
    case process::ValueType::kInt32:
      return "int32";
    case process::ValueType::kFloat32:
      return "float32";
    case process::ValueType::kUint8:
      return "uint8";
    case process::ValueType::kBytes:
      return "object";
  }
  return "object";
}

nb::dlpack::dtype NumberType(process::ValueType type) {
  switch (type) {
    case process::ValueType::kInt64:
      return nb::dtype<int64_t>();
    case process::ValueType::kInt32:
      return nb::dtype<int32_t>();
    case process::ValueType::kFloat32:
      return nb::dtype<float>();
    case process::ValueType::kUint8:
    case process::ValueType::kBytes:
      return nb::dtype<uint8_t>();
  }
  return nb::dtype<uint8_t>();
}

// Returns an array that keeps the batch's memory alive.
nb::object NumberArray(const BatchTensor& tensor) {
  const std::vector<size_t> shape(tensor.shape.begin(), tensor.shape.end());
  auto memory = std::make_unique<std::shared_ptr<char>>(tensor.memory);
  const nb::capsule owner(memory.get(), [](void* owned) noexcept {
    delete static_cast<std::shared_ptr<char>*>(owned);
  });
  return nb::cast(nb::ndarray<nb::numpy>(memory.release()->get(), shape.size(), shape.data(), owner,
                                         nullptr, NumberType(tensor.type)));
}

nb::object BytesArray(const BatchTensor& tensor) {
  const nb::object array =
      nb::module_::import_("numpy").attr("empty")(nb::make_tuple(tensor.element_count()), "object");
  for (int64_t i = 0; i < tensor.element_count(); ++i) {
    const std::string_view value = tensor.string(i);
    array[nb::int_(i)] = nb::bytes(value.data(), value.size());
  }
  return array.attr("reshape")(nb::cast(tensor.shape));
}

nb::dict NumpyBatch(const Batch& batch) {
  nb::dict arrays;
  for (const BatchTensor& tensor : batch.tensors) {
    const bool is_bytes = tensor.type == process::ValueType::kBytes;
    arrays[tensor.name.c_str()] = is_bytes ? BytesArray(tensor) : NumberArray(tensor);
  }
  return arrays;
}

nb::dict NextBatch(PipelineIterator& self) {
  std::unique_lock lock(self.mutex, std::defer_lock);
  const auto wait = [&] {
    return (lock.owns_lock() || lock.try_lock_for(kPatience)) &&
           self.pipeline->WaitForBatch(absl::FromChrono(kPatience));
  };
  while (!Unlocked(wait)) {
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
  }
  Batch batch;
  if (self.pipeline->Next(&batch)) {
    lock.unlock();
    return NumpyBatch(batch);
  }
  RaiseIfError(self.pipeline->status());
  throw nb::stop_iteration();
}

nb::bytes SaveState(PipelineIterator& self) {
  const std::string state =
      Exclusively(self, [](pipeline::Pipeline& pipeline) { return pipeline.SaveState(); });
  return nb::bytes(state.data(), state.size());
}

void Restore(PipelineIterator& self, const nb::bytes& state) {
  RaiseIfError(Exclusively(
      self, [&](pipeline::Pipeline& pipeline) { return pipeline.Restore(View(state)); }));
}

nb::dict CountersDict(const PipelinePlan& plan, const PipelineCounters& counters) {
  const std::vector<std::string>& filters = plan.processor().filters();
  nb::dict filtered;
  for (int i = 0; i < counters.totals.filtered_size(); ++i) {
    filtered[filters[i].c_str()] = counters.totals.filtered(i);
  }
  nb::dict result;
  result["records"] = counters.totals.records();
  result["record_bytes"] = counters.totals.record_bytes();
  result["bad_records"] = counters.totals.bad_records();
  result["filtered"] = filtered;
  result["invalid_utf8"] = counters.totals.invalid_utf8();
  result["truncated"] = counters.totals.truncated();
  result["examples"] = counters.batcher.examples;
  result["too_long"] = counters.batcher.too_long;
  result["empty"] = counters.batcher.empty;
  result["dropped_at_end"] = counters.batcher.dropped_at_end;
  result["batches"] = counters.totals.batches();
  result["damaged_records"] = counters.stream.damaged_records;
  result["damaged_bytes"] = counters.stream.damaged_bytes;
  result["damaged_files"] = counters.stream.damaged_files;
  result["first_damage"] = counters.stream.first_damage;
  result["bad_record_samples"] = counters.bad_record_samples;
  return result;
}

nb::dict Counters(PipelineIterator& self) {
  const PipelineCounters counters =
      Exclusively(self, [](pipeline::Pipeline& pipeline) { return pipeline.counters(); });
  return CountersDict(self.pipeline->plan(), counters);
}

// For nanobind, whose instances hold values of one type.
struct LinkHolder {
  std::shared_ptr<IteratorLink> link = IteratorLink::Create();
};

nb::object ReadCounters(const LinkHolder& self) {
  const IteratorLink::Reading reading = self.link->Read();
  if (reading.plan == nullptr) return nb::none();
  return CountersDict(*reading.plan, reading.counters);
}

std::string PaddingReportText(PipelineIterator& self) {
  return Exclusively(self,
                     [](pipeline::Pipeline& pipeline) { return pipeline.padding_report().Text(); });
}

double PaddingFraction(PipelineIterator& self) {
  return Exclusively(self, [](pipeline::Pipeline& pipeline) {
    return pipeline.padding_report().padding_fraction();
  });
}

nb::dict TensorsDict(const PipelinePlan& plan) {
  nb::dict tensors;
  for (const BatchTensorSpec& spec : plan.tensors()) {
    nb::list shape;
    for (const int64_t size : spec.shape) {
      shape.append(size < 0 ? nb::object(nb::none()) : nb::object(nb::int_(size)));
    }
    tensors[spec.name.c_str()] = nb::make_tuple(NumpyName(spec.type), nb::tuple(shape));
  }
  return tensors;
}

nb::dict TextsDict(const PipelinePlan& plan) {
  nb::dict texts;
  for (const process::FeatureSpec& feature : plan.processor().schema().features) {
    if (feature.text == nullptr) continue;
    const process::TextEncoding& text = *feature.text;
    const std::string tokenizer = text.tokenizer.SerializeAsString();
    texts[feature.name.c_str()] =
        nb::make_tuple(nb::bytes(tokenizer.data(), tokenizer.size()), text.prepend_sos,
                       text.append_eos, text.max_length, text.other_step);
  }
  return texts;
}

nb::list DividedStates(const PipelinePlan& plan, const nb::list& states, int32_t replicas) {
  std::vector<std::string> left;
  for (const nb::handle state : states) left.emplace_back(View(nb::cast<nb::bytes>(state)));
  nb::list divided;
  for (const std::string& state : ValueOrRaise(
           Unlocked([&] { return pipeline::DividePipelineStates(plan, left, replicas); }))) {
    divided.append(nb::bytes(state.data(), state.size()));
  }
  return divided;
}

// Binds the functions that read a configuration without running a pipeline.
void BindPlanFunctions(nb::module_& module) {
  module.def(
      "pipeline_tensors",
      [](const nb::bytes& config, std::vector<std::string> search_folders) {
        return TensorsDict(*LoadPlan(config, std::move(search_folders)));
      },
      "config"_a, "search_folders"_a,
      nb::sig("def pipeline_tensors(config: bytes, search_folders: "
              "collections.abc.Sequence[str]) -> dict[str, tuple[str, tuple[int | None, ...]]]"),
      kTensorsDoc);
  module.def(
      "pipeline_texts",
      [](const nb::bytes& config, std::vector<std::string> search_folders) {
        return TextsDict(*LoadPlan(config, std::move(search_folders)));
      },
      "config"_a, "search_folders"_a,
      nb::sig("def pipeline_texts(config: bytes, search_folders: collections.abc.Sequence[str]) -> "
              "dict[str, tuple[bytes, bool, bool, int, str]]"),
      kTextsDoc);
  module.def(
      "divide_pipeline_states",
      [](const nb::bytes& config, std::vector<std::string> search_folders, const nb::list& states,
         int32_t replicas) {
        return DividedStates(*LoadPlan(config, std::move(search_folders)), states, replicas);
      },
      "config"_a, "search_folders"_a, "states"_a, "replicas"_a,
      nb::sig("def divide_pipeline_states(config: bytes, search_folders: "
              "collections.abc.Sequence[str], states: list[bytes], replicas: int) -> list[bytes]"),
      "See frazo.divide_pipeline_states.");
}

}  // namespace

void BindPipeline(nb::module_& module) {
  nb::class_<PipelineIterator>(module, "Pipeline", "See frazo.Pipeline.")
      .def("__init__", &Create, "config"_a, "search_folders"_a, kCreateDoc)
      .def(
          "__iter__", [](nb::handle self) { return nb::borrow(self); },
          nb::sig("def __iter__(self) -> Pipeline"))
      .def("__next__", &NextBatch, nb::sig("def __next__(self) -> dict[str, numpy.ndarray]"))
      .def("save_state", &SaveState,
           "Returns the position after the last batch given, in a few KB of bytes.")
      .def("restore", &Restore, "state"_a, kRestoreDoc)
      .def_prop_ro("counters", &Counters, nb::sig("def counters(self) -> dict[str, typing.Any]"),
                   "Counts by name; see frazo.Pipeline.")
      .def_prop_ro("padding_fraction", &PaddingFraction,
                   "The share of padding in the values of the batches given, from 0 to 1.")
      .def("padding_report", &PaddingReportText,
           "Returns a table of the padding in the batches given, by bucket and feature.");
  nb::class_<LinkHolder>(module, "IteratorLink",
                         "What the iterators of a pipeline_dataset that has it tell, and are told.")
      .def(nb::init<>())
      .def_prop_ro(
          "number", [](const LinkHolder& self) { return self.link->number(); },
          "Names them within this process: the op's attribute.")
      .def("read", &ReadCounters, nb::sig("def read(self) -> dict[str, typing.Any] | None"),
           "The counters of the iterator that went on last, as Pipeline.counters has them. None: "
           "there was none yet.")
      .def(
          "restored_state",
          [](const LinkHolder& self) {
            const std::string state = self.link->ReadState();
            return nb::bytes(state.data(), state.size());
          },
          nb::sig("def restored_state(self) -> bytes"),
          "The position that an iterator was restored to last, as Pipeline.save_state() has it.")
      .def(
          "begin_next_at",
          [](LinkHolder& self, const nb::bytes& state) {
            self.link->BeginNextAt(std::string(View(state)));
          },
          "state"_a, nb::sig("def begin_next_at(self, state: bytes) -> None"),
          "The next iterator begins at this position; one of another configuration is its error.");
  BindPlanFunctions(module);
}

}  // namespace frazo::bindings
