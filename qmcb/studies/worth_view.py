"""Notebook 02 after the duplicates: which side stays, what it is worth, and benefits that are in doubt."""

import ibis
import pandas as pd

from qmcb import codes
from qmcb.reports import charts, mask, style
from qmcb.reports.picture import Picture
from qmcb.reports.tables import Table, table
from qmcb.studies import withheld, words
from qmcb.studies.cross_province import CrossProvince

_KINDS = 3
_VERDICT_COLOUR = {"decided": style.FIRM, "undecided": style.ACCENT, "unruled": style.TINT}


def sides(study: CrossProvince) -> Picture:
    """People by kind of duplicate: a side is recommended to stay, people decide, or no rule is in force."""
    rows = withheld.judged(study.duplicates)
    found = words.people(rows, "kind", "verdict")
    order = list(codes.VERDICT)
    found = found.sort_values("verdict", key=lambda column: column.map(order.index), kind="stable")
    decided, undecided = (words.persons(rows.filter(rows.verdict == verdict)) for verdict in order[:2])
    frame = pd.DataFrame(
        {
            "label": found["kind"].map(codes.DUPLICATE),
            "part": found["verdict"].map(codes.VERDICT),
            "count": found["people"],
        }
    )
    return charts.bars(
        frame,
        title=f"{mask.suppress(decided)}人有建议保留的一处，{mask.suppress(undecided)}人有规则而无法判定",
        unit="人",
        note=f"一人可有几段，各段分别判断；{words.source(study)}",
        colours={codes.VERDICT[verdict]: colour for verdict, colour in _VERDICT_COLOUR.items()},
        hide=withheld.hide(study.withheld, ("verdict",), ("sides",), codes.DUPLICATE, codes.VERDICT),
    )


def reasons(study: CrossProvince) -> Picture:
    """Why no side is recommended although a rule was in force."""
    rows = withheld.judged(study.duplicates)
    open_ = rows.filter(rows.verdict == "undecided")
    found = words.people(open_, "why").sort_values("people", ascending=False, kind="stable")
    labels = found["why"].map(codes.WHY)
    leading = labels.head(1).tolist()
    frame = pd.DataFrame({"label": labels, "count": found["people"]})
    whole = mask.suppress(words.persons(open_))
    return charts.bars(
        frame,
        title=f"无法判定的{whole}人，最常见的原因是“{leading[0]}”" if leading else "没有无法判定的重复",
        unit="人",
        note=f"一人可有几种原因；{words.source(study)}",
        finding=leading,
        hide=withheld.hide(study.withheld, ("why",), ("why",), codes.WHY, {}),
    )


def worth(study: CrossProvince) -> Table:
    """What goes back where a side stays, what is at stake where none does, and why else no amount is told."""
    rows = study.duplicates
    stake = (rows.no_amount == "undecided") & rows.amount_a.notnull() & rows.amount_b.notnull()
    certain = ibis.coalesce(rows.refunded, rows.recovered)
    none = ibis.null("int64")
    rows = withheld.priced(rows).mutate(
        least=certain.fill_null(ibis.ifelse(stake, ibis.least(rows.amount_a, rows.amount_b), none)),
        most=certain.fill_null(ibis.ifelse(stake, ibis.greatest(rows.amount_a, rows.amount_b), none)),
    )
    found = rows.group_by("outcome").agg(
        people=rows.person.nunique(),
        months=rows.months.sum(),
        with_amount=rows.person.nunique(where=rows.least.notnull()),
        least=rows.least.sum(),
        most=rows.most.sum(),
    )
    labels = {**codes.WORTH, **codes.NO_AMOUNT}
    order = (*codes.WORTH, "undecided", *codes.NO_AMOUNT)
    frame = found.to_pandas().sort_values(
        "outcome", key=lambda column: column.map(order.index), ignore_index=True
    )
    kinds = rows.group_by("outcome", "kind").agg(months=rows.months.sum()).to_pandas()
    named = kinds.sort_values(["months", "kind"], ascending=[False, True]).groupby("outcome")["kind"]
    concerned = named.agg(_leading)
    shown = pd.DataFrame(
        {
            "金额去向，或没有金额的原因": frame["outcome"].map(labels),
            "涉及类别": frame["outcome"].map(concerned),
            "人数": frame["people"],
            "月数": frame["months"],
            "至少（万元）": words.wan(frame["least"]),
            "至多（万元）": words.wan(frame["most"]),
        }
    )
    unseen = frame["outcome"].map(lambda outcome: ("worth", outcome) in study.withheld)
    hidden = dict.fromkeys(("至少（万元）", "至多（万元）"), frame["with_amount"])
    refunded, recovered = (words.money(rows, rows[name]) for name in codes.WORTH)
    return table(
        shown,
        caption=f"按建议清理：退还本人{refunded}，追回待遇{recovered}",
        people=["人数"],
        hide={"人数": unseen},
        sums={"月数": frame["people"].where(~unseen.astype(bool), 1), **hidden},
        bar="至多（万元）",
        note="职工养老为终止一方同期记入个人账户的金额，待遇为月数乘月标准；保留哪一处未定的，"
        "按两方中较少和较多的一方计，只计两方都有金额的。",
    )


def benefit_kinds(study: CrossProvince) -> Picture:
    """People by kind of doubt about a benefit."""
    rows = study.benefits
    found = words.people(rows, "kind").sort_values("people", ascending=False, kind="stable")
    labels = found["kind"].map(codes.BENEFIT)
    whole = f"{mask.suppress(words.persons(rows))}人的待遇有疑点，涉及{words.money(rows, rows.amount)}"
    return charts.bars(
        pd.DataFrame({"label": labels, "count": found["people"]}),
        title=f"{whole}；{labels.iloc[0]}最多" if len(found) else "没有发现待遇疑点",
        unit="人",
        note=words.source(study),
        finding=labels.head(1).tolist(),
    )


def benefits(study: CrossProvince) -> Table:
    """Benefits in doubt: months and money by kind, who decides, and what the rules of those months say.

    One row a kind, as in `benefit_kinds`: two breakdowns of the same people would tell what each hides.
    """
    rows = study.benefits
    found = rows.group_by("kind").agg(
        people=rows.person.nunique(),
        months=rows.months.sum(),
        with_amount=rows.person.nunique(where=rows.amount.notnull()),
        amount=rows.amount.sum(),
    )
    frame = found.to_pandas().sort_values("amount", ascending=False, ignore_index=True)
    said = rows.filter(rows.effective.notnull())
    keys = ["kind", "decides", "action", "document", "article", "confirmed"]
    rules = said.select(keys).distinct().order_by(keys).to_pandas()
    rules = rules.assign(
        decides=rules["decides"].map(codes.DECIDES),
        action=rules["action"].map(codes.ACTION),
        basis=words.basis(rules),
    )
    told = rules.groupby("kind")[["decides", "action", "basis"]].agg(
        lambda own: "；".join(dict.fromkeys(own))
    )
    told = told.reindex(frame["kind"]).reset_index(drop=True)
    shown = pd.DataFrame(
        {
            "疑点": frame["kind"].map(codes.BENEFIT),
            "人数": frame["people"],
            "月数": frame["months"],
            "金额（万元）": words.wan(frame["amount"]),
            "由谁决定": told["decides"],
            "建议": told["action"],
            "依据": told["basis"],
        }
    )
    return table(
        shown,
        caption="待遇疑点：金额大的在前",
        people=["人数"],
        sums={"月数": frame["people"], "金额（万元）": frame["with_amount"]},
        bar="金额（万元）",
        note="金额为月数乘月标准；“—”为来源没有金额，或发生时没有明确规定。发生时无规定的月份一并计入，提交会商。"
        "两份养老金同领、就业后仍领失业保险金的，列在重复参保中。",
    )


def _leading(kinds: "pd.Series[str]") -> str:
    """The first kinds in words, and how many there are where these are not all."""
    told = "、".join(codes.DUPLICATE[kind] for kind in kinds[:_KINDS])
    return told if len(kinds) <= _KINDS else f"{told}等{len(kinds)}类"
