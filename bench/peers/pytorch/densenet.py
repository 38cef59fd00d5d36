"""The reference's classifier: torchvision's DenseNet without the ReLU behind its last normalisation."""
import re

import torchvision
from torch import nn


class DenseNet(nn.Module):
    def __init__(self, architecture, state):
        super().__init__()
        self.network = getattr(torchvision.models, architecture)(num_classes=1)
        self.network.load_state_dict({rename(name): tensor for name, tensor in state.items()})

    def forward(self, image):
        features = self.network.features(image)
        return {"logits": self.network.classifier(features.mean((2, 3)))}


RENAMED = [
    (r"^backbone\.stem\.0\.", "features.conv0."),
    (r"^backbone\.stem\.1\.", "features.norm0."),
    (r"^backbone\.block", "features.denseblock"),
    (r"^backbone\.", "features."),
    (r"^head\.heads\.0\.", "classifier."),
]


def rename(name):
    """From the reference's name of a tensor to torchvision's."""
    for pattern, replacement in RENAMED:
        name, count = re.subn(pattern, replacement, name)
        if count > 0:
            return name
    return name
