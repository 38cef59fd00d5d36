// Devices, memory, streams, events and graphs: all that the library asks of the CUDA runtime, as statuses. A
// second implementation is the emulation's (test/cuda/emulation/runtime.cpp).
#ifndef SPINEXR_CUDA_RUNTIME_DEVICE_H_
#define SPINEXR_CUDA_RUNTIME_DEVICE_H_

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

// The names that CUDA gives to what its handles point to.
struct CUstream_st;
struct CUevent_st;
struct CUgraphExec_st;

namespace spinexr::cuda {

using Stream = CUstream_st*;
using Event = CUevent_st*;
using Graph = CUgraphExec_st*;  // ready to be launched

struct DeviceProperties {
  char name[256];
  int32_t major, minor;  // compute capability
  int32_t multiprocessors;
  int32_t shared_bytes;  // that a block may have at most
  uint64_t total_bytes;
  int32_t runtime_version, driver_version;  // 13000 is 13.0
  bool has_clock;                           // timings say what is quick
};

// Every function that can fail gives OUT_OF_MEMORY, DEVICE_LOST (after which the process's use of the device
// is over: an illegal address, a hardware fault) or INTERNAL, with CUDA's own words in the sentence.

// The CUDA that this library was built with: 13000 is 13.0.
int32_t runtime_version();
// How many devices there are; ISA_UNAVAILABLE with the reason where CUDA cannot start.
Status device_count(int32_t* count);
Status device_properties(int32_t device, DeviceProperties* properties);
// The device that the calling thread means from now on.
Status select_device(int32_t device);

// At least 256-byte aligned; what is in it is undefined. `what` names it in the message: "the arena".
Status device_allocate(size_t bytes, const char* what, void** memory);
void device_free(void* memory);
// Of the processor, at a place that copies can use directly.
Status pinned_allocate(size_t bytes, const char* what, void** memory);
void pinned_free(void* memory);

Status copy_to_device(void* target, const void* source, size_t bytes, Stream stream);
Status copy_to_host(void* target, const void* source, size_t bytes, Stream stream);
Status copy_on_device(void* target, const void* source, size_t bytes, Stream stream);
Status fill_zero(void* target, size_t bytes, Stream stream);

Status stream_create(Stream* stream);
void stream_destroy(Stream stream);
// Until all that was put in is done. Faults of kernels come to light here.
Status synchronize(Stream stream);

Status event_create(Event* event);
void event_destroy(Event event);
Status event_record(Event event, Stream stream);
// Milliseconds between two events of a synchronized stream.
Status event_elapsed(Event begin, Event end, float* ms);
// The stream goes on once the event, recorded in another one, has come.
Status wait_event(Stream stream, Event event);

// What is put into the stream between both is kept instead of done.
Status begin_capture(Stream stream);
Status end_capture(Stream stream, Graph* graph);
Status graph_launch(Graph graph, Stream stream);
void graph_destroy(Graph graph);

// The status of a launch: CUDA's error of this thread, which is thereby forgotten.
Status launch_status();

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_RUNTIME_DEVICE_H_
