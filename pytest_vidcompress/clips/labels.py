"""Label names: the same class spelt differently by annotations, folders and checkpoints."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import VidcompressError

_DROPPED = str.maketrans("_", " ", "'\"()")
_SHOWN = 3


def normal_form(label: str) -> str:
    """The spelling under which two names of one class are equal; it keeps all Kinetics-400 labels apart.

    Folds case, drops quotes and parentheses, and reads `_` as a blank: `Massaging_persons_head` is
    `massaging person's head`.
    """
    return " ".join(label.casefold().translate(_DROPPED).split())


def match(
    labels: Sequence[str], outputs: Sequence[str], *, model_name: str, clip_set_name: str
) -> dict[str, int]:
    """Finds a clip set's labels among a model's.

    Args:
        labels: as the clip set spells them.
        outputs: the model's labels, in their order.
        model_name: what an error calls the model.
        clip_set_name: what an error calls the clip set.

    Returns:
        Label -> index in `outputs`, in the order of `labels`.

    Raises:
        VidcompressError: the model has no output for some of the labels.
    """
    index: dict[str, int] = {}
    for position, label in enumerate(outputs):
        index.setdefault(normal_form(label), position)
    unknown = [label for label in labels if normal_form(label) not in index]
    if unknown:
        shown = ", ".join(map(repr, unknown[:_SHOWN])) + (", ..." if len(unknown) > _SHOWN else "")
        raise VidcompressError(
            f"model {model_name!r} does not have {len(unknown)} of the {len(labels)} labels of clip set "
            f"{clip_set_name!r}: {shown}; use a checkpoint trained on these labels, or other clips "
            "(--vc-model, --vc-clips)"
        )
    return {label: index[normal_form(label)] for label in labels}
