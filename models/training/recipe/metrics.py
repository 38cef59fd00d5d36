"""AUROC and average precision for the curves; the figures that count come from `spinexr evaluate`."""

import numpy as np


def auroc(scores, labels):
    """Area under the ROC curve; ties count half. nan with one class only."""
    scores, labels = np.asarray(scores, np.float64), np.asarray(labels, bool)
    if labels.all() or not labels.any():
        return float("nan")
    values, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2)[inverse]
    positive = labels.sum()
    return float((ranks[labels].sum() - positive * (positive + 1) / 2) / (positive * (~labels).sum()))


def youden(scores, labels):
    """The threshold (abnormal from there on) with the largest sensitivity + specificity - 1."""
    scores, labels = np.asarray(scores, np.float64), np.asarray(labels, bool)
    order = np.argsort(-scores, kind="stable")
    gain = np.where(labels[order], 1 / labels.sum(), -1 / (~labels).sum()).cumsum()
    # Only after the last of equal scores is a place to cut.
    cut = np.append(np.diff(scores[order]) != 0, True)
    return float(scores[order][np.argmax(np.where(cut, gain, -np.inf))])


def average_precision(pictures, classes, iou=0.5):
    """
    COCO's AP at one IoU threshold, 101 recall points, per class; nan where a class does not occur.

    pictures: (boxes [n, 4], scores [n], labels [n], true boxes [m, 4], true labels [m]) as numpy arrays
    """
    return [interpolated(*found) if found[2] else float("nan") for found in matched(pictures, classes, iou)]


def best_f1(pictures, classes, iou=0.5):
    """Per class the score from which on boxes have the largest F1; 1 where none is right. Pictures as above."""
    result = []
    for scores, hits, total in matched(pictures, classes, iou):
        order = np.argsort(-scores, kind="stable")
        f1 = 2 * hits[order].cumsum() / (np.arange(1, len(order) + 1) + total)
        result.append(float(scores[order][f1.argmax()]) if hits.any() else 1.0)
    return result


def matched(pictures, classes, iou):
    """Per class (scores [n], whether each found a box of its own [n], number of true boxes), greedily by score per picture."""
    result = []
    for label in range(classes):
        scores, hits, total = [], [], 0
        for boxes, score, found, true_boxes, true_labels in pictures:
            truth = true_boxes[true_labels == label]
            total += len(truth)
            taken = np.zeros(len(truth), bool)
            order = np.argsort(-score[found == label], kind="stable")
            for box, s in zip(boxes[found == label][order], score[found == label][order]):
                overlap = np.where(taken, -1, overlaps(box, truth))
                best = int(overlap.argmax()) if len(truth) else -1
                hit = best >= 0 and overlap[best] >= iou
                if hit:
                    taken[best] = True
                scores.append(s)
                hits.append(hit)
        result.append((np.array(scores), np.array(hits, bool), total))
    return result


def overlaps(box, boxes):
    size = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    common = size.clip(0).prod(1)
    return common / np.maximum((box[2:] - box[:2]).prod() + (boxes[:, 2:] - boxes[:, :2]).prod(1) - common, 1e-9)


def interpolated(scores, hits, total):
    if len(scores) == 0:
        return 0.0
    true = hits[np.argsort(-scores, kind="stable")].cumsum()
    recall, precision = true / total, true / np.arange(1, len(true) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(recall, np.linspace(0, 1, 101), side="left")
    return float(np.append(precision, 0)[np.minimum(at, len(precision))].mean())
