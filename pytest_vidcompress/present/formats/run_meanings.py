"""What the numbers of a run file are of, for those who read it elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from ...gate.metrics import Form

COMPARED_FORMS: Mapping[Form, str] = {
    Form.RATIO: "`{}` of the variant over the reference's",
    Form.DROP: "`{}` of the reference minus the variant's",
}
"""By what a budget limits; the metric's name goes in."""
MEANINGS: Mapping[str, str] = {
    "top1": "clips whose likeliest label is right; of clips with several labels, one of them",
    "top5": "clips whose label is among the five likeliest",
    "agreement": "clips that it answers as the reference does",
    "kl": "mean divergence of its answers from the reference's",
    "gap": "global average precision of the 20 likeliest labels, of clips with several",
    "mean_ap": "mean of the labels' average precisions, of clips with several",
    "recall_at_1": "clips whose nearest other one, by embedding, is of their class",
    "recall_at_5": "clips one of whose nearest five is of their class",
    "recall_at_10": "clips one of whose nearest ten is of their class",
    "search_mean_ap": "mean over the clips of the average precision of all others, by embedding",
    "agreement_at_10": "of the reference's nearest ten, those among its own",
    "asymmetric_recall_at_1": "`recall_at_1` of its queries among the reference's embeddings",
    "reverse_recall_at_1": "`recall_at_1` of the reference's queries among its embeddings",
    "vector_bytes": "a clip's embedding in fp32",
    "size_bytes": "the files of the artefact",
    "parameters": "numbers in its tensors",
    "macs": "multiply-accumulates of a view; where they depend on the clip, their mean",
    "macs_mean": "`macs`, mean over the clips",
    "macs_p50": "`macs` that half of the clips do not exceed",
    "macs_p90": "`macs` that nine clips of ten do not exceed",
    "macs_p95": "`macs` that 19 clips of 20 do not exceed",
    "backbone_macs": "`macs` of a backbone of frames",
    "aggregator_macs": "`macs` of what aggregates frames",
    "classifier_macs": "`macs` of the classifier",
    "sparsity": "zeros among its weights",
    "integer_share": "`macs` that run in integers",
    "bf16_share": "`macs` that run in bfloat16",
    "latency": "median of a call, one view, batch of one",
    "latency_ratio": "time of a call over the reference's, timed in turns",
    "latency_mean": "mean over the clips' calls",
    "latency_p90": "what nine calls of ten do not exceed",
    "latency_p95": "what 19 calls of 20 do not exceed",
    "latency_p99": "what 99 calls of 100 do not exceed",
    "latency_jitter": "`latency_p99` minus the median of the same calls",
    "latency_p90_ratio": "`latency_p90` over the reference's",
    "latency_p95_ratio": "`latency_p95` over the reference's",
    "start_ratio": "load, prepare and first call in a fresh process, over the reference's",
    "answer_s": "from a clip's file to the answer",
    "answer_ratio": "`answer_s` over the reference's, in turns",
    "decode_s": "decoding of what is looked at",
    "decode_ratio": "`decode_s` over the reference's",
    "backbone_s": "a backbone of frames",
    "backbone_ratio": "`backbone_s` over the reference's",
    "aggregator_s": "what aggregates frames",
    "aggregator_ratio": "`aggregator_s` over the reference's",
    "classifier_s": "the classifier",
    "peak_memory_bytes": "tensors alive at once during a call, at most",
    "clips": "clips that counted",
    "sample": "clips that could have counted",
    "skipped": "clips of the sample that could not be used",
}
"""By metric."""
