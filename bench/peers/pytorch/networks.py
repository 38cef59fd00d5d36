"""Checkpoints and inputs: which class reads which architecture."""
import numpy
import torch

from densenet import DenseNet
from sparse_rcnn import SparseRcnn


def load(checkpoint):
    state = torch.load(checkpoint["file"], map_location="cpu")["model"]
    architecture = checkpoint["architecture"]
    network = SparseRcnn(state) if architecture == "sparse-rcnn" else DenseNet(architecture, state)
    return network.eval()


def read_inputs(files):
    return {
        name: torch.from_numpy(numpy.fromfile(tensor["file"], numpy.float32)).reshape(tensor["dims"])
        for name, tensor in files.items()
    }
