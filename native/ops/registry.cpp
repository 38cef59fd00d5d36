// From steps to ops, made from steps.inc: a kind without a prepare function does not link. Also the checks
// that all ops share.
#include <stdarg.h>
#include <stdio.h>

#include "geometry.h"
#include "op.h"

namespace spinexr {
namespace {

// Kinds that compute each element from the same place of an operand: there y may be that operand.
bool may_work_in_place(StepKind kind) {
  switch (kind) {
    case StepKind::unary:
    case StepKind::scale_shift:
    case StepKind::binary:
    case StepKind::conv:  // only the residual; checked by the op
      return true;
    default:
      return false;
  }
}

// Whether two tensors share bytes. Channel slices of one buffer (same pixel stride) interleave without
// sharing.
bool overlap(const Tensor& a, const Tensor& b) {
  if (a.storage != b.storage || a.elements == 0 || b.elements == 0) return false;
  const int64_t a_begin = static_cast<int64_t>(a.offset), b_begin = static_cast<int64_t>(b.offset);
  if (a_begin + a.bytes() <= b_begin || b_begin + b.bytes() <= a_begin) return false;
  if (a.layout != Layout::kNhwc || b.layout != Layout::kNhwc || a.pixel_stride != b.pixel_stride ||
      a.element_bytes() != b.element_bytes()) {
    return true;
  }
  const int64_t stride = a.pixel_stride * a.element_bytes();
  const int64_t shift =
      ((b_begin - a_begin) % stride + stride) % stride;  // of b's first channel in a's pixel
  return shift < a.c() * a.element_bytes() || shift + b.c() * a.element_bytes() > stride;
}

Status check_aliases(const PrepareContext& context, const Step& step) {
  const StepInfo& info = step_info(step.kind);
  for (int o = info.inputs; o < info.inputs + info.outputs; ++o) {
    if (step.body[static_cast<size_t>(o)] < 0) continue;
    const Tensor& output = context.tensor(step.body[static_cast<size_t>(o)]);
    for (int i = 0; i < o; ++i) {
      if (step.body[static_cast<size_t>(i)] < 0) continue;
      const Tensor& other = context.tensor(step.body[static_cast<size_t>(i)]);
      const bool same_place = i < info.inputs && may_work_in_place(step.kind) &&
                              output.offset == other.offset && output.pixel_stride == other.pixel_stride &&
                              output.extent == other.extent &&
                              output.element_bytes() == other.element_bytes();
      if (!same_place && overlap(output, other)) {
        return context.fail("expected output %d apart from operand %d, found them overlapping in the arena",
                            o - info.inputs, i);
      }
    }
  }
  return Status::OK;
}

Status refuse_half(const PrepareContext& context, const Step& step) {
  const StepInfo& info = step_info(step.kind);
  for (int i = 0; i < info.inputs + info.outputs; ++i) {
    const int32_t operand = step.body[static_cast<size_t>(i)];
    if (operand < 0 || context.tensor(operand).dtype != DType::kF16) continue;
    return context.unsupported(
        "expected operands of type f32, i32 or u8, found f16; half precision runs on backends with half "
        "kernels, choose one of them or precision fp32");
  }
  return Status::OK;
}

}  // namespace

Status prepare_step(PrepareContext& context, size_t index, OpPointer* op) {
  context.begin_step(index);
  const Step& step = context.plan.steps[index];
  if (!context.checks_only) SPX_TRY(refuse_half(context, step));
  SPX_TRY(check_aliases(context, step));
  switch (step.kind) {
#define SPX_STEP(name, inputs, outputs, fields)                           \
  case StepKind::name:                                                    \
    SPX_TRY(prepare_##name(context, step.as<spinexr::step::name>(), op)); \
    break;
#include "plan/steps.inc"
#undef SPX_STEP
    case StepKind::kCount:
      break;
  }
  if (*op == nullptr) return fail(Status::OUT_OF_MEMORY, "no memory for step %zu", index);
  return Status::OK;
}

void PrepareContext::begin_step(size_t index) {
  step_ = index;
  if (checks_only) return;
  const Step& step = plan.steps[index];
  for (int i = 0; i < step_info(step.kind).inputs; ++i) {
    const int32_t operand = step.body[static_cast<size_t>(i)];
    if (operand >= 0) ++readers_[static_cast<size_t>(operand)];
  }
}

// An output may be a constant (a network that folded away).
void PrepareContext::begin_ports() {
  for (const PortRecord& port : plan.outputs) {
    ++readers_[static_cast<size_t>(port.tensor)];
    if (port.count_tensor >= 0) ++readers_[static_cast<size_t>(port.count_tensor)];
  }
}

Status PrepareContext::fail(const char* format, ...) const {
  char sentence[400];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(sentence, sizeof sentence, format, arguments);
  va_end(arguments);
  return spinexr::fail(Status::INVALID_PLAN, "step %zu (%s): %s", step_,
                       step_info(plan.steps[step_].kind).name, sentence);
}

Status PrepareContext::unsupported(const char* sentence) const {
  return spinexr::fail(Status::UNSUPPORTED, "step %zu (%s): %s", step_,
                       step_info(plan.steps[step_].kind).name, sentence);
}

FormKey PrepareContext::form_key(int32_t index, std::initializer_list<int64_t> form, uint64_t bytes) {
  const Tensor& t = tensor(index);
  const bool shared = &store_of(index) == shared_;
  FormKey key{shared ? int64_t{t.key} : static_cast<int64_t>(t.offset), static_cast<int64_t>(bytes)};
  key.insert(key.end(), form.begin(), form.end());
  return key;
}

SharedForm PrepareContext::find_form(int32_t index, const FormKey& key) {
  const bool nowhere = tensor(index).storage == Storage::kShared && shared_ == nullptr;
  return nowhere ? nullptr : store_of(index).find(key);
}

Status PrepareContext::new_form(int32_t index, uint64_t bytes, std::unique_ptr<AlignedBuffer>* form) {
  if (tensor(index).storage == Storage::kShared) {
    incomplete = true;
    return spinexr::fail(
        Status::INVALID_PLAN,
        "tensor %d: expected a constant that another plan of the network holds in the same form", index);
  }
  form->reset(new (std::nothrow) AlignedBuffer);
  if (*form == nullptr) return spinexr::fail(Status::OUT_OF_MEMORY, "no memory for a constant");
  return (*form)->allocate(bytes, "weights");
}

SharedForm PrepareContext::add_form(int32_t index, const FormKey& key, std::unique_ptr<AlignedBuffer> form) {
  if (&store_of(index) == &own_) owned += form->size();
  return store_of(index).add(key, std::move(form));
}

Status PrepareContext::allocate(uint64_t bytes, AlignedBuffer* buffer) {
  owned += bytes;
  return buffer->allocate(bytes, "packed weights");
}

Status PrepareContext::expect_type(int32_t index, const char* role, DType dtype) const {
  if (type_of(index) == dtype) return Status::OK;
  static constexpr const char* kNames[] = {"f32", "i32", "u8", "f16"};
  return fail("expected %s of type %s, found %s", role, kNames[static_cast<int>(dtype)],
              kNames[static_cast<int>(tensor(index).dtype)]);
}

Status PrepareContext::expect_dense(int32_t index, const char* role, int64_t elements) const {
  const Tensor& t = tensor(index);
  if (elements >= 0 && t.elements == elements && t.dense()) return Status::OK;
  return fail("expected %s with %lld elements without gaps, found %lld over %lld", role,
              static_cast<long long>(elements), static_cast<long long>(t.elements),
              static_cast<long long>(t.extent));
}

Status PrepareContext::expect_dense(int32_t index, const char* role, DType dtype, int64_t elements) const {
  SPX_TRY(expect_type(index, role, dtype));
  return expect_dense(index, role, elements);
}

Status PrepareContext::expect_map(int32_t index, const char* role) const {
  SPX_TRY(expect_type(index, role, DType::kF32));
  if (tensor(index).layout == Layout::kNhwc) return Status::OK;
  return fail("expected %s in nhwc layout, found a plain tensor", role);
}

Status PrepareContext::expect_inside(int32_t index, const char* role, int64_t first, int64_t last) const {
  if (first >= 0 && first <= last && last < tensor(index).extent) return Status::OK;
  return fail("expected accesses to %s inside its %lld elements, found %lld .. %lld", role,
              static_cast<long long>(tensor(index).extent), static_cast<long long>(first),
              static_cast<long long>(last));
}

Status PrepareContext::expect_range(const char* field, int64_t value, int64_t low, int64_t high) const {
  if (value >= low && value <= high) return Status::OK;
  return fail("expected %s in %lld .. %lld, found %lld", field, static_cast<long long>(low),
              static_cast<long long>(high), static_cast<long long>(value));
}

}  // namespace spinexr
