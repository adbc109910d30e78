"""Prints the tables of docs/duel.md from the raw results.

python -m benchmarks.duel.table
"""

from __future__ import annotations

import json

from tabulate import tabulate

from benchmarks.duel.__main__ import RESULTS, ratio


def main() -> None:
    for name, found in json.loads(RESULTS.read_text()).items():
        small = name.startswith("pocket:")
        heads = [
            "",
            "time / fp32",
            "95 %",
            "time / free",
            "bytes",
            *(["top-1", "agreement"] if small else []),
            "logit error",
        ]
        peers, free = found["peers"], found.get("free", "")
        for row in peers.values():
            row["free_ratio"] = (
                ratio(row["seconds"], peers[free]["seconds"])["latency_ratio"] if free else None
            )
        rows = sorted(peers.items(), key=lambda item: item[1]["latency_ratio"])
        print(f"**{name}**, {_machine(found)}, {found['clips']} clips{free and '; free: '}{free}\n")
        print(
            tabulate([_row(peer, row, small) for peer, row in rows], heads, "github", disable_numparse=True)
        )
        for peer, reason in found["failed"].items():
            print(f"\n{peer}: {reason}")
        print()


def _machine(found: dict) -> str:
    here = found["machine"]
    if isinstance(here, str):  # results of before CPUs were told apart
        return f"{found['threads']} threads, {here}"
    return f"{here['threads']} threads of {here['cpu']} {here['model']} ({here['features']})"


def _row(peer: str, row: dict, small: bool) -> list[str]:
    low, high = row["interval"]
    accuracy = [f"{100 * row['top1']:.1f} %", f"{100 * row['agreement']:.1f} %"] if small else []
    return [
        f"**{peer}**" if peer.startswith("ours") else peer,
        f"{row['latency_ratio']:.3f}",
        f"{low:.3f} - {high:.3f}",
        f"{row['free_ratio']:.3f}" if row["free_ratio"] else "",
        f"{row['size_ratio']:.3f}",
        *accuracy,
        f"{row['logit_error']:.2g}",
    ]


if __name__ == "__main__":
    main()
