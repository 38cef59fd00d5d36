#include "device.h"

#include <string.h>

#include <algorithm>
#include <deque>
#include <vector>

namespace spinexr::cuda::emulation {
namespace {

constexpr size_t kGuardBytes = 64;
constexpr uint8_t kFill = 0xFF;  // a NaN, as float and as half
constexpr size_t kSlotBytes = 64;

struct Copy {
  void* shared;
  uint8_t data[16];
};

// Of one thread: groups of copies, the last one still open.
using Copies = std::deque<std::vector<Copy>>;

struct Block {
  Position position;
  std::vector<uint8_t> shared;
  std::vector<uint8_t> slots;    // two per thread, used in turn
  std::vector<uint32_t> rounds;  // exchanges of each thread
  std::vector<Copies> copies;
  std::vector<uint8_t> begun;
};

thread_local Block block;

void run_thread(const std::function<void()>& thread) {
  thread();
  const uint32_t index = fiber_index();
  if (block.begun[index] == 0) violation("a kernel does not call begin_kernel()");
  if (!block.copies[index].empty() && !block.copies[index].front().empty())
    violation("a thread ended before its copies were waited for");
}

void run_one(const dim3& at, uint32_t threads, uint32_t shared_bytes, const std::function<void()>& thread) {
  block.position.block = at;
  block.shared.assign(shared_bytes + kGuardBytes, kFill);
  block.slots.assign(size_t{threads} * 2 * kSlotBytes, 0);
  block.rounds.assign(threads, 0);
  block.copies.assign(threads, {});
  block.begun.assign(threads, 0);
  run_block(threads, [&thread] { run_thread(thread); });
  for (size_t i = shared_bytes; i < block.shared.size(); ++i) {
    if (block.shared[i] != kFill) violation("a kernel wrote behind its dynamic shared memory");
  }
}

}  // namespace

const Position& current() {
  block.position.thread = dim3(fiber_index(), 0, 0);
  return block.position;
}

void* dynamic_shared_memory() {
  const uintptr_t address = reinterpret_cast<uintptr_t>(block.shared.data());
  if (address % 16 != 0) violation("the emulation's shared memory is not aligned");
  return block.shared.data();
}

void kernel_begun() { block.begun[fiber_index()] = 1; }

void run_grid(dim3 grid, uint32_t threads, uint32_t shared_bytes, const std::function<void()>& thread) {
  if (shared_bytes > 227 * 1024) violation("a block has at most 227 KiB of shared memory");
  if (grid.y > 65535 || grid.z > 65535) violation("a grid has at most 65535 blocks in y and z");
  const uint64_t blocks = uint64_t{grid.x} * grid.y * grid.z;
  block.position.block_shape = dim3(threads);
  block.position.grid_shape = grid;
  for (uint64_t i = 0; i < blocks; ++i) {
    uint64_t at = i;
    if (thread_order() == Order::kReverse) at = blocks - 1 - i;
    // Another order of the blocks: a walk with a step that shares no factor with their count.
    if (thread_order() == Order::kRandom) at = (i * 1000003 + 77) % blocks;
    if (thread_order() == Order::kRandom && blocks % 1000003 == 0) at = i;
    const dim3 where(static_cast<uint32_t>(at % grid.x), static_cast<uint32_t>(at / grid.x % grid.y),
                     static_cast<uint32_t>(at / grid.x / grid.y));
    run_one(where, threads, shared_bytes, thread);
  }
}

const uint8_t* exchange(const char* name, const void* value, size_t bytes, size_t* stride) {
  if (bytes > kSlotBytes) violation("a value of a warp's exchange is too large");
  const uint32_t index = fiber_index();
  const uint32_t round = block.rounds[index]++ % 2;
  *stride = 2 * kSlotBytes;
  uint8_t* const slots = block.slots.data() + round * kSlotBytes;
  memcpy(slots + index * *stride, value, bytes);
  sync_lanes(name);
  return slots + (index & ~31u) * *stride;
}

namespace {

float half_at(uint32_t pair, int which) {
  return to_float(Half{static_cast<uint16_t>(which == 0 ? pair & 0xFFFFu : pair >> 16)});
}

}  // namespace

void mma_16816(float (&c)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
  uint32_t mine[6] = {a[0], a[1], a[2], a[3], b[0], b[1]};
  size_t stride;
  const uint8_t* const all = exchange("mma_16816", mine, sizeof mine, &stride);
  const uint32_t lane = fiber_index() & 31u, g = lane / 4, t = lane % 4;
  const auto registers = [&](uint32_t from) {
    return reinterpret_cast<const uint32_t*>(all + from * stride);
  };
  for (int i = 0; i < 4; ++i) {
    const int high_row = i / 2;  // row g or g + 8
    const uint32_t column = 2 * t + static_cast<uint32_t>(i % 2);
    float sum = 0;
    for (int k = 0; k < 16; ++k) {
      const uint32_t holder = static_cast<uint32_t>(k % 8 / 2);
      const float x = half_at(registers(g * 4 + holder)[high_row + (k / 8) * 2], k % 2);
      const float y = half_at(registers(column * 4 + holder)[4 + k / 8], k % 2);
      sum += x * y;
    }
    c[i] += sum;
  }
}

static void load_any(uint32_t (&r)[4], const Half* row, bool transposed) {
  if (reinterpret_cast<uintptr_t>(row) % 16 != 0)
    violation("a row of load_matrices is not aligned to 16 bytes");
  size_t stride;
  const uint8_t* const all =
      exchange(transposed ? "load_matrices_transposed" : "load_matrices", &row, sizeof row, &stride);
  const uint32_t lane = fiber_index() & 31u;
  for (uint32_t j = 0; j < 4; ++j) {
    const auto element = [&](uint32_t i, uint32_t k) {
      const Half* address;
      memcpy(&address, all + (8 * j + i) * stride, sizeof address);
      return address[k];
    };
    const uint32_t i = lane / 4, k = 2 * (lane % 4);
    r[j] = transposed ? pack_halves(element(k, i), element(k + 1, i))
                      : pack_halves(element(i, k), element(i, k + 1));
  }
  sync_lanes("load_matrices_read");
}

void load_matrices(uint32_t (&r)[4], const Half* row) { load_any(r, row, false); }
void load_matrices_transposed(uint32_t (&r)[4], const Half* row) { load_any(r, row, true); }

void copy_async(void* shared, const void* global, bool inside) {
  if (reinterpret_cast<uintptr_t>(shared) % 16 != 0)
    violation("copy_async to an address that is not aligned");
  if (inside && reinterpret_cast<uintptr_t>(global) % 16 != 0)
    violation("copy_async from an address that is not aligned");
  Copies& copies = block.copies[fiber_index()];
  if (copies.empty()) copies.emplace_back();
  Copy copy{shared, {}};
  if (inside) memcpy(copy.data, global, 16);
  copies.back().push_back(copy);
}

void copy_commit() {
  Copies& copies = block.copies[fiber_index()];
  if (copies.empty()) copies.emplace_back();
  copies.emplace_back();
}

void copy_wait_groups(int pending) {
  Copies& copies = block.copies[fiber_index()];
  if (copies.empty()) return;
  // The last one is open: it is not a group yet.
  while (copies.size() > static_cast<size_t>(pending) + 1) {
    for (const Copy& copy : copies.front()) memcpy(copy.shared, copy.data, 16);
    copies.pop_front();
  }
}

}  // namespace spinexr::cuda::emulation
