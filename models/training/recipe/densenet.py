"""torchvision's DenseNet with one logit, and beside it a head that says per place which lesion is there."""

import torch
import torch.nn.functional as F
from torch import nn
from torchvision.models import DenseNet


class Classifier(nn.Module):
    """
    `net` is what inference gets: any configuration of torchvision's DenseNet. `local` only helps training: boxes say where
    a lesion is, which an image label alone would take far more pictures to teach.
    """

    def __init__(self, config):
        super().__init__()
        c = config["classifier"]
        self.net = DenseNet(c["growth"], tuple(c["blocks"]), c["stem"], c["bottleneck"], num_classes=1)
        features = self.net.features
        widths = [norm.num_features for norm in (features.transition2.norm, features.transition3.norm, features.norm5)]
        self.local = LocalHead(widths, c["localWidth"], len(config["labels"]))

    def forward(self, x):
        """[N, 3, H, W] to logits [N] and, of each place and class, [N, labels, H / 8, W / 8]."""
        levels = []
        for name, layer in self.net.features.named_children():
            if name in ("transition2", "transition3"):
                # What the transition itself does, with its rectified norm shared.
                levels.append(layer.relu(layer.norm(x)))
                x = layer.pool(layer.conv(levels[-1]))
            else:
                x = layer(x)
        x = F.relu(x)
        return self.net.classifier(x.mean((2, 3)))[:, 0], self.local([*levels, x])

    def export(self):
        """The state dict that `spinexr convert --arch densenet` reads."""
        return {name: tensor.detach().cpu() for name, tensor in self.net.state_dict().items()}


class LocalHead(nn.Module):
    """Logits of every class per place of 8 x 8 pixels, from the ends of three blocks merged from coarse to fine."""

    def __init__(self, widths, width, labels):
        super().__init__()
        self.lateral = nn.ModuleList(nn.Conv2d(inputs, width, 1) for inputs in widths)
        self.merge = nn.Conv2d(width, width, 3, padding=1)
        self.score = nn.Conv2d(width, labels, 1)
        nn.init.normal_(self.score.weight, std=0.01)
        nn.init.constant_(self.score.bias, -4.6)

    def forward(self, levels):
        merged = None
        for level, lateral in zip(reversed(levels), reversed(self.lateral)):
            x = lateral(level)
            merged = x if merged is None else x + F.interpolate(merged, size=x.shape[2:], mode="nearest")
        return self.score(F.relu(self.merge(F.relu(merged))))


def classifier_loss(logits, local, labels, targets, config):
    logits, local = logits.float(), local.float()
    image = F.binary_cross_entropy_with_logits(logits, labels)
    weight = config["classifier"]["localWeight"]
    place = focal_loss(local, targets).sum() / targets.sum().clamp(min=50)
    return image + weight * place, {"image": image.item(), "place": place.item()}


def focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    """Lin et al. 2017, elementwise; alpha weighs the positives."""
    p = torch.sigmoid(logits)
    ce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    p_t = p * targets + (1 - p) * (1 - targets)
    return (alpha * targets + (1 - alpha) * (1 - targets)) * ce * (1 - p_t) ** gamma
