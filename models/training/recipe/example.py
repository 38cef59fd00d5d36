"""
What `spinexr convert` must reproduce: tiny networks of this recipe with random weights and running statistics.

    python3 -m recipe.example FOLDER

writes classifier.pth, detector.pth, detector.yaml, input.f32 [1, 3, 64, 96], and PyTorch's answers: classifier.f32 (the logit),
and scoresK.f32, deltasK.f32 of each level, maps as the converted network gives them.
"""

import os
import sys

import torch

from .densenet import Classifier
from .loop import write_checkpoint
from .retinanet import Detector, detectron2_yaml

CONFIG = {
    "labels": ["Osteophytes", "Surgical implant"],
    "mean": [100.0, 110.0, 120.0],
    "std": [50.0, 60.0, 70.0],
    "classifier": {"growth": 6, "blocks": [1, 2, 2, 1], "stem": 8, "bottleneck": 2, "localWidth": 8},
    "detector": {
        "shortestEdge": 64,
        "longestEdge": 96,
        "stem": 8,
        "depth": 18,
        "width": 8,
        "pyramid": 12,
        "convolutions": 2,
        "sizes": [20, 40, 80, 160, 320],
        "ratios": [0.5, 1, 2],
    },
}


@torch.no_grad()
def main(folder):
    torch.manual_seed(7)
    # PyTorch's own convolutions: the oracle shall not depend on a machine's oneDNN.
    torch.backends.mkldnn.enabled = False
    image = torch.randn(1, 3, 64, 96)
    image.numpy().tofile(os.path.join(folder, "input.f32"))
    classifier, detector = Classifier(CONFIG), Detector(CONFIG)
    for model, name in ((classifier, "classifier"), (detector, "detector")):
        for module in model.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.weight.uniform_(0.5, 1.5)
                module.bias.normal_(0, 0.3)
                module.running_mean.normal_(0, 0.3)
                module.running_var.uniform_(0.5, 1.5)
        model.eval()
        write_checkpoint(model.export(), os.path.join(folder, f"{name}.pth"))
    with open(os.path.join(folder, "detector.yaml"), "w") as file:
        file.write(detectron2_yaml(CONFIG))
    classifier(image)[0].numpy().tofile(os.path.join(folder, "classifier.f32"))
    for level, maps in enumerate(detector.backbone(image)):
        head = detector.head
        head.cls_score(head.cls_subnet(maps)).numpy().tofile(os.path.join(folder, f"scores{level}.f32"))
        head.bbox_pred(head.bbox_subnet(maps)).numpy().tofile(os.path.join(folder, f"deltas{level}.f32"))


if __name__ == "__main__":
    main(sys.argv[1])
