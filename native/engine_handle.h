// What spx_engine is: for engine.cpp and for the pixel functions, which compute on its threads.
#ifndef SPINEXR_ENGINE_HANDLE_H_
#define SPINEXR_ENGINE_HANDLE_H_

#include "engine.h"
#include "kernels/kernel_table.h"
#include "runtime/thread_pool.h"

#if !defined(__wasm__)
#include <mutex>
#endif

struct spx_engine {
  const spinexr::KernelTable* kernels = nullptr;
  spinexr::ThreadPool pool;
#if !defined(__wasm__)
  std::mutex running;  // whoever uses the pool holds it; in WebAssembly one worker owns the engine
#endif
};

#endif  // SPINEXR_ENGINE_HANDLE_H_
