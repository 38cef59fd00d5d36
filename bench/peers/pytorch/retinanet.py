"""
RetinaNet (Lin et al. 2017) with ResNet-50 and a feature pyramid from C3 to P7, written plainly after detectron2's
description: torchvision's layers and operators wherever it has them. Modules have the checkpoint's names.
"""
import torch
import torchvision
from torch import nn
from torch.nn import functional
from torchvision.ops import FeaturePyramidNetwork, batched_nms

import sparse_rcnn

HIDDEN = 256


class RetinaNet(nn.Module):
    def __init__(self, state, decoder):
        """decoder: as model.json describes it."""
        super().__init__()
        self.decoder = decoder
        depth = sum(1 for name in state if name.startswith("head.cls_subnet.") and name.endswith("weight"))
        scores, deltas = (state[f"head.{name}.weight"].shape[0] for name in ("cls_score", "bbox_pred"))
        self.classes = scores // (deltas // 4)
        self.body = torchvision.models.resnet50()
        del self.body.fc
        # detectron2 halves maps in the first convolution of a stage, torchvision in the second.
        for layer in (self.body.layer2, self.body.layer3, self.body.layer4):
            layer[0].conv1.stride, layer[0].conv2.stride = (2, 2), (1, 1)
        self.pyramid = FeaturePyramidNetwork([512, 1024, 2048], HIDDEN)
        self.p6 = nn.Conv2d(2048, HIDDEN, 3, 2, 1)
        self.p7 = nn.Conv2d(HIDDEN, HIDDEN, 3, 2, 1)
        self.head = nn.ModuleDict(
            {
                "cls_subnet": tower(depth),
                "bbox_subnet": tower(depth),
                "cls_score": nn.Conv2d(HIDDEN, scores, 3, 1, 1),
                "bbox_pred": nn.Conv2d(HIDDEN, deltas, 3, 1, 1),
            }
        )
        self.load_state_dict({rename(name): tensor for name, tensor in state.items()})
        for i, level in enumerate(decoder["levels"]):
            sides = torch.tensor(level["anchors"])
            self.register_buffer(f"sides{i}", sides, persistent=False)

    def forward(self, image):
        return self.suppress(*self.candidates(image))

    def candidates(self, image):
        """Boxes, scores and classes before suppression: as many for every picture of one size."""
        body = self.body
        x = body.layer1(body.maxpool(body.relu(body.bn1(body.conv1(image)))))
        maps = {}
        for level, layer in enumerate([body.layer2, body.layer3, body.layer4]):
            x = maps[level] = layer(x)
        levels = list(self.pyramid(maps).values())
        levels.append(self.p6(x))
        levels.append(self.p7(functional.relu(levels[-1])))
        found = [self.decode(i, level) for i, level in enumerate(levels)]
        return [torch.cat(parts) for parts in zip(*found)]

    def decode(self, index, features):
        decoder, head = self.decoder, self.head
        level = decoder["levels"][index]
        sides = getattr(self, f"sides{index}").float()
        height, width = features.shape[2:]
        logits = rows(head["cls_score"](head["cls_subnet"](features)), self.classes).flatten().float()
        deltas = rows(head["bbox_pred"](head["bbox_subnet"](features)), 4).float()
        best, order = logits.topk(min(decoder["candidatesPerLevel"], logits.numel()))
        places = torch.div(order, self.classes, rounding_mode="floor")
        count = len(sides)
        cell = torch.div(places, count, rounding_mode="floor")
        x = (cell % width + decoder["offset"]) * level["stride"]
        y = (torch.div(cell, width, rounding_mode="floor") + decoder["offset"]) * level["stride"]
        size = sides[places % count]
        delta = deltas[places]
        wx, wy, ww, wh = decoder["weights"]
        centre_x = x + delta[:, 0] / wx * size[:, 0]
        centre_y = y + delta[:, 1] / wy * size[:, 1]
        half_width = 0.5 * size[:, 0] * (delta[:, 2] / ww).clamp(max=decoder["scaleClamp"]).exp()
        half_height = 0.5 * size[:, 1] * (delta[:, 3] / wh).clamp(max=decoder["scaleClamp"]).exp()
        corners = [centre_x - half_width, centre_y - half_height, centre_x + half_width, centre_y + half_height]
        return torch.stack(corners, 1), best.sigmoid(), order % self.classes

    def suppress(self, boxes, scores, classes):
        decoder = self.decoder
        likely = scores > decoder["scoreThreshold"]
        boxes, scores, classes = boxes[likely], scores[likely], classes[likely]
        kept = batched_nms(boxes, scores, classes, decoder["iouThreshold"])[: decoder["maxDetections"]]
        return {"boxes": boxes[kept], "scores": scores[kept], "classes": classes[kept]}


def rows(x, columns):
    """[1, anchors * columns, H, W] to [H * W * anchors, columns]."""
    _, channels, height, width = x.shape
    return x.view(channels // columns, columns, height, width).permute(2, 3, 0, 1).reshape(-1, columns)


def tower(depth):
    layers = []
    for _ in range(depth):
        layers += [nn.Conv2d(HIDDEN, HIDDEN, 3, 1, 1), nn.ReLU()]
    return nn.Sequential(*layers)


def rename(name):
    """From detectron2's name of a tensor; the pyramid begins at C3."""
    for level in (3, 4, 5):
        name = name.replace(f"backbone.fpn_lateral{level}.", f"pyramid.inner_blocks.{level - 3}.0.")
        name = name.replace(f"backbone.fpn_output{level}.", f"pyramid.layer_blocks.{level - 3}.0.")
    return sparse_rcnn.rename(name.replace("backbone.top_block.", ""))
