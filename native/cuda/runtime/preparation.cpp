#include "preparation.h"

#include <string.h>

#include <algorithm>
#include <limits>
#include <string>

namespace spinexr::cuda {
namespace {

constexpr size_t kCounterBytes = 64 << 10;  // of one block of counters
constexpr int kTimings = 3, kRepetitions = 5;

}  // namespace

Status PrepareContext::unsupported(const char* sentence) const {
  return fail(Status::UNSUPPORTED, "step %zu (%s): %s", step_, step_info(plan.steps[step_].kind).name,
              sentence);
}

Preparation::Preparation(const Plan& plan, const Engine& engine, ConstantSource& constants,
                         DeviceForms* shared, Stream stream, const std::vector<uint8_t*>& addresses)
    : PrepareContext(plan, engine.properties(), engine.options(), engine.cudnn(), engine.cublas_lt()),
      constants_(constants),
      shared_(shared),
      stream_(stream),
      addresses_(addresses),
      readers_(plan.tensors.size()) {
  for (const PortRecord& port : plan.outputs) {
    ++readers_[static_cast<size_t>(port.tensor)];
    if (port.count_tensor >= 0) ++readers_[static_cast<size_t>(port.count_tensor)];
  }
}

void Preparation::begin_step(size_t index) {
  step_ = index;
  const Step& step = plan.steps[index];
  for (int i = 0; i < step_info(step.kind).inputs; ++i) {
    const int32_t operand = step.body[static_cast<size_t>(i)];
    if (operand >= 0) ++readers_[static_cast<size_t>(operand)];
  }
}

Status Preparation::make_form(int32_t index, uint64_t bytes, const Make& make, DeviceForm* form) {
  const Tensor& t = tensor(index);
  if (t.storage == Storage::kShared) {
    incomplete = true;
    return fail(Status::INVALID_PLAN,
                "tensor %d: expected a constant that another plan of the network holds in the same form",
                index);
  }
  const uint8_t* raw;
  SPX_TRY(constants_.view(t.offset, static_cast<uint64_t>(t.bytes()), &raw));
  AlignedBuffer packed;
  SPX_TRY(packed.allocate(bytes, "packed weights"));
  make(raw, packed.data());
  auto made = std::make_shared<DeviceBuffer>();
  SPX_TRY(made->allocate(static_cast<size_t>(bytes), "the weights"));
  SPX_TRY(copy_to_device(made->data(), packed.data(), static_cast<size_t>(bytes), stream_));
  SPX_TRY(synchronize(stream_));
  *form = std::move(made);
  return Status::OK;
}

Status Preparation::constant_form(int32_t index, std::initializer_list<int64_t> form, uint64_t bytes,
                                  const uint8_t** data, const Make& make) {
  const Tensor& t = tensor(index);
  DeviceForms& store = store_of(index);
  FormKey key{&store == shared_ ? int64_t{t.key} : static_cast<int64_t>(t.offset),
              static_cast<int64_t>(bytes)};
  key.insert(key.end(), form.begin(), form.end());
  DeviceForm found = store.find(key);
  if (found == nullptr) {
    SPX_TRY(make_form(index, bytes, make, &found));
    if (&store == &own_) owned += bytes;
    found = store.add(key, std::move(found));
  }
  *data = found->data();
  forms.push_back(std::move(found));
  return Status::OK;
}

Status Preparation::keep_constants(std::vector<uint8_t*>* addresses) {
  for (size_t i = 0; i < plan.tensors.size(); ++i) {
    const Tensor& t = plan.tensors[i];
    if (t.storage == Storage::kArena || readers_[i] == 0) continue;
    const size_t bytes = static_cast<size_t>(t.bytes());
    const auto copy = [bytes](const uint8_t* raw, uint8_t* target) {
      if (bytes > 0) memcpy(target, raw, bytes);
    };
    const uint8_t* data;
    SPX_TRY(
        constant_form(static_cast<int32_t>(i), {static_cast<int64_t>(Packing::kAsIs)}, bytes, &data, copy));
    (*addresses)[i] = const_cast<uint8_t*>(data);  // only outputs are written, and they lie in the arena
  }
  return Status::OK;
}

Status Preparation::counters(uint32_t count, uint32_t** counters) {
  const size_t bytes = (size_t{count} * sizeof(uint32_t) + 255) / 256 * 256;
  if (zeros.empty() || counters_used_ + bytes > zeros.back().size()) {
    DeviceBuffer block;
    SPX_TRY(block.allocate(std::max(bytes, kCounterBytes), "counters"));
    SPX_TRY(fill_zero(block.data(), block.size(), stream_));
    owned += block.size();
    zeros.push_back(std::move(block));
    counters_used_ = 0;
  }
  *counters = reinterpret_cast<uint32_t*>(zeros.back().data() + counters_used_);
  counters_used_ += bytes;
  return Status::OK;
}

// The least of a few timings, each of a few repetitions; once before, for what happens only the first time.
Status Preparation::time(const Op& op, const RunContext& context, float* ms) {
  struct Events {
    Event begin = nullptr, end = nullptr;
    ~Events() {
      event_destroy(begin);
      event_destroy(end);
    }
  } events;
  SPX_TRY(event_create(&events.begin));
  SPX_TRY(event_create(&events.end));
  SPX_TRY(op.enqueue(context));
  *ms = std::numeric_limits<float>::infinity();
  for (int i = 0; i < kTimings; ++i) {
    SPX_TRY(event_record(events.begin, stream_));
    for (int j = 0; j < kRepetitions; ++j) SPX_TRY(op.enqueue(context));
    SPX_TRY(event_record(events.end, stream_));
    SPX_TRY(synchronize(stream_));
    float elapsed;
    SPX_TRY(event_elapsed(events.begin, events.end, &elapsed));
    *ms = std::min(*ms, elapsed / kRepetitions);
  }
  return Status::OK;
}

Status Preparation::quickest(std::vector<OpPointer>* ops, const std::vector<uint64_t>& needs, size_t* best) {
  *best = 0;
  if (ops->size() < 2 || options.deterministic || !device.has_clock) return Status::OK;
  // Constants that ops read as they are have no addresses yet: the candidates read some.
  DeviceBuffer scratch_memory, error, stand_in;
  uint64_t largest = 0, constant = 0;
  for (const uint64_t need : needs) largest = std::max(largest, need);
  for (const Tensor& t : plan.tensors) {
    if (t.storage != Storage::kArena) constant = std::max(constant, static_cast<uint64_t>(t.bytes()));
  }
  SPX_TRY(scratch_memory.allocate(static_cast<size_t>(largest), "scratch"));
  SPX_TRY(error.allocate(sizeof(DeviceError), "the error of a run"));
  SPX_TRY(fill_zero(error.data(), error.size(), stream_));
  SPX_TRY(stand_in.allocate(static_cast<size_t>(constant), "constants"));
  SPX_TRY(fill_zero(stand_in.data(), stand_in.size(), stream_));
  std::vector<uint8_t*> addresses = addresses_;
  for (uint8_t*& address : addresses) address = address == nullptr ? stand_in.data() : address;
  const RunContext context{stream_, addresses.data(), scratch_memory.data(),
                           reinterpret_cast<DeviceError*>(error.data())};
  float least = std::numeric_limits<float>::infinity();
  Status last = Status::OK;
  for (size_t i = 0; i < ops->size(); ++i) {
    float ms;
    last = time(*(*ops)[i], context, &ms);
    if (last == Status::DEVICE_LOST) return last;
    if (last != Status::OK || ms >= least) continue;
    least = ms;
    *best = i;
  }
  return least < std::numeric_limits<float>::infinity() ? Status::OK : last;
}

}  // namespace spinexr::cuda
