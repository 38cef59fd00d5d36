"""
PyTorch as the rival on a GPU: answers requests on standard input, a line of JSON each, in the order in which they come.

    {"do": "start"}                                  versions, device, clocks
    {"do": "peaks"}                                  what the device reaches: bytes by a copy, operations by a product
    {"do": "load", "case": NAME, "job": {...}}       a network or a screening (bench/cuda/job.ts), ready to run
    {"do": "infer", "case": NAME, "input": INDEX}    the outputs of one input
    {"do": "time", "case": NAME, "runs": N}          milliseconds of N runs, by the device and end to end
    {"do": "unload", "case": NAME}
    {"do": "quit"}

--device cpu runs the same without graphs and compilation, to test all but the speed; PyTorch 1.13 suffices for that.
"""
import argparse
import json
import os
import subprocess
import sys
import time

sys.dont_write_bytecode = True
# Whatever libraries print must not meet the answers.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "peers", "pytorch"))


def median(values):
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else 0.5 * (ordered[middle - 1] + ordered[middle])


class Rival:
    def __init__(self, device):
        import torch

        import gpu

        self.torch, self.gpu, self.device = torch, gpu, torch.device(device)
        self.cases = {}
        torch.set_grad_enabled(False)
        torch.backends.cudnn.benchmark = True
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cuda.matmul.allow_tf32 = False

    def start(self, _):
        import torchvision

        torch = self.torch
        about = {"pytorch": torch.__version__, "torchvision": torchvision.__version__}
        if self.device.type == "cpu":
            return {"about": {**about, "device": "cpu"}}
        about["device"] = torch.cuda.get_device_name(self.device)
        about["cuda"] = torch.version.cuda
        about["cudnn"] = str(torch.backends.cudnn.version())
        fields = {
            "driver": "driver_version",
            "clock": "clocks.sm",
            "most clock": "clocks.max.sm",
            "memory clock": "clocks.mem",
            "power limit": "power.limit",
        }
        command = ["nvidia-smi", "--format=csv,noheader", "--id=0", f"--query-gpu={','.join(fields.values())}"]
        try:
            words = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
            about.update(zip(fields, words.split(", ")))
        except (OSError, subprocess.CalledProcessError):
            pass
        return {"about": about}

    def peaks(self, _):
        torch, on_cpu = self.torch, self.device.type == "cpu"
        count, side = (1 << 22, 256) if on_cpu else (1 << 30, 8192)
        source = torch.zeros(count, dtype=torch.uint8, device=self.device)
        target = torch.empty_like(source)
        ms = median(self.gpu.device_times(lambda: target.copy_(source), 20, self.device))
        found = {"bytesPerSecond": 2e3 * count / ms, "flopsPerSecond": {}}
        del source, target
        for name, dtype in [("fp32", torch.float32)] + ([] if on_cpu else [("fp16", torch.float16)]):
            a, b = (torch.randn(side, side, dtype=dtype, device=self.device) for _ in range(2))
            product = torch.empty_like(a)
            ms = median(self.gpu.device_times(lambda: torch.mm(a, b, out=product), 20, self.device))
            found["flopsPerSecond"][name] = 2e3 * side**3 / ms
        return found

    def load(self, request):
        job = request["job"]
        make = self.gpu.Screening if job["kind"] == "screen" else self.gpu.Network
        case = make(job, self.device)
        case.prepare()
        self.cases[request["case"]] = case
        return {"how": case.how}

    def infer(self, request):
        outputs = self.cases[request["case"]].run(request["input"])
        self.gpu.synchronize(self.device)
        return {"outputs": {name: [float(v) for v in value.flatten()] for name, value in outputs.items()}}

    def time(self, request):
        case, runs = self.cases[request["case"]], request["runs"]
        counter = iter(range(10**9))
        device_ms = self.gpu.device_times(lambda: case.run(next(counter)), runs, self.device)
        wall_ms = []
        for i in range(runs):
            began = time.perf_counter()
            case.run(i)
            self.gpu.synchronize(self.device)
            wall_ms.append(1e3 * (time.perf_counter() - began))
        return {"deviceMs": device_ms, "wallMs": wall_ms}

    def unload(self, request):
        self.cases.pop(request["case"], None)
        if self.device.type == "cuda":
            self.torch.cuda.empty_cache()
        return {}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    device = parser.parse_args().device
    rival = None
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "quit":
            return
        try:
            rival = rival or Rival(device)
            actions = [rival.start, rival.peaks, rival.load, rival.infer, rival.time, rival.unload]
            answer = {action.__name__: action for action in actions}[request["do"]](request)
            reply = {"did": request["do"], **answer}
        except Exception as error:  # the other side decides what it means
            reply = {"did": "fail", "message": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), file=answers, flush=True)


main()
