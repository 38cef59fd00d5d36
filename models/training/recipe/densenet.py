"""torchvision's DenseNet with one logit, and beside it a head that says per place which lesion is there."""

import torch
import torch.nn.functional as F
from torch import nn
from torchvision.models import DenseNet


class Classifier(nn.Module):
    """
    `net` is what inference gets: any configuration of torchvision's DenseNet. `local` only helps training: it reads the
    third block (16 pixels a cell), where boxes say what an image label alone would take far more pictures to teach.
    """

    def __init__(self, config):
        super().__init__()
        c = config["classifier"]
        self.net = DenseNet(c["growth"], tuple(c["blocks"]), c["stem"], c["bottleneck"], num_classes=1)
        third = self.net.features.transition3.norm.num_features
        self.local = nn.Conv2d(third, len(config["labels"]), 1)
        nn.init.normal_(self.local.weight, std=0.01)
        nn.init.constant_(self.local.bias, -4.6)

    def forward(self, x):
        """[N, 3, H, W] to logits [N] and, of each place and class, [N, labels, H / 16, W / 16]."""
        local = None
        for name, layer in self.net.features.named_children():
            if name == "transition3":
                # What the transition itself does, with its rectified norm shared.
                y = layer.relu(layer.norm(x))
                local = self.local(y)
                x = layer.pool(layer.conv(y))
            else:
                x = layer(x)
        x = F.relu(x).mean((2, 3))
        return self.net.classifier(x)[:, 0], local

    def export(self):
        """The state dict that `spinexr convert --arch densenet` reads."""
        return {name: tensor.detach().cpu() for name, tensor in self.net.state_dict().items()}


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
