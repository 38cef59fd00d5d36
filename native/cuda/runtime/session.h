// A prepared plan on a GPU: one graph with everything in it, launched by each run.
#ifndef SPINEXR_CUDA_RUNTIME_SESSION_H_
#define SPINEXR_CUDA_RUNTIME_SESSION_H_

#include <map>
#include <memory>
#include <vector>

#include "base/span.h"
#include "cuda/ops/op.h"
#include "engine.h"
#include "picture_maker.h"
#include "preparation.h"
#include "runtime/constant_source.h"

namespace spinexr::cuda {

class Session {
 public:
  // As Session::create of the core. The engine outlives the session.
  static Status create(Engine& engine, DeviceForms* weights, Span<const uint8_t> plan,
                       ConstantSource constants, std::unique_ptr<Session>* session);
  ~Session();

  const Plan& plan() const { return plan_; }
  // Where the processor writes an input before a run, and reads an output behind it.
  uint8_t* input(size_t port) const { return in_.data() + in_offsets_[port]; }
  uint8_t* output(size_t port) const { return out_.data() + out_offsets_[port]; }
  size_t bytes(const PortRecord& port) const;
  int32_t count(size_t output) const;
  // The next run, and no other, reads input `port` from there. INVALID_ARGUMENT unless its bytes are the
  // port's.
  Status take(size_t port, std::shared_ptr<const DeviceTensor> tensor);
  // Not from two threads at once. *abort is looked at before the graph is launched, and between steps where
  // step_ms is given: the steps then run one by one, each timed by the device.
  Status run(const volatile int32_t* abort, float* step_ms);
  // As `times` runs of what is in the inputs' places; ms[i]: of the i-th launch of the graph, by the device.
  Status time(size_t times, float* ms);
  // Bytes of the device held by this session alone.
  size_t held() const;

 private:
  Session(Engine& engine) : engine_(engine) {}
  Status prepare(DeviceForms* weights, ConstantSource& constants, bool* incomplete);
  Status place_ports();
  RunContext context() const;
  // Both kinds of run, put into the stream; `taken`: a bit per input that is on the device already.
  Status enqueue_inputs(uint64_t taken);
  Status enqueue_outputs();
  Status enqueue_all(uint64_t taken);
  Status graph_of(uint64_t taken, Graph* graph);
  Status run_graph(uint64_t taken);
  Status time_graph(size_t times, float* ms);
  Status run_steps(uint64_t taken, const volatile int32_t* abort, float* step_ms);
  Status copy_taken(uint64_t* taken);
  // Waits for all that was put into the stream by work of that status.
  Status settle(Status status);
  // The first thing that was wrong with the values of the run.
  Status fault();

  Engine& engine_;
  Plan plan_;
  std::vector<OpPointer> ops_;
  std::vector<uint8_t*> addresses_;  // per tensor
  std::vector<DeviceForm> constants_;
  std::vector<DeviceBuffer> zeros_;
  DeviceBuffer arena_, scratch_, error_;
  // Ports side by side, each 256-byte aligned, in both memories; error and counts behind the outputs.
  PinnedBuffer in_, out_;
  DeviceBuffer device_in_, device_out_;
  std::vector<size_t> in_offsets_, out_offsets_, count_offsets_;
  size_t error_offset_ = 0;
  std::vector<std::shared_ptr<const DeviceTensor>> taken_;  // per input, for the next run
  std::map<uint64_t, Graph> graphs_;                        // by the inputs that they do not copy
  Stream stream_ = nullptr;
  uint64_t owned_ = 0;
};

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_RUNTIME_SESSION_H_
