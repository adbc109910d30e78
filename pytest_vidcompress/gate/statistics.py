"""The few tests the gate rests on. Pure; scipy is imported by the functions that need it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import accumulate
from operator import mul
from random import Random
from statistics import NormalDist, fmean, pvariance, stdev
from typing import Any

RESAMPLES = 4000
"""Of the bootstrap: a chance of 0.05 is known to 0.0035."""


def mcnemar(lost: int, gained: int) -> float:
    """Chance of at least so many losses among the clips that changed sides, were both sides equally likely.

    Exact and one-sided, after McNemar (1947): only the discordant pairs count, and they are a fair coin.
    """
    return binomial_tail(lost, lost + gained, 0.5)


def binomial_tail(hits: int, n: int, share: float) -> float:
    """Chance of at least so many hits among n, each with chance `share`."""
    if hits <= 0:
        return 1.0
    # It is an incomplete beta function.
    return float(_special().betainc(hits, n - hits + 1, share)) if hits <= n else 0.0


def drop_chance(clips: int, lost: int, gained: int, drop: float) -> float:
    """Chance of a net loss no larger than observed, were the rate of losses `drop` above that of gains.

    The difference of two Poisson counts (Skellam, 1946); the smaller rate is the likeliest one under that
    hypothesis (after Tango, 1998). Without a discordant clip it is `exp(-clips * drop)`. The other tail, of a
    net loss no smaller, is `drop_chance(clips, gained, lost, -drop)`.
    """
    if drop < 0:
        base = _smaller_rate(clips, lost, gained, -drop)
        losses, gains = clips * base, clips * (base - drop)
    else:
        base = _smaller_rate(clips, gained, lost, drop)
        losses, gains = clips * (base + drop), clips * base
    return _skellam_cdf(lost - gained, losses, gains)


def drop_interval(clips: int, lost: int, gained: int, confidence: float = 0.95) -> tuple[float, float]:
    """Interval of a true drop: those that `drop_chance` and its other tail leave at half the rest each."""
    tail = (1 - confidence) / 2

    def highest(lost: int, gained: int) -> float:
        least = (lost - gained) / clips
        return turning_point(least, 1.0, lambda drop: drop_chance(clips, lost, gained, drop) <= tail, 1e-6)

    return -highest(gained, lost), highest(lost, gained)


def share_bounds(hits: int, clips: int, alpha: float) -> tuple[float, float]:
    """Lower and upper bound of a share, each of which errs with chance `alpha` (Clopper and Pearson, 1934)."""
    inverse = _special().betaincinv
    low = float(inverse(hits, clips - hits + 1, alpha)) if hits else 0.0
    high = float(inverse(hits + 1, clips - hits, 1 - alpha)) if hits < clips else 1.0
    return low, high


def drop_power(clips: int, drop: float, discordant: float, alpha: float, margin: float) -> float:
    """Chance that a true drop fails: net loss beyond `margin`, and `mcnemar` below `alpha`.

    Sum over N of Binomial(N; clips, d) * P(L >= c(N)), L ~ Binomial(N, (1 + drop / d) / 2), where d is
    `discordant` or `drop` if that is more, and c(N) the fewest losses among N discordant clips that fail.
    """
    share = min(1.0, max(discordant, drop))
    if share <= 0.0:
        return 0.0
    spread = 9 * math.sqrt(clips * share * (1 - share)) + 9
    counts = range(max(0, int(clips * share - spread)), min(clips, int(clips * share + spread) + 1) + 1)
    needed = _fewest_failing(clips, alpha, margin)
    possible = [n for n in counts if needed[n] <= n]
    if not possible:
        return 0.0
    losses = [needed[n] for n in possible]
    gains = [n - most + 1 for n, most in zip(possible, losses, strict=True)]
    beyond = _special().betainc(losses, gains, (1 + drop / share) / 2)
    chances = (_binomial(n, clips, share) for n in possible)
    return math.fsum(chance * float(fails) for chance, fails in zip(chances, beyond, strict=True))


@lru_cache(maxsize=1024)
def visible_drop(clips: int, discordant: float, alpha: float, margin: float, power: float = 0.9) -> float:
    """Smallest true drop that fails with chance `power`: the root of `drop_power`; infinite if none does.

    Args:
        clips: paired ones.
        discordant: share of clips that change sides anyway; a larger drop changes as many as itself, and then
            all of them are losses.
        alpha: of `mcnemar`.
        margin: net share of clips that may be lost.
    """

    def enough(drop: float) -> bool:
        return drop_power(clips, drop, discordant, alpha, margin) >= power

    return turning_point(0.0, 1.0, enough, 1e-5) if enough(1.0) else math.inf


def turning_point(low: float, high: float, holds: Callable[[float], bool], tolerance: float) -> float:
    """Where a condition that holds at `high` and above begins to hold; too high by `tolerance` at most."""
    while high - low > tolerance:
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _smaller_rate(clips: int, smaller: int, larger: int, difference: float) -> float:
    """Likeliest rate of the smaller of two Poisson counts whose rates lie `difference` >= 0 apart."""
    # The root of smaller / r + larger / (r + difference) = 2 * clips.
    half = 2 * clips * difference - smaller - larger
    root = math.sqrt(half**2 + 8 * clips * smaller * difference)
    return max(0.0, (root - half) / (4 * clips))


def _skellam_cdf(most: int, gross: float, counter: float) -> float:
    """P(X - Y <= most) for Poisson X of mean `gross` and Y of mean `counter`."""
    middle, spread = counter + max(0.0, -most - counter), 12 * math.sqrt(counter) + 40
    first, last = max(0, -most, int(counter - spread)), int(middle + spread)
    # P(X <= n) is P(X <= n - 1) and one chance more.
    steps = _poisson(most + first + 1, most + last, gross)
    below = accumulate(steps, initial=float(_special().pdtr(most + first, gross)))
    return math.fsum(map(mul, _poisson(first, last, counter), below))


def _poisson(start: int, end: int, mean: float) -> list[float]:
    """P(N = n) for n = start ... end: from the likeliest of them each from its neighbour."""
    if start > end:
        return []
    if not mean:
        return [float(n == 0) for n in range(start, end + 1)]
    likeliest = min(max(int(mean), start), end)
    chance = math.exp(likeliest * math.log(mean) - mean - math.lgamma(likeliest + 1))
    above = accumulate(range(likeliest + 1, end + 1), lambda one, n: one * mean / n, initial=chance)
    below = accumulate(range(likeliest, start, -1), lambda one, n: one * n / mean, initial=chance)
    return [*[*below][:0:-1], *above]


def _binomial(n: int, clips: int, share: float) -> float:
    """P(N = n) of so many clips, each with chance `share`, 0 < share <= 1."""
    if share == 1.0:
        return float(n == clips)
    ways = math.lgamma(clips + 1) - math.lgamma(n + 1) - math.lgamma(clips - n + 1)
    return math.exp(ways + n * math.log(share) + (clips - n) * math.log1p(-share))


@lru_cache(maxsize=64)
def _fewest_failing(clips: int, alpha: float, margin: float) -> tuple[int, ...]:
    """Losses among 0 ... clips discordant clips that fail; one more than there are if all of them do not."""
    fewest: list[int] = []
    needed = 1
    for discordant in range(clips + 1):
        # Among one more clip as many losses are likelier: the least that fails never shrinks.
        while needed <= discordant and not (
            2 * needed - discordant > margin * clips + 1e-9 and mcnemar(needed, discordant - needed) < alpha
        ):
            needed += 1
        fewest.append(min(needed, discordant + 1))
    return tuple(fewest)


def _special() -> Any:
    from scipy import special  # pyright: ignore[reportMissingTypeStubs]

    return special


def student_tail(t: float, freedom: float) -> float:
    """Chance of a Student t above `t`."""
    special = _special()
    return float(special.stdtr(freedom, -t) if math.isfinite(freedom) else special.ndtr(-t))


def student_quantile(tail: float, freedom: float) -> float:
    """The t that a Student t exceeds with chance `tail`."""
    special = _special()
    return -float(special.stdtrit(freedom, tail) if math.isfinite(freedom) else special.ndtri(tail))


def digamma(x: float) -> float:
    return float(_special().psi(x))


def trigamma(x: float) -> float:
    return float(_special().polygamma(1, x))


def trigamma_inverse(value: float) -> float:
    """The x > 0 whose trigamma is `value` > 0."""
    # 1 / x < trigamma(x) < 1 / x + 1 / x**2 brackets it.
    low, high = 1 / value, (1 + math.sqrt(1 + 4 * value)) / (2 * value)
    return turning_point(low, high, lambda x: trigamma(x) <= value, 1e-9 * low)


def bootstrap_chance(lost: Sequence[float], drop: float) -> float:
    """Chance of a mean loss of at least `drop` were clips such as these to lose nothing on average.

    The clips are drawn again and again, with replacement and always alike, from what each lost beyond the mean of all
    (the bootstrap under the hypothesis: Efron and Tibshirani, 1993, section 16.4).

    Args:
        lost: by each clip, less than nothing where it gained.
    """
    if not any(lost):
        return 1.0
    random, clips = Random(0), len(lost)
    least = clips * (drop + fmean(lost)) - 1e-9
    beyond = sum(sum(random.choices(lost, k=clips)) >= least for _ in range(RESAMPLES))
    return (1 + beyond) / (1 + RESAMPLES)


def visible_loss(
    before: Sequence[float], lost: Sequence[float], alpha: float, margin: float, power: float = 0.9
) -> float:
    """Smallest true drop of a mean that `bootstrap_chance` and a margin fail with chance `power`; infinite if none.

    By the normal distribution. Clips vary as they did, or as where some lose all that they contributed, if that is
    more.

    Args:
        before: what each clip contributed.
        lost: as of `bootstrap_chance`.
    """
    mean, (sure, likely) = fmean(before), (NormalDist().inv_cdf(share) for share in (1 - alpha, power))
    if mean <= 0:
        return math.inf
    of_one = fmean([each**2 for each in before]) / mean

    def enough(drop: float) -> bool:
        error = math.sqrt(max(pvariance(lost), drop * of_one) / len(lost))
        return drop >= max(margin, sure * error) + likely * error

    return turning_point(0.0, mean, enough, 1e-5) if enough(mean) else math.inf


def rise_chance(rises: Sequence[float]) -> float:
    """Chance of a mean rise of at least so much were there none in the mean of all clips such as these: a t test.

    Args:
        rises: by each clip, less than nothing where it fell.
    """
    if len(rises) < 2:
        return 1.0
    rise, error = fmean(rises), stdev(rises) / math.sqrt(len(rises))
    if not error:
        return 0.0 if rise > 0 else 1.0
    return student_tail(rise / error, len(rises) - 1)


def visible_rise(
    before: Sequence[float], rises: Sequence[float], alpha: float, margin: float, power: float = 0.9
) -> float:
    """Smallest true rise of a mean, relative, that `rise_chance` and a margin fail with chance `power`; infinite of
    fewer than two clips.

    Clips vary as they did, or as where a few come to cost as much as the dearest, if that is more.

    Args:
        before: what each clip cost.
        rises: as of `rise_chance`, in means of these.
    """
    clips = len(before)
    if clips < 2:
        return math.inf
    step = (max(before) - min(before)) / (fmean(before) or 1.0)
    sure, likely = student_quantile(alpha, clips - 1), NormalDist().inv_cdf(power)
    varied = stdev(rises)

    def enough(rise: float) -> bool:
        error = math.sqrt(max(varied**2, rise * step) / clips)
        return rise >= max(margin, sure * error) + likely * error

    # There both errors, of which one grows as the root of a rise, are smaller than the rise.
    enough_surely = 2 * (
        margin + (sure + likely) * varied / math.sqrt(clips) + (sure + likely) ** 2 * step / clips
    )
    return turning_point(0.0, enough_surely, enough, 1e-5)


def holm(chances: Sequence[float]) -> tuple[float, ...]:
    """The chances of a family of tests, in its order, each as it counts among so many (Holm, 1979)."""
    adjusted, largest = [1.0] * len(chances), 0.0
    for rank, place in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        largest = max(largest, min(1.0, (len(chances) - rank) * chances[place]))
        adjusted[place] = largest
    return tuple(adjusted)
