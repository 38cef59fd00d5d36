"""Prepared pictures (prepare.ts), and how one becomes a training example."""

import json
import os
import zlib
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F


@dataclass(frozen=True)
class Picture:
    """One prepared picture of one cache."""

    id: str
    study: str
    abnormal: bool
    original: tuple  # height, width
    size: tuple  # height, width in the detector's cache
    boxes: np.ndarray  # f32 [n, 4], corners in pixels of the detector's picture
    classes: np.ndarray  # i64 [n]
    cache: str
    index: int
    offset: int


def read_cache(folder, config):
    """Pictures of one cache folder. Labels that the config does not have are refused."""
    with open(os.path.join(folder, "index.json")) as file:
        index = json.load(file)
    c, d = config["classifier"], config["detector"]
    sizes = [c["height"], c["width"], d["shortestEdge"], d["longestEdge"]]
    if index["sizes"] != sizes:
        raise SystemExit(f"{folder} was prepared for the sizes {index['sizes']}, the config has {sizes}: prepare again.")
    labels = {label: k for k, label in enumerate(config["labels"])}
    pictures = []
    for k, entry in enumerate(index["pictures"]):
        unknown = {box[0] for box in entry["boxes"]} - set(labels)
        if unknown:
            raise SystemExit(f"{folder} has the labels {sorted(unknown)}, which the config's labels lack.")
        pictures.append(
            Picture(
                id=entry["id"],
                study=entry["study"],
                abnormal=entry["abnormal"],
                original=(entry["height"], entry["width"]),
                size=(entry["detector"]["height"], entry["detector"]["width"]),
                boxes=np.array([box[1:] for box in entry["boxes"]], np.float32).reshape(-1, 4),
                classes=np.array([labels[box[0]] for box in entry["boxes"]], np.int64),
                cache=folder,
                index=k,
                offset=entry["detector"]["offset"],
            )
        )
    return pictures


def read_sets(cache, config):
    """(training, validation): whole caches by name, or a share of the training studies where none is named."""
    train = [p for name in config["train"] for p in read_cache(os.path.join(cache, name), config)]
    if config["validation"]:
        return train, [p for name in config["validation"] for p in read_cache(os.path.join(cache, name), config)]
    share = config["validationShare"]
    held = [zlib.crc32(p.study.encode()) / 2**32 < share for p in train]
    return [p for p, h in zip(train, held) if not h], [p for p, h in zip(train, held) if h]


class Pixels:
    """The bytes of caches, mapped on first use (in each worker of its own)."""

    def __init__(self, config):
        self.shape = (config["classifier"]["height"], config["classifier"]["width"])
        self.maps = {}

    def _map(self, folder, name):
        key = os.path.join(folder, name)
        if key not in self.maps:
            self.maps[key] = np.memmap(key, np.uint8, "r")
        return self.maps[key]

    def classifier(self, picture):
        """u8 [height, width] of the classifier's input."""
        count = self.shape[0] * self.shape[1]
        at = picture.index * count
        return self._map(picture.cache, "classifier.u8")[at : at + count].reshape(self.shape)

    def detector(self, picture):
        """u8 [height, width] of the detector's input, without padding."""
        count = picture.size[0] * picture.size[1]
        return self._map(picture.cache, "detector.u8")[picture.offset : picture.offset + count].reshape(picture.size)


class Normalize:
    """Grey [..., 1, h, w] in 0..255 to the network's three channels, as the manifest says."""

    def __init__(self, config):
        self.mean = torch.tensor(config["mean"]).view(3, 1, 1)
        self.std = torch.tensor(config["std"]).view(3, 1, 1)

    def __call__(self, grey):
        return (grey - self.mean) / self.std


def photometric(grey, rng, a):
    """Exposure, window and noise: f32 tensor 0..255 to the same."""
    x = grey / 255
    x = x ** float(np.exp(rng.uniform(*np.log(a["gamma"]))))
    mean = x.mean()
    x = (x - mean) * float(np.exp(rng.uniform(*np.log(a["contrast"])))) + mean
    x = x + float(rng.uniform(-a["brightness"], a["brightness"]))
    if a["noise"] > 0:
        noise = rng.standard_normal(tuple(x.shape), np.float32)
        x = x + torch.from_numpy(noise) * float(rng.uniform(0, a["noise"] / 255))
    return (x * 255).clamp_(0, 255)


class ClassifierBatches(torch.utils.data.Dataset):
    """
    Batch k of a training run is a function of the seed and k: a resumed run sees what it would have seen.

    The first `cropSteps` batches are `cropBatch` quarters of pictures at the same scale: a lesion is a larger part of them, so
    what lesions look like is learned much sooner. Their label is whether a lesion is in sight.
    """

    def __init__(self, pictures, config, seed):
        self.pictures, self.config, self.seed = pictures, config, seed
        self.pixels, self.normalize = Pixels(config), Normalize(config)
        self.normal = [k for k, p in enumerate(pictures) if not p.abnormal]
        self.abnormal = [k for k, p in enumerate(pictures) if p.abnormal]
        self.marked = [k for k in self.abnormal if len(pictures[k].boxes)]

    def __len__(self):
        return self.config["classifier"]["steps"]

    def __getitem__(self, step):
        rng = np.random.default_rng([self.seed, step, 1])
        c = self.config["classifier"]
        crop = step < c["cropSteps"] and len(self.marked) > 0
        # As many normal as abnormal pictures, whatever the data set's mix.
        sources = (self.normal, self.marked if crop else self.abnormal)
        count = c["cropBatch"] if crop else c["batch"]
        chosen = [int(rng.choice(sources[k % 2])) for k in range(count)]
        examples = [self.example(self.pictures[k], rng, crop) for k in chosen]
        images, labels, targets = zip(*examples)
        return torch.stack(images), torch.tensor(labels), torch.stack(targets)

    def example(self, picture, rng, crop):
        a, (height, width) = self.config["augmentation"], self.pixels.shape
        grey = torch.from_numpy(self.pixels.classifier(picture).astype(np.float32))[None, None]
        sign = -1.0 if rng.random() < a["flip"] else 1.0
        zoom = float(np.exp(rng.uniform(*np.log(a["zoom"]))))
        if crop:
            height, width, zoom = height // 2, width // 2, 2 * zoom
            dx, dy = self.quarter(picture, rng)
        else:
            dx, dy = (rng.uniform(-a["shift"], a["shift"], 2) * 2).tolist()
        # Output place u shows input place (u * sign / zoom + d), both from -1 to 1.
        theta = torch.tensor([[[sign / zoom, 0, dx], [0, 1 / zoom, dy]]], dtype=torch.float32)
        grid = F.affine_grid(theta, (1, 1, height, width), align_corners=False)
        grey = F.grid_sample(grey, grid, mode="bilinear", padding_mode="zeros", align_corners=False)[0]
        unit = unit_boxes(picture)
        xs = (unit[:, [0, 2]] - dx) * zoom * sign
        ys = (unit[:, [1, 3]] - dy) * zoom
        boxes = np.stack([xs.min(1), ys.min(1), xs.max(1), ys.max(1)], 1) if len(unit) else unit
        label = picture.abnormal
        if crop:
            label = len(boxes) > 0 and bool((area(boxes.clip(-1, 1)) >= 0.5 * area(boxes)).any())
        target = local_target(boxes, picture.classes, height // 8, width // 8, len(self.config["labels"]))
        return self.normalize(photometric(grey, rng, a)), float(label), target

    def quarter(self, picture, rng):
        """
        Centre of a quarter, around a box. A normal picture is cut where a box lies in another one, or the place alone would
        tell; and so is, now and then, an abnormal one.
        """
        if len(picture.boxes) == 0 or rng.random() < 0.25:
            picture = self.pictures[int(rng.choice(self.marked))]
        x0, y0, x1, y1 = unit_boxes(picture)[rng.integers(len(picture.boxes))]
        jitter = rng.uniform(-0.35, 0.35, 2)
        return (float(np.clip(c + j, -0.6, 0.6)) for c, j in zip(((x0 + x1) / 2, (y0 + y1) / 2), jitter))


def unit_boxes(picture):
    """Corners from -1 to 1."""
    h, w = picture.size
    return picture.boxes / np.array([w, h, w, h], np.float32) * 2 - 1


def local_target(boxes, classes, rows, columns, labels):
    """Per class, which cells of 8 x 8 pixels have their centre in a box (-1..1 coordinates), or hold a box's centre."""
    target = np.zeros((labels, rows, columns), np.float32)
    for (x0, y0, x1, y1), k in zip((boxes + 1) / 2, classes):
        left, right = round(x0 * columns), round(x1 * columns)
        top, bottom = round(y0 * rows), round(y1 * rows)
        if right <= left:
            left = int((x0 + x1) / 2 * columns)
            right = left + 1
        if bottom <= top:
            top = int((y0 + y1) / 2 * rows)
            bottom = top + 1
        target[k, max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = 1
    return torch.from_numpy(target)


class DetectorBatches(torch.utils.data.Dataset):
    """Crops with their boxes; most are placed around a box whose class was drawn with `classWeights`."""

    def __init__(self, pictures, config, seed):
        self.pictures, self.config, self.seed = pictures, config, seed
        self.pixels, self.normalize = Pixels(config), Normalize(config)
        self.places = [[] for _ in config["labels"]]
        for k, picture in enumerate(pictures):
            for box, label in enumerate(picture.classes):
                self.places[label].append((k, box))
        weights = np.array([w if p else 0 for w, p in zip(config["detector"]["classWeights"], self.places)], np.float64)
        self.weights = weights / weights.sum()

    def __len__(self):
        return self.config["detector"]["steps"]

    def __getitem__(self, step):
        rng = np.random.default_rng([self.seed, step, 2])
        d = self.config["detector"]
        examples = [self.example(rng) for _ in range(d["batch"])]
        images, boxes, classes, ignored = zip(*examples)
        return torch.stack(images), boxes, classes, ignored

    def example(self, rng):
        a, d = self.config["augmentation"], self.config["detector"]
        focus = None
        if rng.random() < d["centred"]:
            places = self.places[rng.choice(len(self.places), p=self.weights)]
            k, box = places[rng.integers(len(places))]
            picture = self.pictures[k]
            focus = picture.boxes[box]
        else:
            picture = self.pictures[rng.integers(len(self.pictures))]
        zoom = 1.0 if rng.random() < 0.3 else float(np.exp(rng.uniform(*np.log(a["zoom"]))))
        height, width = d["crop"]
        rows, columns = (round(side / zoom) for side in (height, width))
        top = place(rng, picture.size[0], rows, focus[1::2] if focus is not None else None)
        left = place(rng, picture.size[1], columns, focus[0::2] if focus is not None else None)
        cut = self.pixels.detector(picture)[top : top + rows, left : left + columns]
        grey = torch.from_numpy(cut.astype(np.float32))[None]
        scale_y = scale_x = 1.0
        if zoom != 1:
            size = [max(1, min(side, round(s * zoom))) for side, s in zip((height, width), cut.shape)]
            scale_y, scale_x = size[0] / cut.shape[0], size[1] / cut.shape[1]
            grey = F.interpolate(grey[None], size=size, mode="bilinear", align_corners=False, antialias=zoom < 1)[0]
        boxes = (picture.boxes - np.array([left, top, left, top], np.float32)) * np.array(
            [scale_x, scale_y, scale_x, scale_y], np.float32
        )
        seen_h, seen_w = grey.shape[1:]
        if rng.random() < a["flip"]:
            grey = grey.flip(2)
            boxes = np.stack([seen_w - boxes[:, 2], boxes[:, 1], seen_w - boxes[:, 0], boxes[:, 3]], 1)
        image = self.normalize(photometric(grey, rng, a))
        # Padding is 0 after normalisation, right and below, as in inference.
        image = F.pad(image, (0, width - seen_w, 0, height - seen_h))
        clipped = boxes.clip(0, [seen_w, seen_h, seen_w, seen_h]).astype(np.float32)
        visible = area(clipped) / np.maximum(area(boxes), 1e-6)
        keep, cut_off = visible >= 0.6, (visible > 0) & (visible < 0.6)
        tensor = torch.from_numpy
        return image, tensor(clipped[keep]), tensor(picture.classes[keep]), tensor(clipped[cut_off])


def place(rng, side, window, focus):
    """First pixel of the window along one axis; it covers the focus where that fits."""
    if side <= window:
        return 0
    low, high = 0, side - window
    if focus is not None:
        a, b = int(focus[1]) - window + 4, int(focus[0]) - 4
        if a > b:  # larger than the window: anywhere in it
            a, b = b, a
        low, high = min(max(a, low), high), max(min(b, high), low)
        low, high = min(low, high), max(low, high)
    return int(rng.integers(low, high + 1))


def area(boxes):
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
