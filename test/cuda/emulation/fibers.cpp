#include "fibers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#if !defined(__x86_64__)
#include <ucontext.h>
#endif

#include <numeric>
#include <vector>

namespace spinexr::cuda::emulation {
namespace {

constexpr size_t kStackBytes = 128 << 10;
constexpr uint32_t kMostFibers = 1024;

#if defined(__x86_64__)
// Saves what a call must preserve on the own stack and goes on with another one.
extern "C" void spx_switch_fiber(void** save, void* load);
asm(R"(
.text
.globl spx_switch_fiber
.type spx_switch_fiber, @function
spx_switch_fiber:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size spx_switch_fiber, .-spx_switch_fiber
)");
using Context = void*;
#else
using Context = ucontext_t;
#endif

enum class State : uint8_t { kReady, kAtBlock, kAtWarp, kDone };

struct Fiber {
  Context context;
  State state;
  const char* waits_at;
};

struct Scheduler {
  uint8_t* stacks = nullptr;
  std::vector<Fiber> fibers;
  Context main;
  uint32_t index = 0, live = 0;
  const std::function<void()>* body = nullptr;
};

thread_local Scheduler scheduler;

void enter();

void switch_to(uint32_t index) {
  scheduler.index = index;
#if defined(__x86_64__)
  spx_switch_fiber(&scheduler.main, scheduler.fibers[index].context);
#else
  swapcontext(&scheduler.main, &scheduler.fibers[index].context);
#endif
}

void leave() {
  Fiber& fiber = scheduler.fibers[scheduler.index];
#if defined(__x86_64__)
  spx_switch_fiber(&fiber.context, scheduler.main);
#else
  swapcontext(&fiber.context, &scheduler.main);
#endif
}

void enter() {
  (*scheduler.body)();
  scheduler.fibers[scheduler.index].state = State::kDone;
  --scheduler.live;
  leave();
  abort();
}

void make(Fiber* fiber, uint32_t index) {
  uint8_t* const stack = scheduler.stacks + index * kStackBytes;
  fiber->state = State::kReady;
#if defined(__x86_64__)
  // Six registers, then where to go; the stack is 16-byte aligned where a call would have put its return
  // address.
  void** top = reinterpret_cast<void**>(stack + kStackBytes);
  *--top = nullptr;
  *--top = reinterpret_cast<void*>(&enter);
  for (int i = 0; i < 6; ++i) *--top = nullptr;
  fiber->context = top;
#else
  getcontext(&fiber->context);
  fiber->context.uc_stack.ss_sp = stack;
  fiber->context.uc_stack.ss_size = kStackBytes;
  fiber->context.uc_link = nullptr;
  makecontext(&fiber->context, &enter, 0);
#endif
}

void prepare(uint32_t count) {
  if (count == 0 || count % 32 != 0 || count > kMostFibers)
    violation("expected 32 to 1024 threads in whole warps");
  if (scheduler.stacks == nullptr) {
    void* const memory = mmap(nullptr, kStackBytes * kMostFibers, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) violation("no memory for stacks");
    scheduler.stacks = static_cast<uint8_t*>(memory);
  }
  scheduler.fibers.resize(count);
  for (uint32_t i = 0; i < count; ++i) make(&scheduler.fibers[i], i);
  scheduler.live = count;
}

std::vector<uint32_t> make_order(uint32_t count) {
  std::vector<uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0u);
  if (thread_order() == Order::kReverse) {
    for (uint32_t i = 0; i < count; ++i) order[i] = count - 1 - i;
  } else if (thread_order() == Order::kRandom) {
    for (uint32_t i = count - 1; i > 0; --i) std::swap(order[i], order[random_below(i + 1)]);
  }
  return order;
}

// Lets a warp go on whose lanes are all at one instruction.
bool release_warp(uint32_t first) {
  Fiber* const lanes = &scheduler.fibers[first];
  for (uint32_t i = 0; i < 32; ++i) {
    if (lanes[i].state != State::kAtWarp) return false;
    if (strcmp(lanes[i].waits_at, lanes[0].waits_at) != 0)
      violation("lanes of a warp are at different instructions");
  }
  for (uint32_t i = 0; i < 32; ++i) lanes[i].state = State::kReady;
  return true;
}

bool release_block() {
  for (const Fiber& fiber : scheduler.fibers) {
    if (fiber.state == State::kDone) violation("a thread ended while others wait for it at a barrier");
    if (fiber.state != State::kAtBlock) return false;
  }
  for (Fiber& fiber : scheduler.fibers) fiber.state = State::kReady;
  return true;
}

}  // namespace

void violation(const char* sentence) {
  fprintf(stderr, "emulated kernel: %s\n", sentence);
  abort();
}

Order thread_order() {
  static const Order order = [] {
    const char* const name = getenv("SPINEXR_EMULATION_ORDER");
    if (name == nullptr || strcmp(name, "forward") == 0) return Order::kForward;
    if (strcmp(name, "reverse") == 0) return Order::kReverse;
    if (strncmp(name, "random", 6) == 0) return Order::kRandom;
    violation("SPINEXR_EMULATION_ORDER: expected forward, reverse or random");
  }();
  return order;
}

// xorshift64*: Marsaglia, Xorshift RNGs, 2003.
uint32_t random_below(uint32_t count) {
  static thread_local uint64_t state = [] {
    const char* const name = getenv("SPINEXR_EMULATION_ORDER");
    const char* const colon = name == nullptr ? nullptr : strchr(name, ':');
    return colon == nullptr ? uint64_t{88172645463325252u} : strtoull(colon + 1, nullptr, 10) * 2 + 1;
  }();
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return static_cast<uint32_t>((state * 2685821657736338717u >> 33) % count);
}

// A warp goes on until its lanes wait for the block: those that come later find what it has left, so that a
// missing barrier shows. In random order it may stop before.
void run_block(uint32_t count, const std::function<void()>& body) {
  prepare(count);
  scheduler.body = &body;
  while (scheduler.live > 0) {
    bool moved = false;
    for (const uint32_t warp : make_order(count / 32)) {
      bool waits = false;
      do {
        for (const uint32_t lane : make_order(32)) {
          if (scheduler.fibers[warp * 32 + lane].state != State::kReady) continue;
          switch_to(warp * 32 + lane);
          moved = true;
        }
        if (!release_warp(warp * 32)) break;
        moved = true;
        waits = thread_order() == Order::kRandom && random_below(8) == 0;
      } while (!waits);
    }
    if (moved) continue;
    if (!release_block()) violation("threads wait for each other at different barriers");
  }
}

uint32_t fiber_index() { return scheduler.index; }

void sync_block() {
  scheduler.fibers[scheduler.index].state = State::kAtBlock;
  leave();
}

void sync_lanes(const char* name) {
  Fiber& fiber = scheduler.fibers[scheduler.index];
  fiber.state = State::kAtWarp;
  fiber.waits_at = name;
  leave();
}

}  // namespace spinexr::cuda::emulation
