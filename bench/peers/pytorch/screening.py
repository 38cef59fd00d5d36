"""The whole screening: a picture's file to probability and boxes, as the model package describes it."""
import json
import math
import os

import numpy
import torch
from PIL import Image

import networks


class Screening:
    def __init__(self, job):
        self.picture = job["picture"]
        with open(os.path.join(job["folder"], "model.json"), encoding="utf-8") as file:
            self.manifest = json.load(file)
        loaded = {c["architecture"]: networks.load(c) for c in job["checkpoints"]}
        self.detector = loaded[self.manifest["detector"]["architecture"]]
        self.classifiers = [loaded[c["architecture"]] for c in self.manifest["classifiers"]]

    def run(self):
        picture = Image.open(self.picture).convert("L")
        probability = self.classify(picture)
        boxes, scores, classes = self.detect(picture)
        thresholds = self.manifest["thresholds"]
        positive = probability >= thresholds["abnormal"]
        kept = len(scores) if positive else int((scores >= thresholds["findingWhenNormal"]).sum())
        return {
            "probability": [probability],
            "kept": [kept],
            "boxes": boxes.flatten(),
            "scores": scores,
            "classes": classes,
        }

    def classify(self, picture):
        entry = self.manifest["classifiers"][0]["input"]
        image = to_tensor(picture.resize((entry["width"], entry["height"]), Image.BILINEAR), entry)
        clip = self.manifest["ensemble"]["clip"]
        logits = []
        for classifier in self.classifiers:
            p = torch.sigmoid(classifier(image)["logits"]).item()
            p = min(max(p, clip), 1 - clip)
            logits.append(math.log(p / (1 - p)))
        return 1 / (1 + math.exp(-sum(logits) / len(logits)))

    def detect(self, picture):
        entry = self.manifest["detector"]["input"]
        rule = entry["resize"]
        scale = rule["shortestEdge"] / min(picture.size)
        if scale * max(picture.size) > rule["longestEdge"]:
            scale = rule["longestEdge"] / max(picture.size)
        width, height = (int(side * scale + 0.5) for side in picture.size)
        image = to_tensor(picture.resize((width, height), Image.BILINEAR), entry)
        step = rule["padMultiple"]
        image = torch.nn.functional.pad(image, (0, -width % step, 0, -height % step))
        found = self.detector(image, torch.tensor([height, width], dtype=torch.float32))
        factors = torch.tensor([picture.width / width, picture.height / height] * 2)
        limits = torch.tensor([picture.width, picture.height] * 2)
        boxes = torch.minimum((found["boxes"] * factors).clamp(min=0), limits)
        filled = ((boxes[:, 2:] - boxes[:, :2]) > 0).all(1)
        return boxes[filled], found["scores"][filled], found["classes"][filled]


def to_tensor(picture, entry):
    """Grey, three times, minus mean, divided by std: [1, 3, H, W]."""
    grey = torch.from_numpy(numpy.array(picture, dtype=numpy.float32))
    mean, std = (torch.tensor(entry[key])[:, None, None] for key in ("mean", "std"))
    return ((grey - mean) / std)[None]
