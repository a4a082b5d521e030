"""How we know that records are one person: pictures and tables of a study's links, for any notebook."""

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from qmcb import codes
from qmcb.linkage import estimate, evaluate
from qmcb.linkage.explain import explain
from qmcb.linkage.keys import Places
from qmcb.linkage.links import CERTAIN, Links
from qmcb.reports import charts, evidence, mask
from qmcb.reports.picture import Picture
from qmcb.reports.tables import Table, table
from qmcb.studies import words
from qmcb.studies.cross_province import CrossProvince

_BUCKETS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99, 0.999)


def passes(study: CrossProvince) -> Picture:
    """What each way of looking for candidates found, found alone, and how much of it was accepted."""
    links = study.people.links
    found, row = links.weighed.found, _accepted_rows(links)
    accepted = [
        int((found.found_by[row] & np.uint32(1 << at) != 0).sum()) for at in range(1, len(links.passes))
    ]
    certain = links.passes[0]
    frame = pd.DataFrame(
        [
            (one.title, one.pairs, one.alone, taken, one.skipped_pairs)
            for one, taken in zip(links.passes, [certain.alone, *accepted], strict=True)
        ],
        columns=["label", "pairs", "alone", "accepted", "skipped_pairs"],
    )
    probable = frame.iloc[1:]
    needed = probable.loc[probable["alone"].idxmax(), "label"]
    return evidence.passes(
        frame,
        title=f"号码有误的记录主要靠“{needed}”等途径找到",
        note=f"记录对数，非人数。{words.source(study)}",
    )


def _accepted_rows(links: Links) -> Places:
    """The rows, among the candidates, of the accepted links that numbers alone did not settle."""
    pairs, sides = links.weighed.found.pairs, (links.weighed.left.ids, links.weighed.right.ids)
    told = links.links.filter(pc.equal(links.links["decision"].cast("string"), "accept"))
    told = told.filter(pc.not_equal(told["basis"].cast("string"), CERTAIN))
    here, there = (
        pc.index_in(told[name], ids).to_numpy()
        for name, ids in zip(("left_id", "right_id"), sides, strict=True)
    )
    width = max(len(sides[1]), 1)
    rows: Places = np.searchsorted(pairs[0] * width + pairs[1], here.astype(np.int64) * width + there)
    return rows


def scores(study: CrossProvince) -> Picture:
    """The probabilities of the links that numbers alone did not settle."""
    links = study.people.links.links.to_pandas()
    probable = links[links["basis"] != CERTAIN]
    edges = [*_BUCKETS, 1.0001]
    labels = [f"{low:g}–" for low in _BUCKETS]
    bucket = pd.cut(probable["probability"], edges, right=False, labels=labels)
    frame = pd.crosstab(bucket, probable["decision"], dropna=False).reindex(labels, fill_value=0)
    frame = frame.reindex(columns=list(codes.DECISION), fill_value=0)
    accepted, doubtful = int(frame["accept"].sum()), int(frame["review"].sum())
    return charts.scores(
        frame.rename_axis("bucket").reset_index(),
        title=f"号码有误的记录中，{accepted:,}条可以认定，{mask.suppress(doubtful)}条须人工复核",
        unit="条",
        note=f"身份记录数，非人数；{words.source(study)}",
        axis="属同一人的概率（各档下限）",
    )


def weights(study: CrossProvince) -> Picture:
    """What each level of agreement in each field says, as learnt from these records."""
    links = study.people.links
    frame = links.weighed.weights.table()
    seen = frame["m"] + frame["u"] > 2 * _floor(links)
    labels = {name: told.label for name, told in links.spec.fields.items()}
    shown = frame[seen].assign(field=frame["field"].map(labels), level=frame["level"].map(codes.LEVEL))
    strongest = shown.loc[shown["weight"].idxmax()]
    return evidence.weights(
        shown,
        title=f"{strongest['field']}“{strongest['level']}”最能说明是同一人",
        note=f"各情形的权重从本期记录学得，不用真值；样本中没有出现的情形从略。{words.source(study)}",
    )


def _floor(links: Links) -> float:
    """About what a level gets that was never seen, half a case."""
    patterns = links.weighed.patterns
    return float(0.5 / max(patterns.counts.sum(), 1))


def example(study: CrossProvince) -> Picture:
    """The evidence for the likeliest pair under review, without any value of the two records.

    Whoever has to decide sees more of them, masked, from `linkage.explain`.
    """
    links = study.people.links
    told = links.links.filter(pc.equal(links.links["decision"].cast("string"), "review"))
    told = told.sort_by([("probability", "descending"), ("left_id", "ascending")])
    if not len(told):
        return evidence.waterfall(pd.DataFrame(), title="没有待复核的记录")
    rows = explain(links, told["left_id"][0].as_py(), told["right_id"][0].as_py()).assign(left="", right="")
    lines = {
        codes.DECISION["accept"]: links.spec.thresholds.accept,
        codes.DECISION["review"]: links.spec.thresholds.review,
    }
    return evidence.waterfall(
        rows,
        title="一对待复核的记录：逐项证据相加，仍有一项须由人判断",
        note="为不泄露身份，不显示两条记录的内容。",
        thresholds={name: float(np.log2(chance / (1 - chance))) for name, chance in lines.items()},
    )


def thresholds(study: CrossProvince) -> Picture:
    """What another threshold would cost: links expected to be false, and links missed."""
    found = estimate.thresholds(study.people.links)
    chosen = found[found["chosen"]].iloc[0]
    return evidence.thresholds(
        found,
        title=f"认定的最低概率为{chosen['threshold']:g}时，预计误认{chosen['expected_false']:.1f}对，"
        f"漏认{chosen['expected_missed']:.0f}对",
        note=f"按各对记录属同一人的概率推算；互相矛盾、只能由人判断的计入漏认。{words.source(study)}",
    )


def quality(study: CrossProvince) -> Table:
    """How right the linkage is: estimated without the truth and, where the source has it, counted with it."""
    found = estimate.estimate(study.people.links)
    expected, recall = found.expected.iloc[0], found.recall
    rows = [
        (
            "查准率（按概率推算）",
            f"{expected['expected_precision']:.5f}",
            f"{expected['expected_precision_low']:.5f}–{expected['expected_precision_high']:.5f}",
            "误认数为各认定记录对“非同一人”概率之和",
        ),
        (
            "候选的查全率（捕获—再捕获法）",
            f"{recall.recall:.5f}",
            f"{recall.recall_low:.5f}–{recall.recall_high:.5f}",
            recall.method + (f"；{recall.caution}" if recall.caution else ""),
        ),
        (
            "待复核中预计属同一人的",
            f"{expected['expected_missed_in_review']:.0f}对",
            "—",
            "须由人认定，认定前计为漏认",
        ),
    ]
    frame = pd.DataFrame(rows, columns=["指标", "估计", "95%区间", "方法"])
    return table(
        frame,
        caption="不看真值的估计",
        note="各途径独立、概率可信时成立；与下表的真值对照，可知是否可信。按去重后的身份记录计对。",
    )


def accuracy(study: CrossProvince) -> Table:
    """Precision and recall of the linkage where the source comes with its truth."""
    if not evaluate.has_truth(study.book):
        frame = pd.DataFrame({"说明": ["来源不附真值，无法计算准确率；请以待复核抽样代替。"]})
        return table(frame, caption="比对的准确度")
    found = evaluate.pairs(study.book, study.people)
    labels = {
        "set": "记录对",
        "true": "真实同一人",
        "found": "认定同一人",
        "right": "认定正确",
        "precision": "查准率",
        "recall": "查全率",
    }
    for name in ("precision", "recall"):
        found[name] = found[name].map("{:.5f}".format)
    return table(
        found, caption="比对的准确度（样例附有真值）", labels=labels, note="按去重后的身份记录计对。"
    )
