"""Prints the tables of docs/duel.md from the raw results.

python -m benchmarks.duel.table
"""

from __future__ import annotations

import json

from tabulate import tabulate

from benchmarks.duel.__main__ import RESULTS


def main() -> None:
    for name, found in json.loads(RESULTS.read_text()).items():
        small = name.startswith("pocket:")
        heads = [
            "",
            "time / fp32",
            "95 %",
            "bytes",
            *(["top-1", "agreement"] if small else []),
            "logit error",
        ]
        rows = sorted(found["peers"].items(), key=lambda item: item[1]["latency_ratio"])
        print(f"**{name}**, {found['threads']} threads, {found['clips']} clips\n")
        print(
            tabulate([_row(peer, row, small) for peer, row in rows], heads, "github", disable_numparse=True)
        )
        for peer, reason in found["failed"].items():
            print(f"\n{peer}: {reason}")
        print()


def _row(peer: str, row: dict, small: bool) -> list[str]:
    low, high = row["interval"]
    accuracy = [f"{100 * row['top1']:.1f} %", f"{100 * row['agreement']:.1f} %"] if small else []
    named = f"**{peer}**" if peer.startswith("ours") else peer
    return [
        named,
        f"{row['latency_ratio']:.3f}",
        f"{low:.3f} - {high:.3f}",
        f"{row['size_ratio']:.3f}",
        *accuracy,
        f"{row['logit_error']:.2g}",
    ]


if __name__ == "__main__":
    main()
