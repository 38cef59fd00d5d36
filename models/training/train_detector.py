"""Trains the RetinaNet detector. See README.md; everything that can be set is in the config file."""

import json
import math
import os

import numpy as np
import torch
import torch.nn.functional as F

from recipe.data import DetectorBatches, Normalize, Pixels, read_sets
from recipe.loop import Run, options, write_checkpoint
from recipe.metrics import average_precision, best_f1
from recipe.retinanet import Detector, detect, detector_loss, detectron2_yaml


def main():
    arguments, config = options(__doc__)
    train, validation = read_sets(arguments.cache, config)
    validation = validation[: config["detector"]["evaluatePictures"]]
    torch.manual_seed(config["seed"])
    model = Detector(config)
    labels = config["labels"]
    pixels, normalize = Pixels(config), Normalize(config)

    def step_loss(model, batch):
        images, boxes, classes, ignored = batch
        return detector_loss(model(images), boxes, classes, ignored, config)

    @torch.no_grad()
    def evaluate(model):
        device = next(model.parameters()).device
        found = []
        for picture in validation:
            image = normalize(torch.from_numpy(pixels.detector(picture)[None].astype(np.float32)))
            height, width = picture.size
            image = F.pad(image, (0, -width % 32, 0, -height % 32)).to(device)
            boxes, scores, classes = detect(model, image, picture.size)
            found.append((boxes.cpu().numpy(), scores.cpu().numpy(), classes.cpu().numpy(), picture.boxes, picture.classes))
        ap = average_precision(found, len(labels))
        mean = float(np.nanmean(ap))
        thresholds = dict(zip(labels, best_f1(found, len(labels))))
        return {"score": mean, "map50": mean, **dict(zip(labels, ap)), "thresholds": thresholds}

    def export(model, folder, result):
        write_checkpoint(model.export(), os.path.join(folder, "detector.pth"))
        with open(os.path.join(folder, "detector.yaml"), "w") as file:
            file.write(detectron2_yaml(config))
        with open(os.path.join(folder, "detector.json"), "w") as file:
            figures = {name: None if math.isnan(result[name]) else result[name] for name in ("map50", *labels)}
            json.dump({**figures, "thresholds": result["thresholds"], "pictures": len(validation)}, file, indent=1)

    def panels(history):
        line = lambda part, name: [(row["step"], row[name]) for row in history[part]]
        ap = {name: line("validation", name) for name in labels}
        return [
            ("loss of training", {name: line("train", name) for name in ("classes", "boxes")}, None),
            ("validation: AP at IoU 0.5", {"mean": line("validation", "map50"), **ap}, (0, 1)),
        ]

    batches = DetectorBatches(train, config, config["seed"])
    Run(arguments, config, "detector", model, batches, step_loss, evaluate, export, panels).train()


if __name__ == "__main__":
    main()
