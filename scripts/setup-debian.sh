#!/usr/bin/env bash
# Debian packages that the full test run uses beyond Node, npm and a C++ compiler: the C++ formatter, a cross compiler
# with an emulator for the NEON kernels, and Chromium, whose SwiftShader is also the GPU of the WebGPU tests in Node.
# Nothing here is needed to use the package.
set -euo pipefail
sudo=""
[ "$(id -u)" = 0 ] || sudo=sudo
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -q
$sudo apt-get install -yq --no-install-recommends g++ make cmake python3 clang-format g++-aarch64-linux-gnu qemu-user-static chromium
