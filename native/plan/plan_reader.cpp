#include "plan_reader.h"

namespace spinexr {
namespace {

template <class... Arguments>
Status bad(const char* format, Arguments... arguments) {
  return fail(Status::INVALID_PLAN, format, arguments...);
}

uint64_t join(uint32_t low, uint32_t high) { return low | static_cast<uint64_t>(high) << 32; }

// Copies words out of bytes of any alignment.
class Cursor {
 public:
  explicit Cursor(Span<const uint8_t> bytes) : bytes_(bytes) {}
  size_t words_left() const { return (bytes_.size() - at_) / 4; }
  template <class T>
  bool read(T* result) {
    return read(result, sizeof(T) / 4);
  }
  bool read(void* result, size_t words) {
    if (words > words_left()) return false;
    memcpy(result, bytes_.data() + at_, words * 4);
    at_ += words * 4;
    return true;
  }

 private:
  Span<const uint8_t> bytes_;
  size_t at_ = 0;
};

Status read_header(Cursor* cursor, size_t plan_bytes, uint64_t constant_bytes, PlanHeader* header) {
  if (!cursor->read(header) || header->magic != kPlanMagic) {
    return bad("expected a plan, found %zu bytes that do not start with its magic number", plan_bytes);
  }
  if (header->version != kPlanVersion) {
    return bad("expected plan version %u, found %u; rebuild the plan with this version of spinexr",
               kPlanVersion, header->version);
  }
  if (plan_bytes % 4 != 0 || header->total_words != plan_bytes / 4) {
    return bad("expected a plan of %u words, found %zu bytes", header->total_words, plan_bytes);
  }
  const uint64_t arena = join(header->arena_bytes_low, header->arena_bytes_high);
  const uint64_t constants = join(header->constant_bytes_low, header->constant_bytes_high);
  if (arena > kMaxStorageBytes || constants > kMaxStorageBytes) {
    return bad("expected at most 1 TiB of arena and constants, found %.0f and %.0f bytes",
               static_cast<double>(arena), static_cast<double>(constants));
  }
  if (constants != constant_bytes) {
    return bad("expected %.0f bytes of constants as the plan says, found %.0f",
               static_cast<double>(constants), static_cast<double>(constant_bytes));
  }
  // Before any vector is sized: each record needs its words in the file.
  const uint64_t least = uint64_t{header->tensor_count} * (sizeof(TensorRecord) / 4) +
                         (uint64_t{header->input_count} + header->output_count) * (sizeof(PortRecord) / 4) +
                         uint64_t{header->step_count} * 2;
  if (least > cursor->words_left()) {
    return bad("expected %.0f words of records, found %zu", static_cast<double>(least), cursor->words_left());
  }
  return Status::OK;
}

Status check_dims(const TensorRecord& record, uint32_t index, Tensor* tensor) {
  // Zero dims count as 1 here, so that every partial product stays small too.
  uint64_t span = 1;
  tensor->elements = 1;
  for (int d = 0; d < kMaxRank; ++d) {
    const int32_t dim = record.dims[d];
    if (dim < 0 || (d >= record.rank && dim != 1)) {
      return bad("tensor %u: expected dims >= 0 (1 past the rank), found %d in dim %d", index, dim, d);
    }
    span *= dim > 0 ? static_cast<uint64_t>(dim) : 1;
    if (span > kMaxStorageBytes) return bad("tensor %u: its dims overflow", index);
    tensor->dims[d] = dim;
    tensor->elements *= dim;
  }
  tensor->extent = tensor->elements;
  tensor->pixel_stride = record.pixel_stride;
  if (tensor->layout == Layout::kPlain) {
    if (record.pixel_stride != 0) {
      return bad("tensor %u: expected pixel stride 0 of a plain tensor, found %d", index,
                 record.pixel_stride);
    }
    return Status::OK;
  }
  if (record.rank != 4 || record.pixel_stride < record.dims[1] || record.pixel_stride < 1) {
    return bad(
        "tensor %u: expected an nhwc tensor of rank 4 with pixel stride >= channels, found rank %d, stride "
        "%d",
        index, record.rank, record.pixel_stride);
  }
  if (tensor->elements > 0) {
    const uint64_t pixels = span / static_cast<uint64_t>(record.dims[1]);
    const uint64_t extent = (pixels - 1) * static_cast<uint64_t>(record.pixel_stride) + record.dims[1];
    if (extent > kMaxStorageBytes) return bad("tensor %u: its pixels overflow", index);
    tensor->extent = static_cast<int64_t>(extent);
  }
  return Status::OK;
}

Status read_tensor(Cursor* cursor, uint32_t index, const Plan& plan, Tensor* tensor) {
  TensorRecord record;
  if (!cursor->read(&record)) return bad("tensor %u: the plan ends too early", index);
  if (record.dtype < 0 || record.dtype > 3 || record.layout < 0 || record.layout > 1 || record.storage < 0 ||
      record.storage > 2 || record.rank < 0 || record.rank > kMaxRank) {
    return bad("tensor %u: expected known dtype, layout, storage and rank <= 8, found %d, %d, %d, %d", index,
               record.dtype, record.layout, record.storage, record.rank);
  }
  tensor->dtype = static_cast<DType>(record.dtype);
  tensor->layout = static_cast<Layout>(record.layout);
  tensor->storage = static_cast<Storage>(record.storage);
  tensor->rank = record.rank;
  SPX_TRY(check_dims(record, index, tensor));
  tensor->offset = join(record.offset_low, record.offset_high);
  tensor->key = record.key;
  if (tensor->storage != Storage::kArena && tensor->dtype == DType::kF16) {
    return bad("tensor %u: expected a constant of type f32, i32 or u8, found f16", index);
  }
  if (tensor->storage == Storage::kShared) {
    if (tensor->key != 0 && tensor->offset == 0) return Status::OK;
    return bad("tensor %u: expected a shared constant with a key and offset 0, found key %u, offset %.0f",
               index, tensor->key, static_cast<double>(tensor->offset));
  }
  if (tensor->storage == Storage::kArena && tensor->key != 0) {
    return bad("tensor %u: expected no key of a tensor in the arena, found %u", index, tensor->key);
  }
  const uint64_t capacity = tensor->storage == Storage::kArena ? plan.arena_bytes : plan.constant_bytes;
  const uint64_t bytes = static_cast<uint64_t>(tensor->bytes());
  if (tensor->offset > capacity || bytes > capacity - tensor->offset) {
    return bad("tensor %u: expected it inside the %.0f bytes of its storage, found %.0f bytes at %.0f", index,
               static_cast<double>(capacity), static_cast<double>(bytes),
               static_cast<double>(tensor->offset));
  }
  if (tensor->offset % static_cast<uint64_t>(tensor->element_bytes()) != 0) {
    return bad("tensor %u: expected an offset aligned to its elements, found %.0f", index,
               static_cast<double>(tensor->offset));
  }
  return Status::OK;
}

Status read_port(Cursor* cursor, const char* side, uint32_t index, const Plan& plan, PortRecord* port) {
  const int32_t count = static_cast<int32_t>(plan.tensors.size());
  if (!cursor->read(port)) return bad("%s %u: the plan ends too early", side, index);
  if (port->tensor < 0 || port->tensor >= count || port->count_tensor < -1 || port->count_tensor >= count) {
    return bad("%s %u: expected tensors below %d, found %d and %d", side, index, count, port->tensor,
               port->count_tensor);
  }
  const bool is_input = side[0] == 'i';
  const Tensor& tensor = plan.tensors[static_cast<size_t>(port->tensor)];
  if (tensor.layout != Layout::kPlain || (is_input && tensor.storage != Storage::kArena)) {
    return bad("%s %u: expected a plain tensor%s", side, index, is_input ? " in the arena" : "");
  }
  if (tensor.dtype == DType::kF16) {
    return bad("%s %u: expected a tensor of type f32, i32 or u8, found f16", side, index);
  }
  if (port->count_tensor >= 0) {
    const Tensor& length = plan.tensors[static_cast<size_t>(port->count_tensor)];
    if (is_input || length.dtype != DType::kI32 || length.elements != 1 || length.extent != 1) {
      return bad("%s %u: expected no count tensor on an input and one i32 on an output", side, index);
    }
  }
  return Status::OK;
}

Status read_step(Cursor* cursor, uint32_t index, const Plan& plan, Step* step) {
  int32_t head[2];
  if (!cursor->read(&head)) return bad("step %u: the plan ends too early", index);
  if (head[0] < 0 || head[0] >= static_cast<int32_t>(StepKind::kCount)) {
    return bad("step %u: expected a kind below %d, found %d", index, static_cast<int>(StepKind::kCount),
               head[0]);
  }
  step->kind = static_cast<StepKind>(head[0]);
  const StepInfo& info = step_info(step->kind);
  if (head[1] != info.words + 2 || static_cast<size_t>(info.words) > cursor->words_left()) {
    return bad("step %u (%s): expected %d words, found %d with %zu left in the plan", index, info.name,
               info.words + 2, head[1], cursor->words_left());
  }
  step->body.resize(static_cast<size_t>(info.words));
  (void)cursor->read(step->body.data(), step->body.size());
  for (int i = 0; i < info.inputs + info.outputs; ++i) {
    const int32_t tensor = step->body[static_cast<size_t>(i)];
    if (tensor < (info.optional[i] ? -1 : 0) || tensor >= static_cast<int32_t>(plan.tensors.size())) {
      return bad("step %u (%s): expected a tensor below %zu as operand %d, found %d", index, info.name,
                 plan.tensors.size(), i, tensor);
    }
    if (i >= info.inputs && tensor >= 0 &&
        plan.tensors[static_cast<size_t>(tensor)].storage != Storage::kArena) {
      return bad("step %u (%s): expected outputs in the arena, found constant tensor %d", index, info.name,
                 tensor);
    }
  }
  return Status::OK;
}

}  // namespace

Status read_plan(Span<const uint8_t> bytes, uint64_t constant_bytes, Plan* plan) {
  Cursor cursor(bytes);
  PlanHeader header;
  SPX_TRY(read_header(&cursor, bytes.size(), constant_bytes, &header));
  plan->arena_bytes = join(header.arena_bytes_low, header.arena_bytes_high);
  plan->constant_bytes = constant_bytes;
  plan->tensors.resize(header.tensor_count);
  plan->inputs.resize(header.input_count);
  plan->outputs.resize(header.output_count);
  plan->steps.resize(header.step_count);
  for (uint32_t i = 0; i < header.tensor_count; ++i)
    SPX_TRY(read_tensor(&cursor, i, *plan, &plan->tensors[i]));
  for (uint32_t i = 0; i < header.input_count; ++i)
    SPX_TRY(read_port(&cursor, "input", i, *plan, &plan->inputs[i]));
  for (uint32_t i = 0; i < header.output_count; ++i)
    SPX_TRY(read_port(&cursor, "output", i, *plan, &plan->outputs[i]));
  for (uint32_t i = 0; i < header.step_count; ++i) SPX_TRY(read_step(&cursor, i, *plan, &plan->steps[i]));
  if (cursor.words_left() != 0)
    return bad("expected the plan to end, found %zu more words", cursor.words_left());
  return Status::OK;
}

}  // namespace spinexr
