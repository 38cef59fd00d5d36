"""PyTorch on the CPU as a peer: answers the requests of ../messages.ts, a line of JSON each."""
import json
import os
import sys
import time

# Whatever libraries print must not meet the answers.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


class Unavailable(Exception):
    pass


def start(spec):
    """Loads the code."""
    try:
        import torch
        import torchvision  # noqa: F401
    except ImportError as error:
        raise Unavailable(
            f"{error}; it takes Debian's python3-torch and python3-torchvision, "
            "or SPINEXR_BENCH_PYTHON with the path of a Python that has them."
        ) from error
    torch.set_num_threads(spec["threads"])
    torch.set_grad_enabled(False)
    return f"PyTorch {torch.__version__}"


def prepare(job):
    """Reads the inputs; returns the function that loads the networks, which returns the one that runs them."""
    import networks
    import screening

    inputs = [networks.read_inputs(n["inputs"]) for n in job.get("networks", [])]

    def open_job():
        if job["kind"] == "screen":
            return screening.Screening(job).run
        loaded = [networks.load(n["checkpoint"]) for n in job["networks"]]

        def run():
            outputs = {}
            for i, (network, tensors) in enumerate(zip(loaded, inputs)):
                prefix = "" if len(loaded) == 1 else f"{i}."
                for name, value in network(**tensors).items():
                    outputs[prefix + name] = value.flatten()
            return outputs

        return run

    return open_job


def main():
    about = open_job = run = None

    def answer(request):
        nonlocal about, open_job, run
        what = request["do"]
        if what == "start":
            about = start(request["spec"])
            return {}
        if what == "prepare":
            open_job = prepare(request["job"])
            return {}
        if what == "open":
            began = time.perf_counter()
            run = open_job()
            run()
            return {"about": about, "ms": 1e3 * (time.perf_counter() - began)}
        if what == "infer":
            return {"outputs": {name: list(map(float, values)) for name, values in run().items()}}
        if what == "burst":
            for _ in range(request["warmUp"]):
                run()
            ms = []
            while not ms or (len(ms) < request["runs"] and sum(ms) < request["ms"]):
                began = time.perf_counter()
                run()
                ms.append(1e3 * (time.perf_counter() - began))
            return {"ms": ms}
        raise ValueError(f"no answer to {what}")

    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = {"did": request["do"], **answer(request)}
        except Exception as error:  # the other side decides what it means
            unavailable = isinstance(error, Unavailable)
            message = str(error) if unavailable else f"{type(error).__name__}: {error}"
            reply = {"did": "fail", "message": message, "unavailable": unavailable}
        print(json.dumps(reply), file=answers, flush=True)


main()
