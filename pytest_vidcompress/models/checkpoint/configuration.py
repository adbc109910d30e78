"""`config.json` -> a configuration of transformers, of its own classes alone: no code of others is run or fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from ...errors import VidcompressError, first_line
from ..catalog import family_of, own_architecture
from .transformers_log import silenced
from .value_limits import refuse_impossible

ATTENTION = "attn_implementation"
"""The key of a configuration that says which of transformers' attentions computes; another gives other bits."""
_ATTENTIONS = ("eager", "sdpa")
"""Those of torch itself: transformers would fetch the code of others, by whatever name it is given."""
_SHOWN = 60
"""Characters of a model's type in a message."""
# What is of the class, of where it came from, or of code that it would fetch, and what whoever builds decides.
_NOT_TAKEN = ("model_type", "auto_map", "dtype", "torch_dtype", "transformers_version", "quantization_config")


def is_video_classifier(model_type: object) -> bool:
    """Do configurations call one of transformers' video classifiers so, what a family makes one of, or our own?"""
    if own_architecture(model_type):
        return True
    from transformers import CONFIG_MAPPING, MODEL_FOR_VIDEO_CLASSIFICATION_MAPPING

    if not isinstance(model_type, str) or model_type not in CONFIG_MAPPING:
        return False
    return takes_texts(model_type) or CONFIG_MAPPING[model_type] in MODEL_FOR_VIDEO_CLASSIFICATION_MAPPING


def takes_texts(model_type: str) -> bool:
    """Are the labels of such a model any texts?"""
    family = family_of(model_type)
    return family is not None and family.classifier is not None


def value_of(config: Any, key: str) -> Any:
    """What a configuration says under a key, dotted where a part of it does; None where it does not."""
    for part in key.split("."):
        config = getattr(config, part, None)
    return config


def configuration(config: Mapping[str, Any]) -> Any:
    """The configuration that a `config.json` describes.

    Args:
        config: what the file says: `model_type` and the geometry.

    Raises:
        VidcompressError: transformers has no such video classifier, it names an attention of somebody else's, or a
            value cannot be.
    """
    kind: Any = config.get("model_type")
    own = own_architecture(kind)
    if own:
        return own.configuration(config)
    from transformers import CONFIG_MAPPING

    if not is_video_classifier(kind):
        raise VidcompressError(
            f"config.json describes a {_quoted(kind)} model, which is no video classifier that this transformers"
            " knows"
        )
    attention = _attention(config)
    refuse_impossible(config)
    # Names that begin so are transformers' own: `_attn_implementation` would be another way to name code.
    ours = {key: value for key, value in config.items() if key not in _NOT_TAKEN and not key.startswith("_")}
    ours.pop(ATTENTION, None)
    try:
        with silenced():
            made: Any = CONFIG_MAPPING[kind].from_dict(ours)
    except Exception as error:  # every configuration raises kinds of its own
        raise cannot_be_built(kind, error) from error
    made._attn_implementation = attention
    return made


def geometry(config: Mapping[str, Any]) -> dict[str, Any]:
    """Of what a `config.json` of a video classifier says, what its class knows; defaults where the file is silent.

    Whatever else somebody noted there, such as a number of training steps, is nothing that is built.
    """
    own = own_architecture(config["model_type"])
    if own:
        return _flat(own.configuration(config).to_dict())
    from transformers import CONFIG_MAPPING

    defaults = CONFIG_MAPPING[config["model_type"]]().to_dict()
    said = {key: value for key, value in config.items() if key in defaults or key == "num_labels"}
    return {**defaults, **said}


def _flat(said: dict[str, Any]) -> dict[str, Any]:
    """Of a model that cuts frames into no patches, and so has no table of them."""
    return {**said, "patch_size": said.get("image_size", 1)}


def cannot_be_built(model_type: object, error: Exception) -> VidcompressError:
    return VidcompressError(
        f"config.json describes a {_quoted(model_type)} model that cannot be built: {first_line(error)}"
    )


def _attention(config: Mapping[str, Any]) -> str | None:
    """The attention that a configuration asks for; None where it does not."""
    for key, value in _entries(config):
        if key == ATTENTION and value is not None and value not in _ATTENTIONS:
            raise VidcompressError(
                f"config.json says {key}={value!r}: expected one of {', '.join(_ATTENTIONS)}, which come with torch"
            )
    return config.get(ATTENTION)


def _entries(value: Any) -> Iterator[tuple[str, Any]]:
    """All names and values of nested objects."""
    if isinstance(value, Mapping):
        for name, each in cast("Mapping[str, Any]", value).items():
            yield str(name), each
            yield from _entries(each)


def _quoted(kind: object) -> str:
    return repr(str(kind)[:_SHOWN])
