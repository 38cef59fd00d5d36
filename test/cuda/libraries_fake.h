// What the stand-ins for NVIDIA's libraries share. Each is built from our own declarations, prints every call
// with what it was given, and fails a call where FAKE_FAIL says so ("cudnnCreate=1001").
#ifndef SPINEXR_TEST_CUDA_LIBRARIES_FAKE_H_
#define SPINEXR_TEST_CUDA_LIBRARIES_FAKE_H_

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

inline void say(const char* format, ...) {
  if (getenv("FAKE_QUIET") != nullptr) return;
  va_list arguments;
  va_start(arguments, format);
  vprintf(format, arguments);
  va_end(arguments);
  printf("\n");
}

// The status that the environment asks for; 0 without one.
inline unsigned asked_failure(const char* call) {
  const char* asked = getenv("FAKE_FAIL");
  const size_t length = strlen(call);
  if (asked == nullptr || strncmp(asked, call, length) != 0 || asked[length] != '=') return 0;
  return unsigned(atoi(asked + length + 1));
}

inline long asked_number(const char* variable, long otherwise) {
  const char* asked = getenv(variable);
  return asked == nullptr ? otherwise : atol(asked);
}

#endif  // SPINEXR_TEST_CUDA_LIBRARIES_FAKE_H_
