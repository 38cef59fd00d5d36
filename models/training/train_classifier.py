"""Trains the DenseNet classifier. See README.md; everything that can be set is in the config file."""

import json
import os
import struct
import zlib

import numpy as np
import torch

from recipe.data import ClassifierBatches, Normalize, Pixels, read_sets
from recipe.densenet import Classifier, classifier_loss
from recipe.loop import Run, options, write_checkpoint
from recipe.metrics import auroc, youden


def write_png(grey, path):
    """u8 [h, w] as an 8-bit grey PNG."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width = grey.shape
    rows = b"".join(b"\0" + row.tobytes() for row in grey)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def main():
    arguments, config = options(__doc__)
    train, validation = read_sets(arguments.cache, config)
    torch.manual_seed(config["seed"])
    model = Classifier(config)
    labels = np.array([p.abnormal for p in validation])
    golden = int(np.flatnonzero(labels)[0])  # the package's self-test picture
    pixels, normalize = Pixels(config), Normalize(config)

    def step_loss(model, batch):
        images, targets, places = batch
        logits, local = model(images)
        return classifier_loss(logits, local, targets, places, config)

    @torch.no_grad()
    def evaluate(model):
        logits = []
        device = next(model.parameters()).device
        for k in range(0, len(validation), 16):
            grey = np.stack([pixels.classifier(p) for p in validation[k : k + 16]])[:, None]
            images = normalize(torch.from_numpy(grey.astype(np.float32)))
            logits.append(model(images.to(device, memory_format=torch.channels_last))[0].cpu().numpy())
        logits = np.concatenate(logits)
        score = auroc(logits, labels)
        return {"score": score, "auroc": score, "logits": logits}

    def export(model, folder, result):
        write_checkpoint(model.export(), os.path.join(folder, "classifier.pth"))
        probability = 1 / (1 + np.exp(-result["logits"].astype(np.float64)))
        with open(os.path.join(folder, "classifier.json"), "w") as file:
            about = {
                "auroc": result["auroc"],
                "threshold": youden(probability, labels),
                "golden": float(result["logits"][golden]),
                "pictures": len(labels),
            }
            json.dump(about, file, indent=1)
        write_png(pixels.classifier(validation[golden]), os.path.join(folder, "golden.png"))

    def panels(history):
        line = lambda part, name: [(row["step"], row[name]) for row in history[part]]
        return [
            ("loss of training", {name: line("train", name) for name in ("image", "place")}, None),
            ("validation", {"AUROC": line("validation", "auroc")}, (0.5, 1)),
        ]

    batches = ClassifierBatches(train, config, config["seed"])
    Run(arguments, config, "classifier", model, batches, step_loss, evaluate, export, panels).train()


if __name__ == "__main__":
    main()
