// What this machine can do at most, as a yardstick: prints GFLOP/s of independent fused multiply-adds and
// GB/s (read plus written) of memcpy between buffers far larger than the caches, on argv[1] threads at once.
// Best of several tries.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

namespace {

#if defined(__AVX512F__)
constexpr int kBytes = 64;
#elif defined(__AVX__)
constexpr int kBytes = 32;
#else
constexpr int kBytes = 16;
#endif
typedef float Vector __attribute__((vector_size(kBytes)));
// Enough to hide a latency of 4 or 5 cycles of two units, few enough for 16 registers.
constexpr int kChains = 12;
constexpr long kIterations = 3'000'000;
constexpr size_t kCopyBytes = 64 << 20;
constexpr int kTries = 20;

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

float MultiplyAdd() {
  Vector sums[kChains];
  Vector factor = {}, term = {};
  for (auto& sum : sums) sum = Vector{};
  factor += 0.999f;
  term += 0.001f;
  for (long i = 0; i < kIterations; i++) {
#pragma GCC unroll 12
    for (int c = 0; c < kChains; c++) sums[c] = sums[c] * factor + term;
  }
  float total = 0;
  for (const auto& sum : sums) total += sum[0];
  return total;
}

// Seconds from the common start until the last thread is done.
template <typename Work>
double Together(int threads, Work work) {
  std::atomic<int> ready{0};
  std::atomic<bool> go{false};
  std::vector<std::thread> others;
  for (int t = 0; t < threads; t++)
    others.emplace_back([&, t] {
      ready++;
      while (!go) std::this_thread::yield();
      work(t);
    });
  while (ready < threads) std::this_thread::yield();
  const double start = Now();
  go = true;
  for (auto& other : others) other.join();
  return Now() - start;
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::max(1, std::atoi(argv[1])) : 1;
  std::vector<std::vector<char>> from(threads), to(threads);
  for (int t = 0; t < threads; t++) from[t].assign(kCopyBytes, 1), to[t].assign(kCopyBytes, 2);
  std::atomic<float> sink{0};
  double fma = 0, copy = 0;
  for (int i = 0; i < kTries; i++) {
    const double flops = 2.0 * kChains * (kBytes / sizeof(float)) * kIterations * threads;
    fma = std::max(fma, flops / Together(threads, [&](int) { sink = MultiplyAdd(); }));
    const double seconds = Together(threads, [&](int t) {
      for (int r = 0; r < 4; r++) std::memcpy(to[t].data(), from[t].data(), kCopyBytes - r);
    });
    copy = std::max(copy, 8.0 * kCopyBytes * threads / seconds);
  }
  std::printf("%.3f %.3f\n", fma * 1e-9, copy * 1e-9);
}
