"""Two modules block by block on the same pixels: what each block of the one errs beside its counterpart.

While the reference runs, every block of the variant is called with what the reference's is given: what differs then
is its own. Afterwards the variant runs by itself, and what its blocks give holds all that has come together so far.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from torch import nn

from ...compress.layers.other_layout import OtherLayout
from ...models.adapter import evaluating
from ..accuracy.label_sets import same
from ..accuracy.predict import logits_of
from .divergence import BlockError, Divergence
from .model_blocks import counterparts
from .relative_error import RelativeError, cast_floats, copied, tensors

Args = tuple[Any, ...]
Kwargs = dict[str, Any]
"""What a module is called with: by place, and by name."""


@torch.inference_mode()
def block_errors(
    reference: nn.Module, variant: nn.Module, views: Iterable[torch.Tensor], sets: bool = False
) -> Divergence:
    """Compares two modules block by block.

    Args:
        reference: the uncompressed one.
        variant: of whatever structure; blocks without a counterpart are named with the reason.
        views: pixels `(1, T, C, H, W)` or as the models' layout says, one view each.
        sets: a clip may have several labels, so that another answer is another set of them.
    """
    both = counterparts(reference, variant)
    pairs = {name: _Pair(original, part) for name, (original, part) in both.items() if part is not None}
    order: dict[str, None] = {}
    clips = changed = 0
    with evaluating(reference), evaluating(variant):
        for view in views:
            with _all(pair.reference_runs(partial(order.setdefault, name)) for name, pair in pairs.items()):
                before = logits_of(reference, view).clone()
            first = next(iter(order), None)
            with _all(pair.variant_runs(name == first) for name, pair in pairs.items()):
                after = logits_of(variant, view)
            clips, changed = clips + 1, changed + int(not same(after, before, sets).all())
    ran = {name: pairs[name] for name in order}
    absent = [(name, "the variant has no such block") for name, (_, part) in both.items() if part is None]
    return Divergence(
        tuple(
            BlockError(name, pair.error.value, pair.own.value) for name, pair in ran.items() if not pair.why
        ),
        (*absent, *((name, pair.why) for name, pair in ran.items() if pair.why)),
        clips=clips,
        changed=changed,
        before=next((pair.before.value or 0.0 for pair in ran.values()), 0.0),
    )


@dataclass
class _Pair:
    """A block of the reference and the variant's, and what was seen of both."""

    original: nn.Module
    part: nn.Module
    error: RelativeError = field(default_factory=RelativeError)
    own: RelativeError = field(default_factory=RelativeError)
    before: RelativeError = field(default_factory=RelativeError)
    """Of what the first of all blocks is given."""
    _input: Any = None
    """By the reference's block in its first call of a view."""
    _outputs: list[Any] = field(default_factory=list[Any])
    """By the reference's block, call by call."""

    @property
    def why(self) -> str:
        """Why they cannot be compared; empty where they can."""
        if self.error.value is None and self.own.value is None:
            return self.error.why or self.own.why or "the variant does not run it"
        return ""

    @contextmanager
    def reference_runs(self, note: Callable[[], object]) -> Generator[None]:
        """Has the variant's block do what the reference's does, while the reference runs a view.

        Args:
            note: called when its block does.
        """
        self._input, self._outputs = None, []
        alone = list[Any]()

        def before(_: nn.Module, args: Args, kwargs: Kwargs) -> None:
            note()
            if not self._outputs:
                self._input = copied(tensors([args, kwargs])[:1])
            alone[:] = [self._by_itself(copied(args), copied(kwargs))]

        def after(_: nn.Module, args: Args, gives: Any) -> None:
            self._outputs.append(copied(gives))
            self.own.add(self.part, gives if self.part is self.original else alone.pop(), gives)

        with _hooks(self.original, before, after):
            yield

    @contextmanager
    def variant_runs(self, is_first: bool) -> Generator[None]:
        """Compares what the variant's block gives, while the variant runs the same view.

        Args:
            is_first: nothing that can be compared runs before it, so that what it is given is compared too.
        """
        outputs = iter(self._outputs)

        def before(_: nn.Module, args: Args, kwargs: Kwargs) -> None:
            if is_first and self._input is not None:
                self.before.add(self.part, _main(self.part, args, kwargs), self._input)
            self._input = None

        def after(_: nn.Module, args: Args, gives: Any) -> None:
            self.error.add(self.part, gives, next(outputs, None))

        with _hooks(self.part, before, after):
            yield
        if next(outputs, None) is not None:
            self.error.why = self.error.why or "the variant calls it less often"

    def _by_itself(self, args: Args, kwargs: Kwargs) -> Any:
        """What the variant's block gives where it is called as the reference's is."""
        if self.part is self.original or self.own.why:
            return None
        try:
            return copied(_called(self.part, args, kwargs))
        except Exception as error:  # somebody's module refuses in its own way what it is not made for
            self.own.why = f"it does not take what the reference's takes ({type(error).__name__})"
            return None


def _called(part: nn.Module, args: Args, kwargs: Kwargs) -> Any:
    """A block of the variant, called as its original is."""
    inputs = tensors([args, kwargs])
    if isinstance(part, OtherLayout):
        return part(*part.taking(inputs[0]))
    dtype = next((each.dtype for each in part.parameters() if each.is_floating_point()), None)
    try:
        return part(*cast_floats(args, dtype), **cast_floats(kwargs, dtype))
    except TypeError:
        # A rewritten block takes tokens, and no options that only its original has.
        if len(inputs) > 1:
            raise
        return part(*cast_floats(inputs, dtype))


def _main(part: nn.Module, args: Args, kwargs: Kwargs) -> Any:
    """What a block of the variant is given that its original is given too: the first tensor; of one whose tokens lie
    otherwise, all that it takes."""
    inputs = tensors([args, kwargs])
    return args if isinstance(part, OtherLayout) and len(inputs) > 1 else inputs[0]


@contextmanager
def _all(contexts: Iterable[AbstractContextManager[None]]) -> Generator[None]:
    with ExitStack() as stack:
        for each in contexts:
            stack.enter_context(each)
        yield


@contextmanager
def _hooks(
    block: nn.Module,
    before: Callable[[nn.Module, Args, Kwargs], None],
    after: Callable[[nn.Module, Args, Any], None],
) -> Generator[None]:
    """Calls both around each call of a block."""
    handles = (
        block.register_forward_pre_hook(before, with_kwargs=True),
        block.register_forward_hook(after),
    )
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
