"""Code lists of the field with the Chinese labels that people read; each label stands only here."""

from collections.abc import Mapping

Codes = Mapping[str, str]

# Insurance, AAE140
INSURANCE: Codes = {
    "110": "城镇企业职工养老",
    "120": "机关事业养老",
    "170": "城乡居民养老",
    "210": "失业",
    "310": "职工医保",
    "390": "城乡居民医保",
    "410": "工伤",
    "510": "生育",
}
EMPLOYEE_PENSION = ("110", "120")
RESIDENT_PENSION = ("170",)
PENSION = EMPLOYEE_PENSION + RESIDENT_PENSION
MEDICAL = ("310", "390")

# The two covers that everybody ought to have; a resident is judged for each.
COVER: Codes = {"pension": "养老", "medical": "医疗"}

# Payment status, AAC031
STATUS: Codes = {"1": "参保缴费", "2": "暂停缴费", "3": "终止缴费"}
PAYING = "1"

# Sex, GB/T 2261.1 (AAC004)
SEX: Codes = {"1": "男", "2": "女"}

FLAG: Codes = {"0": "否", "1": "是"}

EMPLOYMENT: Codes = {
    "10": "单位就业",
    "20": "灵活就业",
    "30": "新就业形态",
    "40": "务农",
    "50": "在校",
    "60": "未就业",
    "70": "离退休",
}

EMPLOYER_SIZE: Codes = {"1": "大型", "2": "中型", "3": "小型", "4": "微型"}
EMPLOYER_STATUS: Codes = {"1": "存续", "2": "停业", "3": "注销"}

# Sections of GB/T 4754
INDUSTRY: Codes = {
    "A": "农林牧渔",
    "B": "采矿",
    "C": "制造",
    "D": "电力热力",
    "E": "建筑",
    "F": "批发零售",
    "G": "交通仓储邮政",
    "H": "住宿餐饮",
    "I": "信息技术",
    "J": "金融",
    "K": "房地产",
    "L": "租赁商务",
    "M": "科研技术",
    "N": "水利环境",
    "O": "居民服务",
    "P": "教育",
    "Q": "卫生社会工作",
    "R": "文体娱乐",
    "S": "公共管理",
}

ACCOUNT_BASIS: Codes = {"budget": "预算", "actual": "决算"}

# Who bears a part of a county's gap, in the order in which they are asked.
PAYER: Codes = {
    "reserve": "县级结余",
    "adjustment": "调剂金",
    "county": "县级财政",
    "city": "市级财政",
    "grant": "省级补助",
    "advance": "省级垫付（待还）",
}

# What is settled for a region and year beside what each payer bears; all but the first six in fen.
SETTLEMENT: Codes = {
    "region": "统筹地区",
    "name": "名称",
    "year": "年度",
    "scheme": "分担办法",
    "effective": "办法起效日",
    "coefficient": "考核系数",
    "own_gap": "上解前缺口",
    "paid_in": "上解调剂金",
    "gap": "当期缺口",
    "managed": "其中管理性缺口",
    "paid_out": "调剂金下拨",
    "closing_balance": "年末结余",
    "cost": "本地区实际负担",
}

# The steps of which a scheme is made (params/schemes), and their parameters.
STEP: Codes = {
    "pay_in_contributions": "按征缴收入上解",
    "pay_in_wages": "按平均工资和应参保人数上解",
    "pay_in_surplus": "按当期结余上解",
    "region_adds": "省级财政注入调剂金",
    "managed_part": "划出管理性缺口",
    "assessed": "与考核系数挂钩",
    "reserve": "动用本级结余",
    "adjustment": "调剂金补助",
    "per_retiree": "按离退休人数下拨",
    "grant": "省级财政补助",
    "county": "县级财政负担",
    "advance": "省级财政垫付",
    "split": "各级财政按比例负担",
}
PARAMETER: Codes = {
    "percent": "比例",
    "of_wage": "平均工资的比例",
    "months": "留足支付月数",
    "tiers": "各档比例",
    "held": "下拨不低于上解的地区",
    "cap": "占一般公共预算收入的上限",
    "shares": "各级比例",
    "contributions_short": "征缴收入每少1个百分点扣",
    "spending_over": "支出每超1个百分点扣",
    "deficit_budget": "赤字预算扣",
    "change_without_basis": "每次无政策依据调整扣",
    "coefficient": "考核系数（按得分）",
}

# What budget discipline finds (clause 二(七) of the notice)
BUDGET_FINDING: Codes = {"deficit_budget": "编制赤字预算", "change_without_basis": "无政策依据调整预算"}

# What stays with a county of one more yuan that it collects (qmcb/fund/incentive.py)
ZONE: Codes = {
    "perverse": "多收反亏",
    "indifferent": "多收无益",
    "weak": "留存不足一半",
    "partial": "部分留存",
    "full": "全部留存",
}
# Why that changes as contributions rise; a coefficient that moves makes a notch, the others a kink.
KINK: Codes = {
    "coefficient_up": "考核系数上调",
    "coefficient_down": "考核系数下调",
    "target_met": "达到征缴任务",
    "gap_closed": "缺口弥合，转为结余",
    "policy_begins": "缺口超出管理性部分",
    "policy_ends": "余下缺口全属管理性",
    "reserve_short": "本级结余用完，其他各方接续",
    "reserve_suffices": "本级结余足以弥补",
    "pool_short": "调剂金不足，按比例分配",
    "pool_suffices": "调剂金足够支付",
    "cap_reached": "县级财政达到上限，省级垫付接续",
    "cap_left": "县级财政足以负担，不再垫付",
}

# By what a county's burden is measured (qmcb/fund/fairness.py)
BURDEN: Codes = {
    "of_revenue": "占一般公共预算收入",
    "per_insured": "参保人员人均",
    "per_retiree": "离退休人员人均",
}
# How a county fares under a scheme against another one, and whose purse pays what counties do not.
OUTCOME: Codes = {"loser": "多负担", "same": "不变", "winner": "少负担"}
PURSE: Codes = {"counties": "各县", "city": "市级财政", "province": "省级财政", "pool": "动用调剂金结余"}

# Schemes that can be chosen and the bound of any allocation (qmcb/fund/frontier.py)
FRONTIER: Codes = {
    "point": "方案",
    "scheme": "分担办法",
    "label": "名称",
    "cost": "县级以上财政年均支出",
    "gini": "负担不均程度（基尼系数）",
    "kept": "多征一元留县份额",
    "bound": "同等支出下的不均下限",
    "parameters": "参数",
    "keeps_floor": "达到激励底线",
    "gini_above": "同等支出下不均可降",
    "cost_above": "同等不均下支出可省",
    "dominated_by": "被哪个方案优于",
}
FRONTIER_BOUND: Codes = {"unpooled": "下限：各县不上解", "pooled": "下限：上解不超过可选上限"}

# Why a gap moved from one year to another (qmcb/fund/cause.py)
CAUSE: Codes = {
    "retirees": "离退休人数",
    "pension": "人均支出",
    "insurable": "应参保人数",
    "coverage": "参保率",
    "wage": "平均工资",
    "collection_rate": "征缴率",
    "interest": "利息",
    "transfers": "转移收支",
    "subsidy": "本级财政补助",
}

# What two spells of one person in the same months may be (policy: the rule of the same name).
DUPLICATE: Codes = {
    "employee_pension_twice": "职工养老重复缴费",
    "employee_resident_pension": "职工与居民养老重复缴费",
    "resident_pension_twice": "居民养老重复缴费",
    "employee_medical_twice": "职工医保重复参保",
    "resident_medical_twice": "居民医保重复参保",
    "employee_resident_medical": "职工与居民医保重复参保",
    "unemployment_twice": "失业保险重复参保",
    "maternity_twice": "生育保险重复参保",
    "work_injury_same_employer": "同一单位工伤重复参保",
    "employee_pension_drawn_twice": "重复领取职工养老",
    "employee_resident_pension_drawn": "同时领取职工与居民养老",
    "resident_pension_drawn_twice": "重复领取居民养老",
    "unemployment_benefit_while_employed": "领取失业保险金期间就业参保",
}

# What two spells of one person may lawfully be.
LAWFUL: Codes = {
    "move": "先后参保（正常转移）",
    "work_injury_several_employers": "多单位分别参加工伤",
}

SCOPE: Codes = {"across": "跨省", "within": "省内"}

# Where a resident stands for one cover, in the order in which the reasons are asked.
STANDING: Codes = {
    "dead": "已死亡",
    "under_age": "未满16周岁",
    "drawing": "正在领取养老待遇",
    "enrolled_here": "本省参保",
    "elsewhere_by_number": "外省参保（号码一致）",
    "elsewhere_by_linkage": "外省参保（比对发现）",
    "student": "在校学生",
    "lapsed": "中断缴费",
    "never_paid": "参保未缴费",
    "partial": "仅参加其他险种",
    "registered": "登记未参保",
    "no_database": "各库均无",
}
EXCLUDED = ("dead", "under_age", "drawing", "student")
ENROLLED = ("enrolled_here", "elsewhere_by_number", "elsewhere_by_linkage")
MISSING = ("lapsed", "never_paid", "partial", "registered", "no_database")

# Decision on a link
DECISION: Codes = {"accept": "认定", "review": "待复核", "reject": "否定"}

# How far two records agree in one field (qmcb/linkage/fields)
LEVEL: Codes = {
    "missing": "缺失",
    "other": "不同",
    "foreign": "另一个有效号码",
    "region": "仅前六位相同",
    "two_edits": "差两处",
    "tail_lost": "末几位丢失",
    "one_edit": "差一处",
    "shared": "号码相同",
    "family_name": "仅姓相同",
    "one_character": "差一字",
    "part": "一方不全",
    "look_alike": "形近字",
    "sound": "读音相同",
    "equal": "相同",
    "year": "同年",
    "one_digit": "差一位",
    "swapped": "月日颠倒",
    "implied": "相同（号码已含）",
    "province": "同省",
    "city": "同市",
    "county": "同县区",
    "like": "相似",
    "close": "相近",
}

# Numbers that do not tell one person (qmcb/linkage)
NUMBER_CONFLICT: Codes = {
    "shared": "一号两人：号码相同而姓名不符",
    "of_another": "使用他人号码：号码属于另一人",
    "two_numbers": "一人两号：同一人有两个有效号码",
}

PROVINCE: Codes = {
    "11": "北京", "12": "天津", "13": "河北", "14": "山西", "15": "内蒙古",
    "21": "辽宁", "22": "吉林", "23": "黑龙江",
    "31": "上海", "32": "江苏", "33": "浙江", "34": "安徽", "35": "福建", "36": "江西", "37": "山东",
    "41": "河南", "42": "湖北", "43": "湖南", "44": "广东", "45": "广西", "46": "海南",
    "50": "重庆", "51": "四川", "52": "贵州", "53": "云南", "54": "西藏",
    "61": "陕西", "62": "甘肃", "63": "青海", "64": "宁夏", "65": "新疆",
    "71": "台湾", "81": "香港", "82": "澳门", "83": "台湾居民居住证",
}  # fmt: skip

# What a rule recommends (params/policy). A program recommends; who decides is DECIDES.
ACTION: Codes = {
    "consult": "发生时无明确规定，提交会商",
    "settle_with_person": "与本人协商保留一处，其余同期月份清退",
    "transfer_then_clear": "先转后清：先转移接续，再清理同期重复",
    "clear_resident_months": "按月核定，清退居民养老同期缴费",
    "keep_one_pension": "与本人协商保留一份待遇，其余终止，多领部分退还或抵扣",
    "end_resident_pension": "终止居民养老保险关系，追回重复领取的基础养老金，拒不退还的予以抵扣",
    "keep_first_pension": "保留先领的一份待遇，其余停发，多领部分退还或抵扣",
    "keep_one_cover": "核实后保留一处参保，其余终止",
    "follow_medical": "随职工医保一并处理",
    "verify_record": "核实是否重复登记",
    "stop_benefit": "核实就业后停发失业保险金，多领部分退还",
    "recover_overpayment": "退还、分期退还或从待遇中抵扣",
    "refund_before_cover": "当年待遇享受期开始前可退费，开始后不退",
    "home_visit": "入户调查",
    "mobilise": "将名单移交单位、街道（乡镇）和本人，动员参保",
    "collect_first_payment": "督促首次缴费，防止只登记不缴费",
    "resume_payment": "通知续缴，失联的由街道（乡镇）查找",
    "extend_cover": "按险种核对，补齐所缺险种",
    "exclude": "不计入漏保",
}

# Which of several enrolments a rule would keep
KEEP: Codes = {
    "hukou_or_ten_years": (
        "关系在户籍地的，保留户籍地；不在户籍地的，保留缴费满10年的参保地；不满10年的，"
        "保留上一个满10年的参保地；均不满10年的，归集到户籍地"
    ),
    "by_agreement": "由本人协商确定",
    "employee_side": "职工养老",
    "first_drawn": "先发放待遇的一地",
    "workplace": "就业地",
    "usual_residence": "常住地（学生为学校所在地）",
    "employee_after_one_year": "职工医保连续满1年的留职工医保，不满的协商",
    "with_medical": "职工医保保留地",
    "one_record": "同一单位的一条记录",
    "employment": "现就业单位的参保",
}

# Money that is given back, or stays with the fund, when an enrolment is cleared
REFUND: Codes = {
    "personal_account": "同期个人账户储存额",
    "account_remainder": "个人账户余额",
    "personal_contribution": "个人缴费",
    "collective_subsidy": "集体补助",
    "government_subsidy": "政府补贴",
}

DECIDES: Codes = {
    "person_and_offices": "本人与两地经办机构协商",
    "receiving_office": "转入地经办机构会同本人",
    "both_offices": "双方经办机构",
    "health_office": "医保经办机构会同本人",
    "injury_office": "工伤保险经办机构会同用人单位",
    "unemployment_office": "失业保险经办机构",
    "paying_office": "待遇发放地经办机构",
    "county_office": "县区经办机构",
    "community": "街道（乡镇）和村（社区）",
}

# Unit of a rule's value
UNIT: Codes = {
    "month": "个月",
    "day": "日",
    "year": "年",
    "age": "周岁",
    "percent": "%",
    "percent_per_day": "%/日",
    "person": "人",
}

RULE_STATUS: Codes = {"confirmed": "已核", "unconfirmed": "待核", "assumed": "假定"}

# What is wrong with a resident number; up to "fifteen" it is certain all the same.
NUMBER_PROBLEM: Codes = {
    "ok": "正确",
    "full_width": "全角字符（已更正）",
    "spaces": "夹有空格等字符（已更正）",
    "lower_x": "小写x（已更正）",
    "fifteen": "15位号码（已升18位）",
    "absent": "无号码",
    "length": "位数不符",
    "characters": "含非法字符",
    "region": "行政区划代码不存在",
    "birth": "出生日期不成立",
    "check": "校验码不符",
    "spreadsheet": "末三位被电子表格改为零",
    "century": "15位号码出生世纪不明",
}

# What is wrong with a row that a contract does not let in (qmcb/sources)
BROKEN: Codes = {
    "required": "不能为空",
    "code": "编码不在目录内",
    "type": "格式不符",
    "torn": "列数与表头不符",
}
# What of a value was set right where that is certain.
REPAIR: Codes = {
    "full_width": "全角字符（已更正）",
    "spaces": "前后有空格（已更正）",
    "decimal": "多余的小数.0（已去除）",
    "date_form": "日期写法（已统一）",
    "form": "数字写法（已统一）",
    "label": "写了名称（已换为代码）",
}

# What may have happened to a resident number, the likelier first where several explain it.
NUMBER_DAMAGE: Codes = {
    "spreadsheet": "末三位被电子表格改为零",
    "swapped": "相邻两位颠倒",
    "digit": "错一位",
    "doubled": "重复一位",
    "lost": "漏一位",
    "century": "15位号码出生世纪不明",
}

# What is wrong with an employer's code; up to "lower_case" it is certain all the same.
EMPLOYER_PROBLEM: Codes = {
    "ok": "正确",
    "full_width": "全角字符（已更正）",
    "spaces": "夹有空格等字符（已更正）",
    "lower_case": "小写字母（已更正）",
    "organisation_code": "9位旧组织机构代码",
    "absent": "无代码",
    "length": "位数不符",
    "characters": "含非法字符",
    "check": "校验码不符",
}
