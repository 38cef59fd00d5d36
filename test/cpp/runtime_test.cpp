// The parts under the ops: hostile plans (truncated, mutated; they must be refused or run, never crash), the
// thread pool, aligned memory, errors and guards. Meant to be built with the address and undefined-behaviour
// sanitizers.
#include <string>
#include <thread>

#include "all_kinds.h"
#include "base/cpu_count.h"
#include "runtime/waiting.h"

namespace spinexr::test {
namespace {

Status create(const std::vector<uint8_t>& plan, const std::vector<uint8_t>& constants, ThreadPool& pool,
              std::unique_ptr<Session>* session, WeightStore* weights = nullptr) {
  return Session::create(*select_kernels(nullptr), pool, weights,
                         Span<const uint8_t>(plan.data(), plan.size()),
                         Span<const uint8_t>(constants.data(), constants.size()), session);
}

void test_truncated(const PlanBuilder& builder, ThreadPool& pool) {
  const std::vector<uint8_t> plan = builder.bytes();
  std::unique_ptr<Session> session;
  for (size_t bytes = 0; bytes < plan.size(); ++bytes) {
    const std::vector<uint8_t> part(plan.begin(), plan.begin() + static_cast<ptrdiff_t>(bytes));
    EXPECT(create(part, builder.constants, pool, &session) == Status::INVALID_PLAN);
    EXPECT(last_error()[0] != '\0');
  }
}

// Words become small numbers, extremes, or lose a bit; what is still a plan must run or end with a status.
// So must plans whose constants a good plan has already brought along.
void test_mutated(const PlanBuilder& builder, ThreadPool& pool, int rounds, bool shared) {
  WeightStore weights;
  std::unique_ptr<Session> good;
  EXPECT(create(builder.bytes(), builder.constants, pool, &good, &weights) == Status::OK);
  const PlanBuilder subject = shared ? builder.without_constants() : builder;
  const std::vector<uint8_t> plan = subject.bytes();
  Random random(11);
  int ran = 0;
  for (int round = 0; round < rounds; ++round) {
    std::vector<uint8_t> changed(plan);
    for (int change = random.below(3); change >= 0; --change) {
      uint32_t word = 0;
      uint8_t* const at = changed.data() + 4 * random.below(static_cast<int>(plan.size() / 4));
      memcpy(&word, at, 4);
      static constexpr uint32_t kExtremes[] = {0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7FC00000, 65536};
      switch (random.below(4)) {
        case 0:
          word = kExtremes[random.below(7)];
          break;
        case 1:
          word ^= 1u << random.below(32);
          break;
        case 2:
          word = static_cast<uint32_t>(random.below(12));
          break;
        default:
          word += random.below(2) == 0 ? 1u : 0xFFFFFFFFu;
      }
      memcpy(at, &word, 4);
    }
    std::unique_ptr<Session> session;
    if (create(changed, subject.constants, pool, &session, shared ? &weights : nullptr) != Status::OK)
      continue;
    if (session == nullptr) continue;  // asks for what nobody brought
    // A count or an arena of gigabytes may be legal; it would only be slow here.
    if (session->held() > size_t{1} << 26) continue;
    const Status status = session->run(nullptr, nullptr);
    EXPECT(status != Status::INTERNAL);
    ++ran;
  }
  EXPECT(ran > rounds / 100);
  printf("%d of %d mutated plans ran\n", ran, rounds);
}

void test_errors(const PlanBuilder& builder, ThreadPool& pool) {
  std::unique_ptr<Session> session;
  EXPECT(create(builder.bytes(), builder.constants, pool, &session) == Status::OK);
  std::vector<float> times(session->plan().steps.size(), -1);
  EXPECT(session->run(nullptr, times.data()) == Status::OK);
  for (const float ms : times) EXPECT(ms >= 0);
  const volatile int32_t abort = 1;
  EXPECT(session->run(&abort, nullptr) == Status::ABORTED);
  EXPECT(session->run(nullptr, nullptr) == Status::OK);
  EXPECT(session->count(session->plan().outputs[1]) > 0);
  EXPECT(session->count(session->plan().outputs[0]) == -1);
  // A kernel that writes too far is found out.
  session->arena().data()[session->arena().size()] ^= 1;
  EXPECT(session->run(nullptr, nullptr) == Status::INTERNAL);

  PlanBuilder wrong;
  const int x = wrong.arena({2, 3}), y = wrong.arena({2, 3});
  wrong.step(step::cast{x, y, 6});
  wrong.step(step::softmax{x, y, 2, 4, 1, 0});
  EXPECT(create(wrong.bytes(), wrong.constants, pool, &session) == Status::INVALID_PLAN);
  EXPECT(std::string(last_error()).find("step 1 (softmax)") == 0);
  EXPECT(std::string(status_code(static_cast<int32_t>(Status::INVALID_PLAN))) == "INVALID_PLAN");
}

// A plan whose outputs overlap what they are made from is refused; channel slices of one buffer are not
// overlap.
void test_aliases(ThreadPool& pool) {
  PlanBuilder b;
  Random random(5);
  const int buffer = b.arena({1, 12, 4, 4}, 12);
  const int first = b.slice(buffer, 0, 8), second = b.slice(buffer, 8, 4), crossing = b.slice(buffer, 6, 4);
  const int weights = b.constant({4, 8, 1, 1}, random.reals(32));
  const auto conv = [&](int y) {
    return step::conv{first, weights, -1, -1, -1, -1, -1, y, 1, 1, 1, 1, 0,
                      0,     1,       1,  1,  0,  1,  1,  1, 1, 0, 0, 0, 0};
  };
  std::unique_ptr<Session> session;
  PlanBuilder good = b, bad = b;
  good.step(conv(second));
  bad.step(conv(crossing));
  EXPECT(create(good.bytes(), good.constants, pool, &session) == Status::OK);
  EXPECT(create(bad.bytes(), bad.constants, pool, &session) == Status::INVALID_PLAN);
}

// Sessions that share weights compute what they compute alone, hold them once, and need neither the store nor
// each other to live on.
void test_shared(const PlanBuilder& builder, ThreadPool& pool) {
  const auto result = [](Session& session) {
    EXPECT(session.run(nullptr, nullptr) == Status::OK);
    std::vector<uint8_t> bytes;
    for (const PortRecord& port : session.plan().outputs) {
      bytes.insert(bytes.end(), session.address(port), session.address(port) + session.bytes(port));
    }
    return bytes;
  };
  std::unique_ptr<Session> alone, first, second, third;
  EXPECT(create(builder.bytes(), builder.constants, pool, &alone) == Status::OK);
  const std::vector<uint8_t> expected = result(*alone);
  PlanBuilder keyed = builder;
  keyed.share();
  const PlanBuilder lean = keyed.without_constants();

  auto weights = std::make_unique<WeightStore>();
  EXPECT(create(lean.bytes(), lean.constants, pool, &first, weights.get()) == Status::OK && first == nullptr);
  EXPECT(create(lean.bytes(), lean.constants, pool, &first) == Status::OK && first == nullptr);
  EXPECT(weights->bytes() == 0);
  EXPECT(create(keyed.bytes(), keyed.constants, pool, &first, weights.get()) == Status::OK);
  const size_t shared = weights->bytes();
  EXPECT(shared > 0 && first->held() + shared == alone->held());
  EXPECT(create(lean.bytes(), lean.constants, pool, &second, weights.get()) == Status::OK &&
         second != nullptr);
  EXPECT(create(keyed.bytes(), keyed.constants, pool, &third, weights.get()) == Status::OK);
  EXPECT(weights->bytes() == shared && second->held() == first->held() && third->held() == first->held());
  EXPECT(result(*first) == expected && result(*second) == expected && result(*third) == expected);
  first.reset();
  third.reset();
  EXPECT(weights->bytes() == shared);
  weights.reset();
  EXPECT(result(*second) == expected);

  weights = std::make_unique<WeightStore>();
  EXPECT(create(keyed.bytes(), keyed.constants, pool, &first, weights.get()) == Status::OK);
  first.reset();
  EXPECT(weights->bytes() == 0);
  EXPECT(create(lean.bytes(), lean.constants, pool, &first, weights.get()) == Status::OK && first == nullptr);
  // One constant packed for a matrix product, and as it is: the second form asks for its bytes.
  for (const bool sends : {false, true}) {
    PlanBuilder product, copy;
    Random random(9);
    const std::vector<float> values = random.reals(12);
    product.step(step::matmul{product.arena({2, 4}),
                              product.constant({4, 3}, values),
                              -1,
                              product.arena({2, 3}),
                              2,
                              3,
                              4,
                              0,
                              0,
                              {1, 1, 1, 1},
                              {0, 0, 0, 0},
                              {0, 0, 0, 0},
                              1,
                              0,
                              0,
                              0});
    (void)copy.arena({2, 4});
    const int source = copy.constant({4, 3}, values), target = copy.arena({4, 3});
    copy.step(step::copy{
        source, target, {1, 1, 1, 1, 1, 1, 1, 12}, {0, 0, 0, 0, 0, 0, 0, 1}, {0, 0, 0, 0, 0, 0, 0, 1}, 0, 0});
    product.share();
    copy.share();
    EXPECT(create(product.bytes(), product.constants, pool, &first, weights.get()) == Status::OK);
    const PlanBuilder& sent = sends ? copy : copy.without_constants();
    EXPECT(create(sent.bytes(), sent.constants, pool, &second, weights.get()) == Status::OK);
    EXPECT((second != nullptr) == sends);
    if (sends) EXPECT(second->run(nullptr, nullptr) == Status::OK);
  }
}

// From several threads at once: each form ends up once.
void test_shared_threads(const PlanBuilder& builder) {
  PlanBuilder keyed = builder;
  keyed.share();
  WeightStore weights;
  std::vector<std::unique_ptr<Session>> sessions(8);
  ThreadPool pools[4];
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    EXPECT(pools[t].start(1) == Status::OK);
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i) {
        std::unique_ptr<Session>& session = sessions[static_cast<size_t>(2 * t + i % 2)];
        EXPECT(create(keyed.bytes(), keyed.constants, pools[t], &session, &weights) == Status::OK);
        EXPECT(session != nullptr && weights.bytes() > 0);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::unique_ptr<Session> alone;
  EXPECT(create(keyed.bytes(), keyed.constants, pools[0], &alone) == Status::OK);
  EXPECT(sessions[0]->held() + weights.bytes() == alone->held());
}

void test_indices(ThreadPool& pool) {
  PlanBuilder b;
  const int x = b.arena({4}), indices = b.arena({1}, 0, DType::kI32), y = b.arena({1});
  b.step(step::gather{x, indices, y, 1, 4, 1, 1});
  std::unique_ptr<Session> session;
  EXPECT(create(b.bytes(), b.constants, pool, &session) == Status::OK);
  for (const int32_t index : {-5, -4, 3, 4, INT32_MAX, INT32_MIN}) {
    memcpy(session->arena().data() + b.offset(indices), &index, 4);
    EXPECT((session->run(nullptr, nullptr) == Status::OK) == (index >= -4 && index < 4));
  }
}

// Every index once, whatever the number of indices and threads, with pools that come and go.
void test_pool(int jobs) {
  Random random(3);
  for (const int threads : {1, 2, 3, 8}) {
    ThreadPool pool, other;
    EXPECT(pool.start(threads) == Status::OK && other.start(2) == Status::OK);
    std::vector<std::atomic<int>> hits(300);
    int64_t expected = 0;
    std::atomic<int64_t> sum{0};
    for (int job = 0; job < jobs; ++job) {
      const int n = random.below(job % 100 == 0 ? 300 : 20);
      ThreadPool& used = job % 7 == 0 ? other : pool;
      used.parallel_for(n, [&](int64_t i, int thread) {
        if (thread < 0 || thread >= used.threads()) abort();
        hits[static_cast<size_t>(i)].fetch_add(1, std::memory_order_relaxed);
        sum.fetch_add(i + job, std::memory_order_relaxed);
      });
      expected += int64_t{n} * (n - 1) / 2 + int64_t{n} * job;
      EXPECT(sum.load(std::memory_order_relaxed) == expected);
      for (int i = 0; i < n; ++i)
        EXPECT(hits[static_cast<size_t>(i)].exchange(0, std::memory_order_relaxed) == 1);
      if (job % 5000 == 0) {  // long enough for the workers to go to sleep
        timespec pause{0, 2000000};
        nanosleep(&pause, nullptr);
      }
    }
  }
}

// A thread leaves the named processor, may still run on all that it could before, and stays where it has no
// choice.
void test_make_room() {
#if defined(__linux__)
  cpu_set_t allowed, after;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  for (int round = 0; round < 20; ++round) {
    const int cpu = current_cpu();
    make_room_on(cpu);
    EXPECT(sched_getaffinity(0, sizeof after, &after) == 0 && CPU_EQUAL(&allowed, &after));
  }
  make_room_on(-1);
  make_room_on(1 << 20);
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(current_cpu(), &one);
  if (sched_setaffinity(0, sizeof one, &one) != 0) return;
  const int only = current_cpu();
  make_room_on(only);
  EXPECT(current_cpu() == only);
  EXPECT(sched_getaffinity(0, sizeof after, &after) == 0 && CPU_EQUAL(&one, &after));
  EXPECT(sched_setaffinity(0, sizeof allowed, &allowed) == 0);
#endif
}

void test_memory() {
  AlignedBuffer buffer;
  for (const uint64_t bytes : {0, 1, 63, 64, 1000}) {
    EXPECT(buffer.allocate(bytes, "a test") == Status::OK);
    EXPECT(reinterpret_cast<uintptr_t>(buffer.data()) % kAlignment == 0 && buffer.guards_intact());
    for (uint64_t i = 0; i < bytes; ++i) EXPECT(buffer.data()[i] == 0);
    buffer.data()[bytes] ^= 1;
    EXPECT(!buffer.guards_intact());
  }
  EXPECT(buffer.allocate(uint64_t{1} << 62, "a test") == Status::OUT_OF_MEMORY);
  EXPECT(std::string(last_error()).find("a test") != std::string::npos);
  EXPECT(cpu_count() >= 1);
}

}  // namespace
}  // namespace spinexr::test

int main(int count, char** arguments) {
  using namespace spinexr::test;
  const int effort = count > 1 ? atoi(arguments[1]) : 20000;  // mutated plans; jobs per pool
  test_memory();
  test_make_room();
  test_pool(effort);
  spinexr::ThreadPool pool;
  EXPECT(pool.start(2) == spinexr::Status::OK);
  const PlanBuilder builder = plan_of_all_kinds();
  test_errors(builder, pool);
  test_aliases(pool);
  test_indices(pool);
  test_truncated(builder, pool);
  test_shared(builder, pool);
  test_shared_threads(builder);
  test_mutated(builder, pool, effort, false);
  PlanBuilder keyed = builder;
  keyed.share();
  test_mutated(keyed, pool, effort, true);
  puts("runtime: good");
  return 0;
}
