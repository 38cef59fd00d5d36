"""Networks and the whole screening in PyTorch as a user who cares about speed would run them on a GPU."""
import json
import os

import numpy
import torch
from torch.nn import functional

import sparse_rcnn
from densenet import DenseNet
from retinanet import RetinaNet
from sparse_rcnn import HIDDEN, POOLED, STRIDES, SparseRcnn
from torchvision.ops import roi_align

WARM_UP = 5


def pool_on_every_level(maps, boxes):
    """As sparse_rcnn.pool, without asking the device how many boxes each level has: a graph can hold it."""
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    levels = torch.floor(4 + torch.log2(area.sqrt() / 224 + 1e-8)).clamp(2, 5) - 2
    pooled = boxes.new_zeros(len(boxes), HIDDEN, POOLED, POOLED)
    for level, (features, stride) in enumerate(zip(maps, STRIDES)):
        here = (levels == level)[:, None, None, None]
        pooled = torch.where(here, roi_align(features, [boxes], POOLED, 1 / stride, 2, True), pooled)
    return pooled


sparse_rcnn.pool = pool_on_every_level


def synchronize(device):
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def device_times(run, runs, device):
    """Milliseconds of each run between two events of the device, behind each other."""
    if device.type == "cpu":
        from time import perf_counter

        times = []
        for _ in range(runs):
            began = perf_counter()
            run()
            times.append(1e3 * (perf_counter() - began))
        return times
    for _ in range(3):
        run()
    pairs = [[torch.cuda.Event(enable_timing=True) for _ in range(2)] for _ in range(runs)]
    for begin, end in pairs:
        begin.record()
        run()
        end.record()
    torch.cuda.synchronize(device)
    return [begin.elapsed_time(end) for begin, end in pairs]


def load_network(spec, job, device):
    """A network of a checkpoint in the job's type. The proposals' boxes stay float32, as all boxes do."""
    state = torch.load(spec["checkpoint"], map_location="cpu")["model"]
    architecture = spec["architecture"]
    if architecture == "sparse-rcnn":
        network = SparseRcnn(state)
    elif architecture == "retinanet":
        network = RetinaNet(state, spec["decoder"])
    else:
        network = DenseNet(architecture, state)
    network = network.eval().to(device, memory_format=torch.channels_last)
    if job["precision"] == "fp16":
        network.half()
        if architecture == "sparse-rcnn":
            network.init_proposal_boxes.float()
    return network


class Case:
    """Inputs go from pinned memory to fixed places, a graph does all that has fixed sizes, outputs come back."""

    def __init__(self, job, device):
        self.job, self.device = job, device
        self.dtype = torch.float16 if job["precision"] == "fp16" else torch.float32
        self.how = "eager"
        self.graph = None

    def pinned(self, array):
        tensor = torch.from_numpy(array)
        return tensor.pin_memory() if self.device.type == "cuda" else tensor

    def prepare(self):
        self.places = {name: value.to(self.device) for name, value in self.inputs[0].items()}
        if self.device.type == "cpu":
            self.fixed = self.compute()
            return
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(WARM_UP):
                self.compute()
        torch.cuda.current_stream().wait_stream(side)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.fixed = self.compute()
        self.how += ", CUDA graph"

    def run(self, index):
        for name, value in self.inputs[index % len(self.inputs)].items():
            self.places[name].copy_(value, non_blocking=True)
        if self.graph is None:
            self.fixed = self.compute()
        else:
            self.graph.replay()
        return self.finish()

    def image(self, pixels):
        return pixels.to(self.dtype).contiguous(memory_format=torch.channels_last)


class Network(Case):
    def __init__(self, job, device):
        super().__init__(job, device)
        self.network = load_network(job["network"], job, device)
        self.inputs = [
            {
                name: self.pinned(numpy.fromfile(file, numpy.float32).reshape(job["dims"][name]))
                for name, file in files.items()
            }
            for files in job["inputs"]
        ]
        self.is_detector = hasattr(self.network, "candidates")
        self.call = self.network.candidates if self.is_detector else self.network
        self.host = None

    def prepare(self):
        if self.job["compile"] and self.device.type == "cuda":
            eager = self.call
            self.call, self.how = torch.compile(eager), "torch.compile"
            self.places = {name: value.to(self.device) for name, value in self.inputs[0].items()}
            try:
                self.compute()
            except Exception as error:  # no compiler on this machine: the table says so
                self.call, self.how = eager, f"eager, since torch.compile fails ({type(error).__name__})"
        super().prepare()

    def compute(self):
        rest = {name: value for name, value in self.places.items() if name != "image"}
        return self.call(self.image(self.places["image"]), **rest)

    def finish(self):
        if self.is_detector:
            return {name: value.cpu() for name, value in self.network.suppress(*self.fixed).items()}
        logits = self.fixed["logits"]
        if self.host is None:
            pinned = self.device.type == "cuda"
            self.host = torch.empty(logits.shape, dtype=logits.dtype, pin_memory=pinned)
        self.host.copy_(logits, non_blocking=True)
        return {"logits": self.host}


class Screening(Case):
    """A picture of 16-bit samples to probability and boxes, as the model package describes it."""

    def __init__(self, job, device):
        super().__init__(job, device)
        with open(os.path.join(job["folder"], "model.json"), encoding="utf-8") as file:
            self.manifest = json.load(file)
        loaded = {spec["architecture"]: load_network(spec, job, device) for spec in job["networks"]}
        self.detector = loaded[self.manifest["detector"]["architecture"]]
        self.classifiers = [loaded[entry["architecture"]] for entry in self.manifest["classifiers"]]
        self.height, self.width = job["size"]
        shape = [self.height, self.width]
        self.inputs = [
            {"samples": self.pinned(numpy.fromfile(file, numpy.int16).reshape(shape))} for file in job["pictures"]
        ]
        rule = self.manifest["detector"]["input"]["resize"]
        scale = rule["shortestEdge"] / min(shape)
        if scale * max(shape) > rule["longestEdge"]:
            scale = rule["longestEdge"] / max(shape)
        self.resized = [int(side * scale + 0.5) for side in shape]
        step = rule["padMultiple"]
        self.padding = (0, -self.resized[1] % step, 0, -self.resized[0] % step)
        number = {"dtype": torch.float32, "device": device}
        self.size = torch.tensor(self.resized, **number)
        self.factors = torch.tensor([self.width / self.resized[1], self.height / self.resized[0]] * 2, **number)
        self.limits = torch.tensor([self.width, self.height] * 2, **number)
        self.scales = {
            id(entry): [torch.tensor(entry[key], **number)[:, None, None] for key in ("mean", "std")]
            for entry in [self.manifest["classifiers"][0]["input"], self.manifest["detector"]["input"]]
        }

    def normalized(self, grey, height, width, entry):
        mean, std = self.scales[id(entry)]
        # As Pillow does it: columns, then rows, 8 bits in between.
        for size in [(grey.shape[2], width), (height, width)]:
            grey = functional.interpolate(grey, size, mode="bilinear", antialias=True).round().clamp(0, 255)
        return (grey - mean) / std

    def compute(self):
        samples = (self.places["samples"].to(torch.int32) & 0xFFFF).to(torch.float32)
        low, high = samples.aminmax()
        grey = torch.floor((samples - low) / (high - low) * 255)[None, None]
        entry = self.manifest["classifiers"][0]["input"]
        image = self.image(self.normalized(grey, entry["height"], entry["width"], entry))
        logits = torch.cat([network(image)["logits"].float().flatten() for network in self.classifiers])
        clip = self.manifest["ensemble"]["clip"]
        p = logits.sigmoid().clamp(clip, 1 - clip)
        probability = torch.logit(p).mean().sigmoid()
        whole = self.normalized(grey, *self.resized, self.manifest["detector"]["input"])
        padded = self.image(functional.pad(whole, self.padding))
        return probability, self.detector.candidates(padded, self.size)

    def finish(self):
        probability, candidates = self.fixed
        found = self.detector.suppress(*candidates)
        boxes = torch.minimum((found["boxes"] * self.factors).clamp(min=0), self.limits)
        filled = ((boxes[:, 2:] - boxes[:, :2]) > 0).all(1).nonzero().flatten()
        thresholds = self.manifest["thresholds"]
        scores = found["scores"][filled].cpu()
        probability = float(probability)
        abnormal = probability >= thresholds["abnormal"]
        kept = len(scores) if abnormal else int((scores >= thresholds["findingWhenNormal"]).sum())
        return {
            "probability": torch.tensor([probability]),
            "kept": torch.tensor([kept]),
            "boxes": boxes[filled].cpu(),
            "scores": scores,
            "classes": found["classes"][filled].cpu(),
        }
