"""How counties keep to their budgets, and by which parameters all is settled (notebook 06)."""

import numpy as np
import pandas as pd

from qmcb import codes
from qmcb.fund import assessment
from qmcb.reports import money
from qmcb.reports.tables import Table, table
from qmcb.studies.fund_sharing import FundSharing
from qmcb.studies.fund_sharing_view import unanswered
from qmcb.tables import CONTRACTS

_ITEM = {"": "—", **{column.name: column.label for column in CONTRACTS["fund_accounts"].columns}}
_NO_BUDGET = "来源中没有预算，无法考核"


def discipline(study: FundSharing) -> Table:
    """How each county kept to its budget, what its marks cost, and whether a lower target would pay."""
    if study.criteria is None:
        return unanswered(_NO_BUDGET)
    found = study.ordered(study.discipline)
    frame = pd.DataFrame(
        {
            "县区": found["label"],
            "收入完成": found["contributions_completion"],
            "支出完成": found["spending_completion"],
            "赤字": np.where(found["deficit"], "是", "否"),
            "无依据调整": found["unfounded"].map("{}次".format),
            "得分": found["score"],
            "系数": found["coefficient"],
            "系数代价": (found["mark_cost"] / money.WAN.fen).round().astype("int64"),
            "压低任务得益": (found["gain"] / money.WAN.fen).round().astype("int64"),
        }
    )
    gaining = int(found["gains"].sum())
    return table(
        frame,
        caption=f"预算执行与考核，{study.year}年：{int(found['deficit'].sum())}个县区编制赤字预算，"
        f"{int((found['unfounded'] > 0).sum())}个有无依据调整，{gaining}个压低任务反而得益",
        shares=["收入完成", "支出完成"],
        decimals={"得分": 1, "系数": 2},
        bar="得分",
        note="末两列单位为万元。系数代价与全部满分相比，为负的是别人扣减后多分到的；压低任务得益是假设其余一切不变，"
        "只把征缴任务和收入预算降低一成，得益即说明办法鼓励压低任务。",
    )


def findings(study: FundSharing) -> Table:
    """Deficit budgets and changes without a policy basis in the last year."""
    if study.criteria is None:
        return unanswered(_NO_BUDGET)
    found = assessment.findings(study.fund)
    rows = study.ordered(found[found["year"] == study.year])
    frame = pd.DataFrame(
        {
            "县区": rows["label"],
            "疑点": rows["finding"].map(codes.BUDGET_FINDING),
            "项目": rows["item"].replace(_ITEM),
            "金额（万元）": (rows["amount"] / money.WAN.fen).round().astype("int64"),
        }
    )
    return table(
        frame,
        caption=f"{study.year}年预算的{len(rows)}个疑点",
        note="通知二（七）：原则上不得编制赤字预算，没有政策依据不得调整预算。只列疑点，由财政、人社部门核实。",
    )


def parameters(study: FundSharing) -> Table:
    """Every parameter in force of every scheme that was settled, and of the assessment, with its status."""
    rows = []
    for made in study.settlements:
        given = made.scheme.parameters(study.as_of or study.year)
        rows += [{"scheme": made.scheme.label, **row} for row in given]
    if study.criteria is not None:
        rows += [{"scheme": row["step"], **row} for row in assessment.in_force(study.as_of or study.year)]
    heads = {"scheme": "办法", "step": "步骤", "parameter": "参数", "value": "内容", "document": "文件",
             "article": "条款", "status": "状态"}  # fmt: skip
    frame = pd.DataFrame(rows)[list(heads)]
    told = frame[["scheme", "step"]].duplicated()
    frame["scheme"] = frame["scheme"].where(~frame["scheme"].duplicated(), "")
    frame["step"] = frame["step"].where(~told, "")
    frame = frame.replace({"document": "", "article": ""}, "—")
    return table(
        frame,
        caption=f"{study.as_of or f'{study.year}年'}适用的参数",
        labels=heads,
        note="“待核”为尚未与公布原文逐字核对；“假定”为没有文件规定、由参数给出。",
    )
