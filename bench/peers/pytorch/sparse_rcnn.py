"""
Sparse R-CNN (Sun et al. 2021) with ResNet-50 and a feature pyramid, written plainly after the description of the
reference: torchvision's layers and operators wherever it has them. Modules have the checkpoint's names.
"""
import math
import re

import torch
import torchvision
from torch import nn
from torch.nn import functional
from torchvision.ops import FeaturePyramidNetwork, batched_nms, roi_align

HIDDEN = 256
POOLED = 7
STRIDES = [4, 8, 16, 32]
NMS_IOU = 0.7


class SparseRcnn(nn.Module):
    def __init__(self, state):
        super().__init__()
        stages = 1 + max(int(m[1]) for m in (re.match(r"head\.head_series\.(\d+)\.", n) for n in state) if m)
        classes = state["head.head_series.0.class_logits.weight"].shape[0]
        count = state["init_proposal_boxes.weight"].shape[0]
        self.body = torchvision.models.resnet50()
        del self.body.fc
        self.pyramid = FeaturePyramidNetwork([256, 512, 1024, 2048], HIDDEN)
        self.init_proposal_boxes = nn.Embedding(count, 4)
        self.init_proposal_features = nn.Embedding(count, HIDDEN)
        self.head = nn.ModuleDict({"head_series": nn.ModuleList(Stage(classes) for _ in range(stages))})
        self.load_state_dict({rename(name): tensor for name, tensor in state.items()})

    def forward(self, image, size):
        """image [1, 3, H, W], padded; size [2]: height and width without padding."""
        return self.suppress(*self.candidates(image, size))

    def candidates(self, image, size):
        """Boxes, scores and classes before suppression. Boxes and scores are float32 whatever the network is."""
        maps = [level.float() for level in self.features(image)]
        scale = torch.cat([size.flip(0), size.flip(0)])
        boxes = torchvision.ops.box_convert(self.init_proposal_boxes.weight, "cxcywh", "xyxy") * scale
        features = self.init_proposal_features.weight
        for stage in self.head["head_series"]:
            logits, boxes, features = stage(maps, boxes, features)
        classes = logits.shape[1]
        scores, order = logits.float().sigmoid().flatten().topk(len(boxes))
        return boxes[torch.div(order, classes, rounding_mode="floor")], scores, order % classes

    def suppress(self, boxes, scores, classes):
        kept = batched_nms(boxes, scores, classes, NMS_IOU)
        return {"boxes": boxes[kept], "scores": scores[kept], "classes": classes[kept]}

    def features(self, x):
        body = self.body
        x = body.maxpool(body.relu(body.bn1(body.conv1(x))))
        maps = {}
        for level, layer in enumerate([body.layer1, body.layer2, body.layer3, body.layer4]):
            x = maps[level] = layer(x)
        return list(self.pyramid(maps).values())


class Stage(nn.Module):
    def __init__(self, classes, feedforward=2048, heads=8):
        super().__init__()
        self.self_attn = nn.MultiheadAttention(HIDDEN, heads)
        self.inst_interact = DynamicConv()
        self.linear1 = nn.Linear(HIDDEN, feedforward)
        self.linear2 = nn.Linear(feedforward, HIDDEN)
        self.norm1 = nn.LayerNorm(HIDDEN)
        self.norm2 = nn.LayerNorm(HIDDEN)
        self.norm3 = nn.LayerNorm(HIDDEN)
        self.cls_module = branch(1)
        self.reg_module = branch(3)
        self.class_logits = nn.Linear(HIDDEN, classes)
        self.bboxes_delta = nn.Linear(HIDDEN, 4)

    def forward(self, maps, boxes, features):
        rois = pool(maps, boxes).to(features.dtype)
        sequence = features[:, None]
        attended = self.self_attn(sequence, sequence, sequence, need_weights=False)[0][:, 0]
        features = self.norm1(features + attended)
        features = self.norm2(features + self.inst_interact(features, rois))
        features = self.norm3(features + self.linear2(functional.relu(self.linear1(features))))
        logits = self.class_logits(self.cls_module(features))
        deltas = self.bboxes_delta(self.reg_module(features))
        return logits, decode(boxes, deltas.float()), features


class DynamicConv(nn.Module):
    """Each proposal's features make the two matrices that its pooled map goes through."""

    def __init__(self, narrow=64):
        super().__init__()
        self.narrow = narrow
        self.dynamic_layer = nn.Linear(HIDDEN, 2 * HIDDEN * narrow)
        self.norm1 = nn.LayerNorm(narrow)
        self.norm2 = nn.LayerNorm(HIDDEN)
        self.out_layer = nn.Linear(HIDDEN * POOLED**2, HIDDEN)
        self.norm3 = nn.LayerNorm(HIDDEN)

    def forward(self, features, rois):
        first, second = self.dynamic_layer(features).chunk(2, 1)
        x = rois.flatten(2).transpose(1, 2)
        x = functional.relu(self.norm1(torch.bmm(x, first.view(-1, HIDDEN, self.narrow))))
        x = functional.relu(self.norm2(torch.bmm(x, second.view(-1, self.narrow, HIDDEN))))
        return functional.relu(self.norm3(self.out_layer(x.flatten(1))))


def branch(depth):
    layers = []
    for _ in range(depth):
        layers += [nn.Linear(HIDDEN, HIDDEN, bias=False), nn.LayerNorm(HIDDEN), nn.ReLU()]
    return nn.Sequential(*layers)


def pool(maps, boxes):
    """RoIAlign of each box on the level that fits its size: [n, HIDDEN, POOLED, POOLED]."""
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    levels = torch.floor(4 + torch.log2(area.sqrt() / 224 + 1e-8)).clamp(2, 5).to(torch.int64) - 2
    pooled = boxes.new_zeros(len(boxes), HIDDEN, POOLED, POOLED)
    for level, (features, stride) in enumerate(zip(maps, STRIDES)):
        rows = torch.nonzero(levels == level)[:, 0]
        pooled[rows] = roi_align(features, [boxes[rows]], POOLED, 1 / stride, 2, True)
    return pooled


def decode(boxes, deltas):
    """Moves corners by deltas of weights 2, 2, 1, 1."""
    size = boxes[:, 2:] - boxes[:, :2]
    centre = boxes[:, :2] + 0.5 * size
    centre = centre + deltas[:, :2] / 2 * size
    size = size * deltas[:, 2:].clamp(max=math.log(100_000 / 16)).exp()
    return torch.cat([centre - 0.5 * size, centre + 0.5 * size], 1)


RENAMED = [
    (r"^backbone\.bottom_up\.stem\.conv1\.norm\.", "body.bn1."),
    (r"^backbone\.bottom_up\.stem\.", "body."),
    (r"^backbone\.bottom_up\.res(\d)\.(\d+)\.", lambda m: f"body.layer{int(m[1]) - 1}.{m[2]}."),
    (r"\.shortcut\.norm\.", ".downsample.1."),
    (r"\.shortcut\.", ".downsample.0."),
    (r"\.conv(\d)\.norm\.", r".bn\1."),
    (r"^backbone\.fpn_lateral(\d)\.", lambda m: f"pyramid.inner_blocks.{int(m[1]) - 2}.0."),
    (r"^backbone\.fpn_output(\d)\.", lambda m: f"pyramid.layer_blocks.{int(m[1]) - 2}.0."),
]


def rename(name):
    """From detectron2's name of a tensor to torchvision's; the head keeps its own."""
    for pattern, replacement in RENAMED:
        name = re.sub(pattern, replacement, name)
    return name
