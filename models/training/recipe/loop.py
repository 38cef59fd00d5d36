"""What both trainings share: options, seed, schedule, averaged weights, checkpoints to resume from, progress, curves."""

import argparse
import copy
import json
import math
import os
import signal
import sys
import time

import torch

from .curves import svg

SAVE_SECONDS = 180


def options(description):
    parser = argparse.ArgumentParser(description=description)
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument("--config", default=os.path.join(here, "config.json"))
    parser.add_argument("--cache", required=True, help="folder of the caches that prepare.ts made")
    parser.add_argument("--run", required=True, help="folder of this run; a run that is there goes on")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--workers", type=int, default=0, help="processes that make batches (default 0)")
    parser.add_argument("--from", dest="start", help="start from the weights of another run's last.pth")
    arguments = parser.parse_args()
    with open(arguments.config) as file:
        config = json.load(file)
    torch.set_num_threads(config["threads"])
    return arguments, config


class Run:
    """
    One training. Its folder holds last.pth (everything to go on), history.json, curves.svg, and what `evaluate` exports.

    part: "classifier" or "detector", the part of the config with steps, learningRate and so on
    step_loss(model, batch) -> loss, {name: number}
    evaluate(model) -> {name: number}; "score" among them is what decides which weights are exported
    export(model, folder, result): writes what `spinexr convert` reads
    panels(history) -> what curves.svg shows
    """

    def __init__(self, arguments, config, part, model, batches, step_loss, evaluate, export, panels):
        self.arguments, self.config, self.c = arguments, config, config[part]
        self.device = torch.device(arguments.device)
        self.model = model.to(self.device, memory_format=torch.channels_last)
        self.averaged = copy.deepcopy(self.model)
        self.averaged.requires_grad_(False)
        self.batches, self.step_loss, self.evaluate, self.export, self.panels = batches, step_loss, evaluate, export, panels
        decayed = [p for p in self.model.parameters() if p.ndim > 1]
        others = [p for p in self.model.parameters() if p.ndim <= 1]
        groups = [{"params": decayed, "weight_decay": self.c["weightDecay"]}, {"params": others, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=self.c["learningRate"])
        self.step, self.best, self.history, self.seconds = 0, -math.inf, {"train": [], "validation": []}, 0.0
        os.makedirs(arguments.run, exist_ok=True)
        self.path = os.path.join(arguments.run, "last.pth")
        if os.path.exists(self.path):
            self.load()
        elif arguments.start:
            weights = torch.load(arguments.start, map_location="cpu")["averaged"]
            own = self.model.state_dict()
            known = {name: tensor for name, tensor in weights.items() if name in own and own[name].shape == tensor.shape}
            for model in (self.model, self.averaged):
                model.load_state_dict(known, strict=False)
            print(f"{len(known)} of {len(own)} tensors start as in {arguments.start}", flush=True)

    def load(self):
        state = torch.load(self.path, map_location="cpu")
        self.model.load_state_dict(state["model"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.best, self.history, self.seconds = (state[k] for k in ("step", "best", "history", "seconds"))
        print(f"going on at step {self.step}", flush=True)

    def save(self):
        state = {k: getattr(self, k) for k in ("step", "best", "history", "seconds")}
        state |= {k: getattr(self, k).state_dict() for k in ("model", "averaged", "optimizer")}
        torch.save(state, f"{self.path}.part")
        os.replace(f"{self.path}.part", self.path)
        with open(os.path.join(self.arguments.run, "history.json"), "w") as file:
            json.dump(self.history, file, indent=1)
        with open(os.path.join(self.arguments.run, "curves.svg"), "w") as file:
            file.write(svg(self.panels(self.history)))

    def rate(self):
        """Linear warm-up, then half a cosine to a hundredth."""
        if self.step < self.c["warmup"]:
            return (self.step + 1) / self.c["warmup"]
        part = (self.step - self.c["warmup"]) / max(1, self.c["steps"] - self.c["warmup"])
        return 0.01 + 0.99 * (1 + math.cos(math.pi * min(part, 1))) / 2

    def average(self):
        """Exponential average of weights and running statistics; short at first, or the random start would stay in it."""
        keep = min(self.c["averaging"], (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean, value in zip(self.averaged.state_dict().values(), self.model.state_dict().values()):
                if mean.is_floating_point():
                    mean.lerp_(value, 1 - keep)
                else:
                    mean.copy_(value)

    def train(self):
        steps, saved, shown = self.c["steps"], time.monotonic(), {}
        rest = torch.utils.data.Subset(self.batches, range(self.step, steps))
        loader = torch.utils.data.DataLoader(rest, batch_size=None, num_workers=self.arguments.workers)
        self.model.train()
        # Told to end (SIGTERM, Ctrl-C), it saves first.
        stopped = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.append(True))
        clock = time.monotonic()
        for batch in loader:
            for group in self.optimizer.param_groups:
                group["lr"] = self.c["learningRate"] * self.rate()
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.config["bfloat16"]):
                loss, parts = self.step_loss(self.model, to(batch, self.device))
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), 10.0)
            if torch.isfinite(norm):
                self.optimizer.step()
            self.step += 1
            self.average()
            for name, value in parts.items():
                shown[name] = value if name not in shown else 0.98 * shown[name] + 0.02 * value
            self.seconds += time.monotonic() - clock
            clock = time.monotonic()
            self.show(shown)
            if self.step % 50 == 0:
                self.history["train"].append({"step": self.step, **shown})
            if self.step % self.c["evaluateEvery"] == 0 or self.step == steps:
                self.validate()
                self.save()
                saved = clock = time.monotonic()
            elif stopped or time.monotonic() - saved > SAVE_SECONDS:
                self.save()
                saved = clock = time.monotonic()
            if stopped:
                print(f"\nstopped at step {self.step}; the same command goes on", flush=True)
                return

    def validate(self):
        model = copy.deepcopy(self.averaged).eval()
        if self.config["weights"] == "float16":
            halve(model)
        result = self.evaluate(model)
        numbers = {name: value for name, value in result.items() if isinstance(value, float)}
        self.history["validation"].append({"step": self.step, **numbers})
        print(f"\nstep {self.step}: " + ", ".join(f"{k} {v:.4f}" for k, v in numbers.items()), flush=True)
        if result["score"] >= self.best:
            self.best = result["score"]
            self.export(model, self.arguments.run, result)

    def show(self, parts):
        steps = self.c["steps"]
        terminal = sys.stderr.isatty()
        if not terminal and self.step % 100 != 0:
            return
        filled = 24 * self.step // steps
        left = self.seconds / self.step * (steps - self.step)
        text = ", ".join(f"{name} {value:.3f}" for name, value in parts.items())
        line = f"{'█' * filled}{'░' * (24 - filled)} {self.step}/{steps}, {left / 60:.0f} min left, {text}"
        print(f"\r\033[2K{line}" if terminal else line, end="" if terminal else "\n", file=sys.stderr, flush=True)


def halve(model):
    """Weights to the nearest float16, biases and norms as they are: what a package with float16 weights computes with."""
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim > 1:
                weight.copy_(weight.half())


def to(batch, device):
    """Tensors of a batch, also in lists and tuples; pictures in the layout that convolutions prefer."""
    if isinstance(batch, torch.Tensor):
        layout = torch.channels_last if batch.ndim == 4 else torch.preserve_format
        return batch.to(device, memory_format=layout)
    return type(batch)(to(item, device) for item in batch)


def write_checkpoint(state, path):
    """{"model": state dict}, whole or not at all."""
    torch.save({"model": state}, f"{path}.part")
    os.replace(f"{path}.part", path)
