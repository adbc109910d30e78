"""What is asked of variants beside their numbers: where their time goes, how near they come to the peak."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

    from ..accuracy.predict import Progress
    from ..measurement import Reference
    from ..report import Report
    from ..subject import Subject
    from .hotspots import Hotspots


@dataclass
class Profiler:
    """Looks at what was measured, after its timing; at each reference once, and at the machine once."""

    hotspots: bool
    """Time by operator and by module is wanted."""
    peak: bool
    """The machine's peak is wanted, where there is a latency to hold against it."""
    progress: Progress | None = None
    """Called while another run times."""
    _references: dict[str, Hotspots] = field(default_factory=dict[str, "Hotspots"])
    _peaks: dict[torch.device, float] = field(default_factory=dict["torch.device", float])

    def look(self, report: Report, subject: Subject, reference: Reference) -> Report:
        """The report with what is wanted, on the reference's side too."""
        beside = report.reference
        assert beside is not None
        if self.peak and report.latency is not None:
            peak = self._peak_macs_per_s(reference.model.device)
            report, beside = _with(report, peak_macs_per_s=peak), _with(beside, peak_macs_per_s=peak)
        if self.hotspots:
            from ..measurement import first_clip
            from .trace import hotspots

            pixels = first_clip(reference.clips)
            name = reference.model.name
            if name not in self._references:
                self._references[name] = hotspots(reference.model.module, pixels, self.progress)
            beside = _with(beside, hotspots=self._references[name])
            report = _with(report, hotspots=hotspots(subject.run, pixels, self.progress))
        return replace(report, reference=beside)

    def _peak_macs_per_s(self, device: torch.device) -> float:
        from .peak import peak_macs_per_s

        if device not in self._peaks:
            self._peaks[device] = peak_macs_per_s(self.progress, device)
        return self._peaks[device]


def _with(report: Report, **seen: Any) -> Report:
    return replace(report, execution=replace(report.execution, **seen))
