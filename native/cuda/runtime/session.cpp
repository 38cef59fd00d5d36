#include "session.h"

#include <stdio.h>
#include <string.h>

#include <algorithm>
#include <string>

#include "base/aligned_buffer.h"
#include "cuda/kernels/moves.h"
#include "ops/check.h"

namespace spinexr::cuda {
namespace {

constexpr size_t kMostGraphs = 4;
constexpr size_t kMostTaken = 64;  // inputs that may be on the device already: bits of a number

// Ends a capture that has failed half-way, so that the stream can be used again.
class Capture {
 public:
  explicit Capture(Stream stream) : stream_(stream) {}
  ~Capture() {
    Graph graph = nullptr;
    if (open_ && end_capture(stream_, &graph) == Status::OK) graph_destroy(graph);
  }
  Status begin() {
    SPX_TRY(begin_capture(stream_));
    open_ = true;
    return Status::OK;
  }
  Status end(Graph* graph) {
    open_ = false;
    return end_capture(stream_, graph);
  }

 private:
  const Stream stream_;
  bool open_ = false;
};

struct Events {
  std::vector<Event> all;
  ~Events() {
    for (const Event event : all) event_destroy(event);
  }
  Status create(size_t count) {
    all.resize(count);
    for (Event& event : all) SPX_TRY(event_create(&event));
    return Status::OK;
  }
};

// An offset for `bytes` behind what is there, as copies like it.
size_t place(size_t* end, size_t bytes) {
  const size_t offset = *end;
  *end += (bytes + 255) / 256 * 256;
  return offset;
}

}  // namespace

Status Session::create(Engine& engine, DeviceForms* weights, Span<const uint8_t> plan,
                       ConstantSource constants, std::unique_ptr<Session>* session) {
  session->reset();
  SPX_TRY(engine.enter());
  if (constants.size() > 0 && reinterpret_cast<uintptr_t>(constants.block()) % 4 != 0)
    return fail(Status::INVALID_ARGUMENT, "expected constants at an address divisible by 4");
  std::unique_ptr<Session> made(new (std::nothrow) Session(engine));
  if (made == nullptr) return fail(Status::OUT_OF_MEMORY, "no memory for a session");
  SPX_TRY(read_plan(plan, constants.size(), &made->plan_));
  for (size_t i = 0; i < made->plan_.steps.size(); ++i) SPX_TRY(check_step(made->plan_, i));
  if (weights != nullptr) weights->sweep();
  const std::lock_guard<std::mutex> lock(engine.enqueuing);
  bool incomplete = false;
  const Status status = engine.note(made->prepare(weights, constants, &incomplete));
  if (incomplete) return Status::OK;
  if (status == Status::OK) *session = std::move(made);
  return status;
}

Session::~Session() {
  if (engine_.enter() != Status::OK) return;  // CUDA can no longer be asked to free anything
  for (const auto& [taken, graph] : graphs_) graph_destroy(graph);
  stream_destroy(stream_);
}

Status Session::prepare(DeviceForms* weights, ConstantSource& constants, bool* incomplete) {
  SPX_TRY(stream_create(&stream_));
  SPX_TRY(arena_.allocate(static_cast<size_t>(plan_.arena_bytes), "the arena"));
  SPX_TRY(fill_zero(arena_.data(), arena_.size(), stream_));
  addresses_.resize(plan_.tensors.size());
  for (size_t i = 0; i < addresses_.size(); ++i) {
    if (plan_.tensors[i].storage == Storage::kArena) addresses_[i] = arena_.data() + plan_.tensors[i].offset;
  }
  Preparation context(plan_, engine_, constants, weights, stream_, addresses_);
  ops_.resize(plan_.steps.size());
  Status status = Status::OK;
  for (size_t i = 0; i < ops_.size() && status == Status::OK; ++i) {
    context.begin_step(i);
    switch (plan_.steps[i].kind) {
#define SPX_STEP(name, inputs, outputs, fields)                                           \
  case StepKind::name:                                                                    \
    status = prepare_##name(context, plan_.steps[i].as<spinexr::step::name>(), &ops_[i]); \
    break;
#include "plan/steps.inc"
#undef SPX_STEP
      case StepKind::kCount:
        break;
    }
    if (status == Status::OK && ops_[i] == nullptr)
      status = fail(Status::OUT_OF_MEMORY, "no memory for step %zu", i);
  }
  if (status == Status::OK) status = context.keep_constants(&addresses_);
  *incomplete = context.incomplete;
  SPX_TRY(status);
  constants_ = std::move(context.forms);
  zeros_ = std::move(context.zeros);
  owned_ = context.owned;
  SPX_TRY(scratch_.allocate(static_cast<size_t>(context.scratch), "scratch"));
  SPX_TRY(error_.allocate(sizeof(DeviceError), "the error of a run"));
  SPX_TRY(fill_zero(error_.data(), error_.size(), stream_));
  SPX_TRY(place_ports());
  // What happens only the first time (code is loaded, libraries choose) happens outside of the graph.
  SPX_TRY(enqueue_all(0));
  SPX_TRY(synchronize(stream_));
  SPX_TRY(fill_zero(error_.data(), error_.size(), stream_));
  Graph graph;
  SPX_TRY(graph_of(0, &graph));
  return synchronize(stream_);
}

Status Session::place_ports() {
  size_t in = 0, out = 0;
  for (const PortRecord& port : plan_.inputs) in_offsets_.push_back(place(&in, bytes(port)));
  for (const PortRecord& port : plan_.outputs) out_offsets_.push_back(place(&out, bytes(port)));
  for (size_t i = 0; i < plan_.outputs.size(); ++i) count_offsets_.push_back(place(&out, sizeof(int32_t)));
  error_offset_ = place(&out, sizeof(DeviceError));
  SPX_TRY(in_.allocate(in, "the inputs"));
  SPX_TRY(out_.allocate(out, "the outputs"));
  SPX_TRY(device_in_.allocate(in, "the inputs"));
  SPX_TRY(device_out_.allocate(out, "the outputs"));
  SPX_TRY(fill_zero(device_in_.data(), in, stream_));
  SPX_TRY(fill_zero(device_out_.data(), out, stream_));
  memset(in_.data(), 0, in);
  taken_.resize(plan_.inputs.size());
  return Status::OK;
}

size_t Session::bytes(const PortRecord& port) const {
  return static_cast<size_t>(plan_.tensors[static_cast<size_t>(port.tensor)].bytes());
}

int32_t Session::count(size_t output) const {
  const PortRecord& port = plan_.outputs[output];
  if (port.count_tensor < 0) return -1;
  int32_t count;
  memcpy(&count, out_.data() + count_offsets_[output], sizeof count);
  // Computed by the network: never more than there is.
  const int64_t rows = plan_.tensors[static_cast<size_t>(port.tensor)].dims[0];
  return count < 0 ? 0 : count > rows ? static_cast<int32_t>(rows) : count;
}

size_t Session::held() const {
  return arena_.size() + scratch_.size() + device_in_.size() + device_out_.size() +
         static_cast<size_t>(owned_);
}

RunContext Session::context() const {
  return {stream_, addresses_.data(), scratch_.data(), reinterpret_cast<DeviceError*>(error_.data())};
}

// One copy for all inputs: straight to its place where there is only one.
Status Session::enqueue_inputs(uint64_t taken) {
  std::vector<Move> moves;
  size_t first = in_.size(), end = 0;
  for (size_t i = 0; i < plan_.inputs.size(); ++i) {
    const size_t size = bytes(plan_.inputs[i]);
    if (size == 0 || (i < kMostTaken && (taken >> i & 1) != 0)) continue;
    const size_t offset = in_offsets_[i];
    moves.push_back(
        {device_in_.data() + offset, addresses_[static_cast<size_t>(plan_.inputs[i].tensor)], size});
    first = std::min(first, offset);
    end = std::max(end, offset + size);
  }
  if (moves.empty()) return Status::OK;
  if (moves.size() == 1) return copy_to_device(moves[0].target, in_.data() + first, moves[0].bytes, stream_);
  SPX_TRY(copy_to_device(device_in_.data() + first, in_.data() + first, end - first, stream_));
  return enqueue_moves(stream_, moves);
}

Status Session::enqueue_outputs() {
  std::vector<Move> moves;
  for (size_t i = 0; i < plan_.outputs.size(); ++i) {
    const PortRecord& port = plan_.outputs[i];
    const auto move = [&](int32_t tensor, size_t offset, size_t size) {
      if (size > 0)
        moves.push_back({addresses_[static_cast<size_t>(tensor)], device_out_.data() + offset, size});
    };
    move(port.tensor, out_offsets_[i], bytes(port));
    if (port.count_tensor >= 0) move(port.count_tensor, count_offsets_[i], sizeof(int32_t));
  }
  moves.push_back({error_.data(), device_out_.data() + error_offset_, sizeof(DeviceError)});
  SPX_TRY(enqueue_moves(stream_, moves));
  return copy_to_host(out_.data(), device_out_.data(), out_.size(), stream_);
}

Status Session::enqueue_all(uint64_t taken) {
  SPX_TRY(enqueue_inputs(taken));
  const RunContext run = context();
  for (const OpPointer& op : ops_) SPX_TRY(op->enqueue(run));
  return enqueue_outputs();
}

Status Session::graph_of(uint64_t taken, Graph* graph) {
  if (const auto found = graphs_.find(taken); found != graphs_.end()) {
    *graph = found->second;
    return Status::OK;
  }
  Capture capture(stream_);
  SPX_TRY(capture.begin());
  SPX_TRY(enqueue_all(taken));
  SPX_TRY(capture.end(graph));
  if (graphs_.size() == kMostGraphs) {
    graph_destroy(graphs_.begin()->second);
    graphs_.erase(graphs_.begin());
  }
  graphs_[taken] = *graph;
  return Status::OK;
}

Status Session::take(size_t port, std::shared_ptr<const DeviceTensor> tensor) {
  if (port >= kMostTaken || tensor->memory.size() != bytes(plan_.inputs[port])) {
    return fail(Status::INVALID_ARGUMENT, "input %zu: expected %zu bytes on the device, found %zu", port,
                bytes(plan_.inputs[port]), tensor->memory.size());
  }
  taken_[port] = std::move(tensor);
  return Status::OK;
}

Status Session::copy_taken(uint64_t* taken) {
  *taken = 0;
  for (size_t i = 0; i < taken_.size(); ++i) {
    if (taken_[i] == nullptr) continue;
    const DeviceTensor& source = *taken_[i];
    SPX_TRY(wait_event(stream_, source.ready));
    SPX_TRY(copy_on_device(addresses_[static_cast<size_t>(plan_.inputs[i].tensor)], source.memory.data(),
                           source.memory.size(), stream_));
    *taken |= uint64_t{1} << i;
  }
  return Status::OK;
}

// Also where something failed: nothing may still read what is given back next.
Status Session::settle(Status status) {
  const std::string sentence = status == Status::OK ? "" : last_error();
  const Status end = synchronize(stream_);
  if (status == Status::OK || end == Status::DEVICE_LOST) return end;
  return fail(status, "%s", sentence.c_str());
}

Status Session::run(const volatile int32_t* abort, float* step_ms) {
  SPX_TRY(engine_.enter());
  uint64_t taken = 0;
  Status status = Status::OK;
  if (abort != nullptr && *abort != 0) {
    status = fail(Status::ABORTED, "the run was aborted before it began");
  } else {
    status = copy_taken(&taken);
    if (status == Status::OK)
      status = step_ms == nullptr ? run_graph(taken) : run_steps(taken, abort, step_ms);
    status = settle(status);
  }
  for (auto& tensor : taken_) tensor.reset();
  SPX_TRY(engine_.note(status));
  return fault();
}

Status Session::run_graph(uint64_t taken) {
  Graph graph;
  if (const auto found = graphs_.find(taken); found != graphs_.end()) {
    graph = found->second;
  } else {
    const std::lock_guard<std::mutex> lock(engine_.enqueuing);
    SPX_TRY(graph_of(taken, &graph));
  }
  return graph_launch(graph, stream_);
}

Status Session::time(size_t times, float* ms) {
  SPX_TRY(engine_.enter());
  const Status status = settle(time_graph(times, ms));
  for (auto& tensor : taken_) tensor.reset();
  SPX_TRY(engine_.note(status));
  return fault();
}

Status Session::time_graph(size_t times, float* ms) {
  for (const auto& tensor : taken_) {
    if (tensor != nullptr)
      return fail(Status::INVALID_ARGUMENT, "expected inputs in the processor's memory, found tensors");
  }
  Events events;
  SPX_TRY(events.create(2 * times));
  for (size_t i = 0; i < times; ++i) {
    SPX_TRY(event_record(events.all[2 * i], stream_));
    SPX_TRY(run_graph(0));
    SPX_TRY(event_record(events.all[2 * i + 1], stream_));
  }
  SPX_TRY(synchronize(stream_));
  for (size_t i = 0; i < times; ++i) SPX_TRY(event_elapsed(events.all[2 * i], events.all[2 * i + 1], &ms[i]));
  return Status::OK;
}

Status Session::run_steps(uint64_t taken, const volatile int32_t* abort, float* step_ms) {
  Events events;
  SPX_TRY(events.create(ops_.size() + 1));
  const std::lock_guard<std::mutex> lock(engine_.enqueuing);
  SPX_TRY(enqueue_inputs(taken));
  const RunContext run = context();
  SPX_TRY(event_record(events.all[0], stream_));
  for (size_t i = 0; i < ops_.size(); ++i) {
    if (abort != nullptr && *abort != 0)
      return fail(Status::ABORTED, "the run was aborted before step %zu", i);
    SPX_TRY(ops_[i]->enqueue(run));
    SPX_TRY(event_record(events.all[i + 1], stream_));
  }
  SPX_TRY(enqueue_outputs());
  SPX_TRY(synchronize(stream_));
  for (size_t i = 0; i < ops_.size(); ++i)
    SPX_TRY(event_elapsed(events.all[i], events.all[i + 1], &step_ms[i]));
  return Status::OK;
}

Status Session::fault() {
  DeviceError error;
  memcpy(&error, out_.data() + error_offset_, sizeof error);
  if (error.fault == 0) return Status::OK;
  SPX_TRY(fill_zero(error_.data(), error_.size(), stream_));
  const size_t step = static_cast<size_t>(error.step);
  const char* const name = step < plan_.steps.size() ? step_info(plan_.steps[step].kind).name : "";
  return fail(Status::INDEX_OUT_OF_RANGE, "step %zu (%s): expected indices below %d, found %d", step, name,
              error.limit, error.value);
}

}  // namespace spinexr::cuda
