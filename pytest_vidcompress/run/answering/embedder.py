"""What answers videos -> what embeds them, and what an index says of that."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import torch

from ...clips.crops.windows import Windows
from ...errors import VidcompressError
from ...measure.from_file.arm import Arm
from ...models.adapter import evaluating, example_pixels, logits_from
from ...models.model import Model
from ...runtimes.registry import usable_runtime
from ...runtimes.runtime import Executable
from ...search.embedding import embedding_model, words
from ...search.embedding_digest import embedding_digest
from ...search.index.made_by import MadeBy
from ..registries import Registries
from .answerer import Answerer, Wanted


@dataclass(frozen=True)
class Embedder:
    """A model that was loaded to embed videos."""

    arm: Arm = field(repr=False)
    made_by: MadeBy

    @classmethod
    def of(
        cls,
        found: Answerer,
        wanted: Wanted,
        registries: Registries,
        stored: str = "fp32",
        windows: Windows | None = None,
    ) -> Embedder:
        """Of a model that `answerer` loaded.

        Args:
            stored: the format of vectors in an index.
            windows: how it cuts long videos.

        Raises:
            VidcompressError: it has no embedding, or its runtime cannot give it.
        """
        own = with_embedding(found, wanted)
        _, run, width = prepared_embedding(own, found.runtime, registries)
        arm, cut = replace(found.arm, run=run), windows or Windows()
        named = replace(wanted, name=wanted.name_from_anywhere(registries))
        return cls(arm, made_by(found, own, named, width, stored, cut))


def prepared_embedding(model: Model, runtime: str, registries: Registries) -> tuple[Model, Executable, int]:
    """A model whose answers are the embeddings of another's clips, what executes it, and the numbers of a vector.

    Raises:
        VidcompressError: there is no embedding, or the runtime is not there or cannot give it.
    """
    embeds = embedding_model(model)
    run = usable_runtime(runtime, registries.runtimes).prepare(embeds)
    with evaluating(run), torch.inference_mode():
        answer = logits_from(run(example_pixels(model.profile).to(model.device)))
    return embeds, run, int(answer.shape[-1])


def made_by(
    found: Answerer, model: Model, wanted: Wanted, width: int, stored: str, windows: Windows
) -> MadeBy:
    """What an index says of a model.

    Args:
        model: of what answers.
        width: numbers of a vector.
    """
    return MadeBy(
        source=wanted.name,
        model=found.name,
        recipe=found.recipe,
        runtime=found.runtime,
        digest=embedding_digest(model),
        protocol=found.arm.profile.protocol,
        embedding=words(model),
        width=width,
        stored=stored,
        window_s=windows.length_s,
        step_s=windows.step_s,
        labels=wanted.labels,
        published=wanted.published,
        views="" if wanted.views is None else str(wanted.views),
    )


def with_embedding(found: Answerer, wanted: Wanted) -> Model:
    """The model of what answers.

    Raises:
        VidcompressError: its files are a runtime's own, and give no embedding.
    """
    if found.model is None:
        raise VidcompressError(
            f"artefact {wanted.name!r} holds the files of {found.runtime}, which give labels and no embedding:"
            " make one for torch (vidcompress compress ... --runtime=torch)"
        )
    return found.model
