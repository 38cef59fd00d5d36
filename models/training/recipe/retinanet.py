"""RetinaNet on a ResNet with a feature pyramid: detectron2's structure and tensor names, at any width."""

import math

import torch
import torch.nn.functional as F
from torch import nn
from torchvision.ops import batched_nms, box_iou, generalized_box_iou_loss

from .densenet import focal_loss

BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3)}
SCALE_CLAMP = math.log(1000 / 16)


class ConvNorm(nn.Conv2d):
    """Convolution with its batch normalisation inside, so that the names are detectron2's: conv1.weight, conv1.norm.*"""

    def __init__(self, inputs, outputs, kernel, stride=1):
        super().__init__(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        nn.init.kaiming_normal_(self.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        return self.norm(super().forward(x))


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = ConvNorm(inputs, outputs, 3, stride)
        self.conv2 = ConvNorm(outputs, outputs, 3)
        self.shortcut = ConvNorm(inputs, outputs, 1, stride) if stride != 1 or inputs != outputs else None

    def forward(self, x):
        y = self.conv2(F.relu(self.conv1(x)))
        return F.relu(y + (x if self.shortcut is None else self.shortcut(x)))


class BottleneckBlock(nn.Module):
    """The stride sits in the 3x3 convolution: STRIDE_IN_1X1 is false."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        middle = outputs // 4
        self.conv1 = ConvNorm(inputs, middle, 1)
        self.conv2 = ConvNorm(middle, middle, 3, stride)
        self.conv3 = ConvNorm(middle, outputs, 1)
        self.shortcut = ConvNorm(inputs, outputs, 1, stride) if stride != 1 or inputs != outputs else None

    def forward(self, x):
        y = self.conv3(F.relu(self.conv2(F.relu(self.conv1(x)))))
        return F.relu(y + (x if self.shortcut is None else self.shortcut(x)))


class ResNet(nn.Module):
    def __init__(self, depth, stem, width):
        super().__init__()
        self.stem = nn.Module()
        self.stem.conv1 = ConvNorm(3, stem, 7, 2)
        block = BasicBlock if depth < 50 else BottleneckBlock
        inputs = stem
        for stage, count in zip((2, 3, 4, 5), BLOCKS[depth]):
            outputs = width * 2 ** (stage - 2)
            blocks = [block(inputs if k == 0 else outputs, outputs, 2 if k == 0 and stage > 2 else 1) for k in range(count)]
            setattr(self, f"res{stage}", nn.Sequential(*blocks))
            inputs = outputs

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.stem.conv1(x)), 3, 2, 1)
        features = {}
        for stage in (2, 3, 4, 5):
            x = features[stage] = getattr(self, f"res{stage}")(x)
        return features


class Pyramid(nn.Module):
    """P3 to P7; P6 and P7 are convolutions of stride 2 on res5."""

    def __init__(self, depth, stem, width, channels):
        super().__init__()
        self.bottom_up = ResNet(depth, stem, width)
        for stage in (3, 4, 5):
            setattr(self, f"fpn_lateral{stage}", conv(width * 2 ** (stage - 2), channels, 1))
            setattr(self, f"fpn_output{stage}", conv(channels, channels, 3))
        self.top_block = nn.Module()
        self.top_block.p6 = conv(width * 8, channels, 3, 2)
        self.top_block.p7 = conv(channels, channels, 3, 2)

    def forward(self, x):
        features = self.bottom_up(x)
        levels, merged = [], None
        for stage in (5, 4, 3):
            lateral = getattr(self, f"fpn_lateral{stage}")(features[stage])
            merged = lateral if merged is None else lateral + F.interpolate(merged, scale_factor=2, mode="nearest")
            levels.insert(0, getattr(self, f"fpn_output{stage}")(merged))
        p6 = self.top_block.p6(features[5])
        return [*levels, p6, self.top_block.p7(F.relu(p6))]


def conv(inputs, outputs, kernel, stride=1):
    layer = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2)
    nn.init.kaiming_uniform_(layer.weight, a=1)
    nn.init.zeros_(layer.bias)
    return layer


class Head(nn.Module):
    def __init__(self, channels, convolutions, anchors, classes):
        super().__init__()

        def tower():
            layers = []
            for _ in range(convolutions):
                layer = nn.Conv2d(channels, channels, 3, 1, 1)
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.bias)
                layers += [layer, nn.ReLU()]
            return nn.Sequential(*layers)

        self.cls_subnet, self.bbox_subnet = tower(), tower()
        self.cls_score = nn.Conv2d(channels, anchors * classes, 3, 1, 1)
        self.bbox_pred = nn.Conv2d(channels, anchors * 4, 3, 1, 1)
        for layer in (self.cls_score, self.bbox_pred):
            nn.init.normal_(layer.weight, std=0.01)
            nn.init.zeros_(layer.bias)
        nn.init.constant_(self.cls_score.bias, -math.log((1 - 0.01) / 0.01))


class Detector(nn.Module):
    def __init__(self, config):
        super().__init__()
        d = config["detector"]
        self.classes = len(config["labels"])
        self.shapes = anchor_shapes(d)
        self.backbone = Pyramid(d["depth"], d["stem"], d["width"], d["pyramid"])
        self.head = Head(d["pyramid"], d["convolutions"], len(self.shapes[0]), self.classes)
        self.grids = {}

    def forward(self, x):
        """[N, 3, H, W], H and W multiples of 32, to scores [N, n, classes], deltas [N, n, 4], anchors [n, 4], counts per level."""
        scores, deltas, anchors, counts = [], [], [], []
        for k, level in enumerate(self.backbone(x)):
            score = self.head.cls_score(self.head.cls_subnet(level))
            delta = self.head.bbox_pred(self.head.bbox_subnet(level))
            scores.append(rows(score, self.classes))
            deltas.append(rows(delta, 4))
            anchors.append(self.grid(k, *level.shape[2:], x.device))
            counts.append(len(anchors[-1]))
        return torch.cat(scores, 1), torch.cat(deltas, 1), torch.cat(anchors), counts

    def grid(self, level, height, width, device):
        """Anchors of one level, row major, the anchor innermost: corners in pixels."""
        key = (level, height, width, device)
        if key not in self.grids:
            stride = 8 * 2**level
            w, h = torch.tensor(self.shapes[level]).T
            base = torch.stack([-w / 2, -h / 2, w / 2, h / 2], 1)
            y, x = torch.meshgrid(torch.arange(height) * stride, torch.arange(width) * stride, indexing="ij")
            centre = torch.stack([x, y, x, y], 2).float()
            self.grids[key] = (centre[:, :, None] + base).reshape(-1, 4).to(device)
        return self.grids[key]

    def export(self):
        """The state dict that `spinexr convert --arch retinanet` reads; running statistics serve as FrozenBN."""
        return {name: tensor.detach().cpu() for name, tensor in self.state_dict().items()}


def rows(maps, width):
    """[N, A * width, H, W] to [N, H * W * A, width]."""
    n, _, h, w = maps.shape
    return maps.view(n, -1, width, h, w).permute(0, 3, 4, 1, 2).reshape(n, -1, width)


def anchor_shapes(d):
    """Width and height per level: sizes s, s 2^(1/3), s 2^(2/3), of each every ratio height / width."""
    levels = []
    for size in d["sizes"]:
        shapes = []
        for octave in range(3):
            for ratio in d["ratios"]:
                width = math.sqrt((size * 2 ** (octave / 3)) ** 2 / ratio)
                shapes.append((width, ratio * width))
        levels.append(shapes)
    return levels


def decode(anchors, deltas):
    size = anchors[:, 2:] - anchors[:, :2]
    centre = anchors[:, :2] + size / 2 + deltas[:, :2] * size
    half = size * deltas[:, 2:].clamp(max=SCALE_CLAMP).exp() / 2
    return torch.cat([centre - half, centre + half], 1)


def match(anchors, boxes, ignored):
    """Per anchor: the index of its box, -1 background, -2 neither. IoU 0.5 and 0.4; every box gets its best anchors."""
    found = torch.full((len(anchors),), -1, dtype=torch.long, device=anchors.device)
    if len(ignored):
        centre = (anchors[:, :2] + anchors[:, 2:]) / 2
        inside = (centre[:, None] > ignored[None, :, :2]).all(2) & (centre[:, None] < ignored[None, :, 2:]).all(2)
        found[inside.any(1)] = -2
    if len(boxes):
        iou = box_iou(anchors, boxes)
        best, box = iou.max(1)
        found[(best >= 0.4) & (best < 0.5)] = -2
        strong = (best >= 0.5) | ((iou == iou.max(0).values) & (iou > 0.1)).any(1)
        found[strong] = box[strong]
    return found


def detector_loss(output, boxes, classes, ignored, config):
    """Focal loss over anchors and the generalised IoU of matched ones, both per matched anchor."""
    scores, deltas, anchors = output[0].float(), output[1].float(), output[2]
    focal = scores.new_zeros(())
    overlap = scores.new_zeros(())
    matched = 0
    for k in range(len(scores)):
        found = match(anchors, boxes[k], ignored[k])
        positive = (found >= 0).nonzero()[:, 0]
        used = found != -2
        target = torch.zeros_like(scores[k])
        if len(positive):
            target[positive, classes[k][found[positive]]] = 1
            predicted = decode(anchors[positive], deltas[k][positive])
            overlap = overlap + generalized_box_iou_loss(predicted, boxes[k][found[positive]], reduction="sum")
        focal = focal + (focal_loss(scores[k], target) * used[:, None]).sum()
        matched += len(positive)
    focal, overlap = focal / max(matched, 1), overlap / max(matched, 1)
    loss = focal + config["detector"]["boxWeight"] * overlap
    return loss, {"classes": focal.item(), "boxes": overlap.item()}


@torch.no_grad()
def detect(model, image, size, threshold=0.05, candidates=1000, suppress=0.5, most=100):
    """What inference does with one picture [3, H, W] (padded), `size` its height and width without padding."""
    scores, deltas, anchors, counts = model(image[None])
    parts = []
    for score, delta, anchor in zip(scores[0].split(counts), deltas[0].split(counts), anchors.split(counts)):
        probability = score.sigmoid().flatten()
        kept = (probability > threshold).nonzero()[:, 0]
        kept = kept[probability[kept].argsort(descending=True)[:candidates]]
        row, label = kept // model.classes, kept % model.classes
        parts.append((decode(anchor[row], delta[row]), probability[kept], label))
    boxes, probability, label = (torch.cat(part) for part in zip(*parts))
    boxes = torch.stack([boxes[:, 0::2].clamp(0, size[1]), boxes[:, 1::2].clamp(0, size[0])], 2).flatten(1)
    kept = batched_nms(boxes, probability, label, suppress)[:most]
    return boxes[kept], probability[kept], label[kept]


def detectron2_yaml(config):
    """The part of detectron2's configuration that the tensors do not say."""
    d = config["detector"]
    sizes = [[size * 2 ** (k / 3) for k in range(3)] for size in d["sizes"]]
    lines = [
        "INPUT:",
        "  FORMAT: BGR",
        f"  MIN_SIZE_TEST: {d['shortestEdge']}",
        f"  MAX_SIZE_TEST: {d['longestEdge']}",
        "MODEL:",
        "  META_ARCHITECTURE: RetinaNet",
        f"  PIXEL_MEAN: {config['mean']}",
        f"  PIXEL_STD: {config['std']}",
        "  BACKBONE:",
        "    NAME: build_retinanet_resnet_fpn_backbone",
        "  RESNETS:",
        f"    DEPTH: {d['depth']}",
        "    NORM: FrozenBN",
        "    STRIDE_IN_1X1: false",
        f"    STEM_OUT_CHANNELS: {d['stem']}",
        f"    RES2_OUT_CHANNELS: {d['width']}",
        "  FPN:",
        "    IN_FEATURES: [res3, res4, res5]",
        f"    OUT_CHANNELS: {d['pyramid']}",
        "  ANCHOR_GENERATOR:",
        "    NAME: DefaultAnchorGenerator",
        f"    SIZES: {sizes}",
        f"    ASPECT_RATIOS: [{d['ratios']}]",
        "    OFFSET: 0.0",
        "  RETINANET:",
        f"    NUM_CLASSES: {len(config['labels'])}",
        "    IN_FEATURES: [p3, p4, p5, p6, p7]",
        f"    NUM_CONVS: {d['convolutions']}",
        "    SCORE_THRESH_TEST: 0.05",
        "    TOPK_CANDIDATES_TEST: 1000",
        "    NMS_THRESH_TEST: 0.5",
        "TEST:",
        "  DETECTIONS_PER_IMAGE: 100",
        "SPINE:",
        f"  FINDINGS: [{', '.join(config['labels'])}]",
    ]
    return "\n".join(lines) + "\n"
