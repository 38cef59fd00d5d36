// check_step: the same verdict and sentence as prepare_step on good and hostile plans, and half precision,
// which only other executors compute.
#include "ops/check.h"

#include <string>

#include "all_kinds.h"

namespace spinexr::test {
namespace {

Status read(const PlanBuilder& builder, Plan* plan) {
  const std::vector<uint8_t> bytes = builder.bytes();
  *plan = {};
  return read_plan(Span<const uint8_t>(bytes.data(), bytes.size()), builder.constants.size(), plan);
}

// Of the first step that is not good.
Status check_all(const Plan& plan) {
  for (size_t i = 0; i < plan.steps.size(); ++i) SPX_TRY(check_step(plan, i));
  return Status::OK;
}

Status check(const PlanBuilder& builder) {
  Plan plan;
  SPX_TRY(read(builder, &plan));
  return check_all(plan);
}

Status create(const std::vector<uint8_t>& plan, const std::vector<uint8_t>& constants, ThreadPool& pool) {
  std::unique_ptr<Session> session;
  return Session::create(*select_kernels("reference"), pool, nullptr,
                         Span<const uint8_t>(plan.data(), plan.size()),
                         Span<const uint8_t>(constants.data(), constants.size()), &session);
}

bool refused(const PlanBuilder& builder, const char* words) {
  const Status status = check(builder);
  return status == Status::INVALID_PLAN && std::string(last_error()).find(words) != std::string::npos;
}

// A word of a good plan becomes another: both say the same.
void test_verdicts(const PlanBuilder& builder, int rounds) {
  EXPECT(check(builder) == Status::OK);
  ThreadPool pool;
  EXPECT(pool.start(1) == Status::OK);
  const std::vector<uint8_t> plan = builder.bytes();
  Random random(17);
  int good = 0, bad = 0, half = 0;
  for (int round = 0; round < rounds; ++round) {
    std::vector<uint8_t> changed(plan);
    for (int change = random.below(2); change >= 0; --change) {
      static constexpr uint32_t kWords[] = {0, 1, 2, 3, 5, 64, 65536, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
      const uint32_t word = kWords[random.below(10)];
      memcpy(changed.data() + 4 * random.below(static_cast<int>(plan.size() / 4)), &word, 4);
    }
    Plan parsed;
    if (read_plan(Span<const uint8_t>(changed.data(), changed.size()), builder.constants.size(), &parsed) !=
        Status::OK) {
      continue;
    }
    const Status checked = check_all(parsed);
    const std::string sentence = last_error();
    const Status created = create(changed, builder.constants, pool);
    if (created == Status::UNSUPPORTED) {
      ++half;
      continue;
    }
    // What is only too large here may be good elsewhere; what lacks a constant is good.
    if (created == Status::OUT_OF_MEMORY ||
        std::string(last_error()).find("another plan") != std::string::npos) {
      continue;
    }
    EXPECT(checked == created && (checked == Status::OK || sentence == last_error()));
    ++(checked == Status::OK ? good : bad);
  }
  EXPECT(good > rounds / 100 && bad > rounds / 100 && half > 0);
  printf("%d good, %d refused, %d with half precision\n", good, bad, half);
}

struct HalfNet {
  PlanBuilder b;
  int image, x, whole, y, pooled, features, logits, weight, bias, matrix;

  // image f32 -> conv -> two slices of one f16 map -> pool, mean -> product with f32 logits.
  HalfNet() {
    Random random(3);
    image = b.arena({2, 3, 6, 6}, 3);
    whole = b.arena({2, 12, 6, 6}, 12, DType::kF16);
    x = b.slice(whole, 0, 8);
    y = b.slice(whole, 8, 4);
    pooled = b.arena({2, 12, 3, 3}, 12, DType::kF16);
    features = b.arena({2, 12}, 0, DType::kF16);
    logits = b.arena({2, 5});
    weight = b.constant({8, 3, 3, 3}, random.reals(216));
    bias = b.constant({4}, random.reals(4));
    matrix = b.constant({12, 5}, random.reals(60));
    b.output(logits);
  }
  step::conv conv(int from, int w, int to, int kernel, int algorithm = 0) const {
    return {from,       w, -1, -1, -1, -1, -1, to, kernel, kernel,    1, 1, kernel / 2,
            kernel / 2, 1, 1,  1,  0,  1,  1,  1,  1,      algorithm, 0, 0, 0};
  }
  step::reduce mean() const { return {pooled, features, 1, 2, 9, 12, 108, 12}; }
  step::matmul product(int out) const {
    return {features, matrix, -1, out, 2, 5, 12, 0, 0, {1, 1, 1, 1}, {}, {}, 1, 0, 0, 0};
  }
};

void test_half() {
  HalfNet net;
  PlanBuilder& b = net.b;
  Random random(4);
  b.step(net.conv(net.image, net.weight, net.x, 3, 3));
  b.step(net.conv(net.x, b.constant({4, 8, 1, 1}, random.reals(32)), net.y, 1));
  b.step(step::pool{net.whole, net.pooled, 0, 2, 2, 2, 2, 0, 0, 0, 0, 1, 1, 0, 0});
  b.step(net.mean());
  b.step(net.product(net.logits));
  EXPECT(check(b) == Status::OK);
  // The core itself has no kernels for it.
  ThreadPool pool;
  EXPECT(pool.start(1) == Status::OK);
  EXPECT(create(b.bytes(), b.constants, pool) == Status::UNSUPPORTED);
  EXPECT(std::string(last_error()).find("step 0 (conv)") == 0);

  // One element past the end of an f16 tensor, which would still be inside as many bytes of f32.
  PlanBuilder outside = net.b;
  step::reduce far = net.mean();
  far.outer_stride = 109;
  outside.step(far);
  EXPECT(refused(outside, "step 5 (reduce): expected accesses to x inside its 216 elements"));
  // Sizes that the fields and an f16 tensor do not share.
  PlanBuilder sizes = net.b;
  step::matmul wide = net.product(net.logits);
  wide.n = 6;
  sizes.step(wide);
  EXPECT(refused(sizes, "step 5 (matmul)"));
}

// Bytes, not elements, decide what overlaps.
void test_half_overlap() {
  PlanBuilder b;
  const int whole = b.arena({1, 8, 2, 2}, 8, DType::kF16), low = b.slice(whole, 0, 4),
            high = b.slice(whole, 4, 4);
  const int middle = b.slice(whole, 2, 4);
  const auto pool = [](int x, int y) { return step::pool{x, y, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0}; };
  PlanBuilder good = b, bad = b;
  good.step(pool(low, high));
  EXPECT(check(good) == Status::OK);
  bad.step(pool(low, middle));
  EXPECT(refused(bad, "apart from operand 0"));
  // In place needs elements of one size.
  PlanBuilder place;
  const int f32 = place.arena({8});
  const int f16 = place.arena({8}, 0, DType::kF16);
  place.step(step::unary{f16, f16, 0, 1, 8, 8, 8, 0, 0});
  EXPECT(check(place) == Status::OK);
  place.step(step::cast{f32, f16, 8});
  place.step(step::cast{f16, f32, 8});
  EXPECT(check(place) == Status::OK);
  place.step(step::cast{f16, f16, 8});
  EXPECT(refused(place, "step 3 (cast): expected output 0 apart"));
}

void test_half_types() {
  Random random(5);
  const std::vector<int> rows = {2, 3};
  const auto binary = [](int a, int b, int y) {
    return step::binary{
        a, b, y, 0, {1, 1, 1, 1, 2, 3}, {0, 0, 0, 0, 3, 1}, {0, 0, 0, 0, 3, 1}, {0, 0, 0, 0, 3, 1}, 0, 0, 0};
  };
  PlanBuilder b;
  const int half = b.arena(rows, 0, DType::kF16), other = b.arena(rows, 0, DType::kF16),
            single = b.arena(rows);
  const int constant = b.constant(rows, random.reals(6)), scale = b.constant({3}, random.reals(3));
  const int ints = b.arena({2}, 0, DType::kI32), places = b.arena({2, 1}, 0, DType::kI32),
            value = b.arena({2, 1});
  b.step(binary(half, constant, other));
  b.step(step::scale_shift{half, scale, scale, other, 2, 3, 3, 3, 0, 0, 0});
  b.step(step::softmax{half, other, 2, 3, 1, 0});
  EXPECT(check(b) == Status::OK);
  const auto bad = [&](const auto& step, const char* words) {
    PlanBuilder wrong = b;
    wrong.step(step);
    return refused(wrong, words);
  };
  EXPECT(bad(binary(half, single, other), "one type, found f16 and f32"));
  EXPECT(bad(binary(constant, half, single), "one type"));
  EXPECT(bad(step::softmax{half, single, 2, 3, 1, 0}, "one type"));
  EXPECT(bad(step::arg_reduce{half, ints, 0, 2, 3, 1, 0}, "operand 0 of type f32, found f16"));
  EXPECT(bad(step::top_k{half, value, places, 2, 3, 1, 1, 1, 1}, "operand 0 of type f32"));
  EXPECT(bad(step::gather{half, ints, single, 1, 2, 2, 3}, "one type"));

  // Of ports and constants.
  PlanBuilder output = b, raw = b;
  output.output(half);
  EXPECT(refused(output, "output 0: expected a tensor of type f32, i32 or u8, found f16"));
  (void)raw.constant<uint16_t>({3}, {1, 2, 3}, DType::kF16);
  EXPECT(refused(raw, "expected a constant of type f32, i32 or u8, found f16"));
}

// Weights of 9 GB that nobody brought along: nothing of their size is made, whatever the algorithm.
void test_large() {
  for (const int algorithm : {0, 1, 3, 4, 5}) {
    PlanBuilder b;
    const int channels = 1 << 14;
    const int x = b.arena({1, channels, 4, 4}, channels, DType::kF16),
              y = b.arena({1, channels, 4, 4}, channels);
    const int size = algorithm == 5 ? 1 : 3, inputs = algorithm == 5 ? 512 : channels;
    const int read = algorithm == 5 ? b.slice(x, 0, inputs) : x;
    b.step(HalfNet().conv(read, b.shared({channels, inputs, size, size}, 7), y, size, algorithm));
    EXPECT(check(b) == Status::OK);
  }
  PlanBuilder b;
  const int size = 1 << 15, a = b.arena({1, size}), y = b.arena({1, size}, 0, DType::kF16);
  b.step(step::matmul{
      a, b.shared({size, size}, 1), -1, y, 1, size, size, 0, 0, {1, 1, 1, 1}, {}, {}, 1, 0, 0, 0});
  EXPECT(check(b) == Status::OK);
}

// A plan that src/plan made: every step is good.
void test_file(const char* path) {
  FILE* const file = fopen(path, "rb");
  EXPECT(file != nullptr);
  std::vector<uint8_t> bytes(1 << 20);
  bytes.resize(fread(bytes.data(), 1, bytes.size(), file));
  fclose(file);
  PlanHeader header;
  EXPECT(bytes.size() >= sizeof header);
  memcpy(&header, bytes.data(), sizeof header);
  Plan plan;
  EXPECT(read_plan(Span<const uint8_t>(bytes.data(), bytes.size()), header.constant_bytes_low, &plan) ==
         Status::OK);
  EXPECT(check_all(plan) == Status::OK);
}

}  // namespace
}  // namespace spinexr::test

int main(int count, char** arguments) {
  using namespace spinexr::test;
  for (int i = 2; i < count; ++i) test_file(arguments[i]);
  const int rounds = count > 1 ? atoi(arguments[1]) : 20000;
  test_half();
  test_half_overlap();
  test_half_types();
  test_large();
  test_verdicts(plan_of_all_kinds(), rounds);
  puts("check: good");
  return 0;
}
