#include "elementwise_harness.h"

#include <map>

#include "cuda/runtime/buffer.h"
#include "ops/check.h"
#include "ops/op.h"

namespace spinexr {

// Steps that these tests have nothing to do with.
#define SPX_ABSENT(name)                                                          \
  Status prepare_##name(PrepareContext& context, const step::name&, OpPointer*) { \
    return context.unsupported("it is not in this program");                      \
  }
SPX_ABSENT(conv)
SPX_ABSENT(matmul)
SPX_ABSENT(roi_align)
SPX_ABSENT(nms)
SPX_ABSENT(anchors)
SPX_ABSENT(decode_boxes)
SPX_ABSENT(clip_boxes)
SPX_ABSENT(multi_level_roi_align)
SPX_ABSENT(class_aware_nms)
#undef SPX_ABSENT

namespace cuda {

Status PrepareContext::unsupported(const char* sentence) const {
  return fail(Status::UNSUPPORTED, "%s", sentence);
}

}  // namespace cuda

namespace test {
namespace {

constexpr cuda::LibraryOptions kOptions;

class Preparation final : public cuda::PrepareContext {
 public:
  Preparation(const Plan& of, const cuda::DeviceProperties& properties)
      : PrepareContext(of, properties, kOptions, nullptr, nullptr) {}
  uint64_t scratch = 0;

  Status constant_form(int32_t, std::initializer_list<int64_t>, uint64_t, const uint8_t**,
                       const Make&) override {
    return Status::INTERNAL;
  }
  void release_constant(int32_t) override {}
  void need_scratch(uint64_t bytes) override { scratch = bytes; }
  Status counters(uint32_t, uint32_t**) override { return Status::INTERNAL; }
  Status quickest(std::vector<cuda::OpPointer>*, const std::vector<uint64_t>&, size_t*) override {
    return Status::INTERNAL;
  }
};

Status prepare(cuda::PrepareContext& context, const Step& step, cuda::OpPointer* op) {
#define SPX_CASE(name) \
  case StepKind::name: \
    return cuda::prepare_##name(context, step.as<step::name>(), op);
  switch (step.kind) {
    SPX_CASE(pool)
    SPX_CASE(reduce)
    SPX_CASE(unary)
    SPX_CASE(scale_shift)
    SPX_CASE(binary)
    SPX_CASE(where)
    SPX_CASE(copy)
    SPX_CASE(fill)
    SPX_CASE(cast)
    SPX_CASE(resample)
    SPX_CASE(gather)
    SPX_CASE(softmax)
    SPX_CASE(normalize)
    SPX_CASE(arg_reduce)
    default:
      return Status::INTERNAL;
  }
#undef SPX_CASE
}

double get(const uint8_t* data, DType type, int64_t i) {
  switch (type) {
    case DType::kF32:
      return reinterpret_cast<const float*>(data)[i];
    case DType::kF16:
      return cuda::to_float(reinterpret_cast<const cuda::Half*>(data)[i]);
    case DType::kI32:
      return reinterpret_cast<const int32_t*>(data)[i];
    default:
      return data[i];
  }
}

void set(uint8_t* data, DType type, int64_t i, double value) {
  switch (type) {
    case DType::kF32:
      reinterpret_cast<float*>(data)[i] = static_cast<float>(value);
      break;
    case DType::kF16:
      reinterpret_cast<cuda::Half*>(data)[i] = cuda::to_half(static_cast<float>(value));
      break;
    case DType::kI32:
      reinterpret_cast<int32_t*>(data)[i] = static_cast<int32_t>(value);
      break;
    default:
      data[i] = static_cast<uint8_t>(value);
  }
}

double random_value(Random& random, DType type, const Checks& checks) {
  const bool special = checks.specials && random.below(5) == 0;
  if (type == DType::kU8) return random.below(2) * random.below(256);
  if (type == DType::kI32) {
    constexpr double kEnds[] = {INT32_MIN, INT32_MAX, 0, -1, INT32_MIN + 1};
    return special ? kEnds[random.below(5)] : random.below(41) - 20;
  }
  constexpr double kOdd[] = {
      __builtin_nan(""), __builtin_inf(), -__builtin_inf(), -0.0, 0, 1, -1, 3e9, -3e9, 2.5};
  return special ? kOdd[random.below(10)] : random.real() * checks.scale;
}

bool close(double expected, double found, DType type, double tolerance) {
  if (type == DType::kI32 || type == DType::kU8) return expected == found;
  if (type == DType::kF16) {
    expected = cuda::to_float(cuda::to_half(static_cast<float>(expected)));
    tolerance += 1.1e-3;
  }
  if (std::isnan(expected) || std::isnan(found)) return std::isnan(expected) && std::isnan(found);
  if (std::isinf(expected) || std::isinf(found)) return expected == found;
  return std::abs(expected - found) <= tolerance * (std::abs(expected) + 0.1);
}

void run(const char* name, const Make& make, const Checks& checks, DType real, uint32_t seed) {
  PlanBuilder builder, reference;
  Random first(seed), second(seed);
  make(builder, real, first);
  make(reference, DType::kF32, second);
  Plan plan;
  const std::vector<uint8_t> bytes = builder.bytes();
  EXPECT(read_plan(Span<const uint8_t>(bytes.data(), bytes.size()), builder.constants.size(), &plan) ==
         Status::OK);
  EXPECT(check_step(plan, 0) == Status::OK);

  // Equal values on both sides; the constants are those of the plan.
  Fixture fixture(reference, *select_kernels("reference"), 1);
  uint8_t* const expected = fixture.session().arena().data();
  const std::vector<Tensor>& expected_tensors = fixture.session().plan().tensors;
  std::vector<uint8_t> before(plan.arena_bytes, kFill);
  for (size_t t = 0; t < plan.tensors.size(); ++t) {
    const Tensor& tensor = plan.tensors[t];
    if (tensor.storage != Storage::kArena) continue;
    for (int64_t i = 0; i < tensor.extent; ++i) {
      set(before.data() + tensor.offset, tensor.dtype, i, random_value(first, tensor.dtype, checks));
      set(expected + expected_tensors[t].offset, expected_tensors[t].dtype, i,
          get(before.data() + tensor.offset, tensor.dtype, i));
    }
  }
  const bool faulty = checks.fault != cuda::DeviceFault::kNone;
  const Status core = fixture.session().run(nullptr, nullptr);
  EXPECT((core == Status::OK) != faulty);

  cuda::Stream stream;
  EXPECT(cuda::select_device(0) == Status::OK);
  EXPECT(cuda::stream_create(&stream) == Status::OK);
  cuda::DeviceProperties properties;
  EXPECT(cuda::device_properties(0, &properties) == Status::OK);
  cuda::DeviceBuffer arena, constants, scratch, error;
  EXPECT(arena.allocate(before.size(), "the arena") == Status::OK);
  EXPECT(constants.allocate(builder.constants.size(), "constants") == Status::OK);
  EXPECT(error.allocate(sizeof(cuda::DeviceError), "faults") == Status::OK);
  EXPECT(cuda::copy_to_device(arena.data(), before.data(), before.size(), stream) == Status::OK);
  EXPECT(cuda::copy_to_device(constants.data(), builder.constants.data(), builder.constants.size(), stream) ==
         Status::OK);
  EXPECT(cuda::fill_zero(error.data(), error.size(), stream) == Status::OK);
  std::vector<uint8_t*> addresses;
  for (const Tensor& tensor : plan.tensors)
    addresses.push_back((tensor.storage == Storage::kArena ? arena : constants).data() + tensor.offset);
  Preparation preparation(plan, properties);
  cuda::OpPointer op;
  EXPECT(prepare(preparation, plan.steps[0], &op) == Status::OK);
  EXPECT(scratch.allocate(preparation.scratch, "scratch") == Status::OK);
  const cuda::RunContext context{stream, addresses.data(), scratch.data(),
                                 reinterpret_cast<cuda::DeviceError*>(error.data())};
  EXPECT(op->enqueue(context) == Status::OK);
  std::vector<uint8_t> after(before.size());
  cuda::DeviceError fault;
  EXPECT(cuda::copy_to_host(after.data(), arena.data(), after.size(), stream) == Status::OK);
  EXPECT(cuda::copy_to_host(&fault, error.data(), sizeof fault, stream) == Status::OK);
  EXPECT(cuda::synchronize(stream) == Status::OK);
  cuda::stream_destroy(stream);
  EXPECT(fault.fault == static_cast<uint32_t>(checks.fault) && fault.step == 0);

  std::vector<bool> covered(after.size());
  for (size_t t = 0; t < plan.tensors.size(); ++t) {
    const Tensor& tensor = plan.tensors[t];
    if (tensor.storage != Storage::kArena) continue;
    for (int64_t i = 0; i < tensor.bytes(); ++i) covered[tensor.offset + static_cast<uint64_t>(i)] = true;
    for (int64_t i = 0; i < tensor.extent && !faulty; ++i) {
      const double want = get(expected + expected_tensors[t].offset, expected_tensors[t].dtype, i);
      const double found = get(after.data() + tensor.offset, tensor.dtype, i);
      if (close(want, found, tensor.dtype, checks.tolerance)) continue;
      printf("%s (type %d, seed %u): tensor %zu, element %lld of %lld: expected %.9g, found %.9g\n", name,
             static_cast<int>(real), seed, t, static_cast<long long>(i),
             static_cast<long long>(tensor.extent), want, found);
      EXPECT(!"equal");
    }
  }
  for (size_t i = 0; i < after.size(); ++i) EXPECT(covered[i] || after[i] == kFill);
}

}  // namespace

void check(const char* name, const Make& make, const Checks& checks) {
  static uint32_t seed = 0;
  ++seed;
  run(name, make, checks, DType::kF32, seed);
  if (checks.half) run(name, make, checks, DType::kF16, seed);
}

}  // namespace test
}  // namespace spinexr

int main() {
  spinexr::test::test_elementwise();
  spinexr::test::test_moves();
  spinexr::test::test_axes();
  printf("good\n");
  return 0;
}
