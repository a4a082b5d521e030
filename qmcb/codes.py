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

# What an employer owes besides to everybody it employs.
WORK_COVER: Codes = {"unemployment": "失业", "injury": "工伤", "maternity": "生育"}
COVERS: Codes = {**COVER, **WORK_COVER}

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

# Sex and post, by which the retirement age goes (params/pension)
PENSION_CATEGORY: Codes = {"men": "男", "women_workers": "女工人", "women_cadres": "女干部"}

# What is assumed of the years to come (params/outlook)
ASSUMPTION: Codes = {
    "categories": "性别和身份构成",
    "ages": "年龄构成",
    "mortality": "死亡率",
    "improvement": "死亡率年降幅",
    "entry": "新增参保率",
    "lapse": "净中断率",
    "wage_growth": "平均工资增长率",
    "price_growth": "物价涨幅",
    "collection": "征缴水平（比前几年）",
    "balance_return": "结余收益率",
    "indexation": "养老金调整",
    "new_pension": "新退休人员养老金水平",
    "coefficient": "考核系数",
    "history": "取数年限",
}

# What the outlook tells beside what each payer bears: persons, then fen.
OUTLOOK: Codes = {
    "insured": "参保缴费人数",
    "retirees": "领取待遇人数",
    "contributions": "征缴收入",
    "spending": "待遇支出",
    "deficit": "收支差额（支出减收入）",
    "gap": "当期缺口",
    "closing_balance": "年末结余",
    "cost": "本地区实际负担",
    "given": "县级以上财政支出",
}
TOTAL = "合计"

# How a study's estimate is told (params/behaviour)
RESPONSE_UNIT: Codes = {"points": "百分点", "percent": "%"}

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
# The same where many columns stand beside one another, and what may be chosen (params/frontier).
FRONTIER_SHORT: Codes = {
    "point": "方案",
    "label": "分担办法",
    "cost": "支出（亿元）",
    "gini": "基尼系数",
    "bound": "下限",
    "kept": "留县份额",
    "keeps_floor": "达底线",
    "gini_above": "不均可降",
    "cost_above": "可省（亿元）",
    "dominated_by": "被优于",
}
LEVER_SHORT: Codes = {
    "pay_in_contributions.percent": "上解%",
    "region_adds.percent": "注入%",
    "reserve.months": "留足月数",
    "adjustment.tiers": "补助%",
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

# What may be wrong with a benefit by itself, or beside what it excludes (policy: the rule of that name).
BENEFIT: Codes = {
    "pension_after_death": "死亡后领取养老金",
    "unemployment_after_death": "死亡后领取失业保险金",
    "drawn_while_cancelled": "户籍已注销仍在领取待遇（死亡日期待查）",
    "pension_under_age": "未到法定年龄领取养老金",
    "unemployment_while_retired": "领取养老金期间领取失业保险金",
    "resident_medical_subsidy_twice": "居民医保财政补助重复",
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

# What makes a missing person matter more (policy: missing/priority), in the order in which it is told.
PRIORITY: Codes = {
    "low_income": "低保对象",
    "near_retirement": "临近或已到领取年龄",
    "child": "未成年人无医疗保险",
    "employed": "在职应由单位参保",
    "long_lapse": "长期断缴",
}

# Where somebody can stand, in the order of the pictures: households, then social insurance.
DATABASE: Codes = {
    "residents": "户籍人口",
    "population": "常住人口",
    "registry": "登记库",
    "production": "生产库",
    "elsewhere": "国家库（外省）",
    "cards": "社保卡",
    "medical_filings": "异地就医备案",
}
HOUSEHOLD = ("residents", "population")
SOCIAL = ("registry", "production", "elsewhere", "cards", "medical_filings")

REGISTRY_LINE: Codes = {"either": "登记库、生产库合计", "households": "户籍或常住人口", "numbers": "一人一号"}
HOUSEHOLD_PART: Codes = {"dead": "已死亡", "known": "至少在一个社保库"}  # besides those of VISIT

# Registry against production, person by person
AGREES = "agrees"
RECONCILED: Codes = {
    "agrees": "两库一致",
    "differs": "两库均有、内容不一致",
    "registry_only": "只在登记库",
    "production_only": "只在生产库",
}
# In what they differ, or why somebody is only in one (policy: registry/ and the name of the kind).
REGISTRY_DIFFERENCE: Codes = {
    "name": "姓名不符",
    "hukou_region": "户籍地不符",
    "residence_region": "常住地不符",
    "employer": "单位不符",
    "employment": "就业不符",
    "registered_twice": "一人多条",
    "dead": "死亡未注销",
    "enrolled_elsewhere": "仅外省参保",
    "never_enrolled": "从未参保",
    "unregistered": "在保未登记",
    "unregistered_before": "停保未登记",
}
# What cards and filings for treatment elsewhere say against registry and production (policy: as above)
HOLDER: Codes = {
    "card_alone": "有社保卡，登记库、生产库均无",
    "card_absent": "在保而无社保卡",
    "filing_alone": "有备案，登记库、生产库均无",
    "filing_uncovered": "备案有效而医保未参保",
    "filing_covered_there": "备案有效而就医地省份另有医保",
}
# Who is in no database, and where to look (policy: as above)
VISIT: Codes = {"lives_here": "常住人口，各库均无", "hukou_only": "仅有户籍，各库均无"}

# What employment and age as registered oblige to, against what production shows, cover by cover
OBLIGATION: Codes = {
    "met": "应参已参",
    "other_scheme": "应参职工、实参居民",
    "elsewhere": "应参、在外省参保",
    "unmet": "应参未参",
    "unasked": "登记不需参、实际在参",
    "unregistered": "未登记、实际在参",
    "free": "不需参、未参",
}

# The fields of the one record that a person ought to have; policy: golden/ and the name of the field.
GOLDEN = (
    "id_number", "name", "sex", "birth_date", "phone", "hukou_region", "residence_region", "employment",
    "employer_id",
)  # fmt: skip
# Where a field may come from, in short; the resident number itself tells birth and sex.
GOLDEN_SOURCE: Codes = {
    "residents": "公安",
    "id_number": "号码推定",
    "population": "卫健",
    "registry": "登记库",
    "enrolments": "本省参保",
    "enrolments_elsewhere": "外省参保",
    "benefits": "待遇发放",
    "payroll": "个税工资",
    "students": "教育",
    "cards": "社保卡",
    "medical_filings": "异地备案",
}
# Whether the other tables say the same of a field
AGREEMENT: Codes = {"agree": "各表一致", "alone": "只有一表", "differ": "各表不一致", "none": "均无"}
# Why a number is proposed as a person's one social security number; then why it stays open.
NUMBER_WHY: Codes = {
    "only": "只有一个有效号码",
    "public_security": "有几个号码，以公安户籍为准",
    "own": "有几个号码，其余属于他人",
    "two_numbers": "有几个号码，公安户籍均无，待核",
    "review": "记录待复核，可能属于另一人",
    "shared": "号码归属他人，一号多人",
    "none": "没有有效号码",
}
NUMBER_OPEN = ("two_numbers", "review", "shared", "none")

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
    "stop_pension": "停发养老金，死亡次月起多领部分退还",
    "verify_death": "核实死亡日期，属实的停发并追回",
    "verify_age": "核实出生日期和退休审批，不符的停发",
    "end_benefit": "停发失业保险金，多领部分退还",
    "return_subsidy": "核实后退回重复的一份财政补助",
    "refund_before_cover": "当年待遇享受期开始前可退费，开始后不退",
    "home_visit": "入户调查",
    "mobilise": "将名单移交单位、街道（乡镇）和本人，动员参保",
    "collect_first_payment": "督促首次缴费，防止只登记不缴费",
    "resume_payment": "通知续缴，失联的由街道（乡镇）查找",
    "extend_cover": "按险种核对，补齐所缺险种",
    "notify_employer": "通知用人单位补办参保登记（应在用工之日起30日内办理）",
    "correct_registry": "核对后更正登记库",
    "verify_name": "与公安核对姓名，更正不符的一方",
    "verify_employment": "向单位和本人核实就业，更正登记库或参保",
    "merge_records": "核实后合并登记",
    "close_registration": "核实死亡后注销登记",
    "note_elsewhere": "登记库记明外省参保，不再动员",
    "register": "补登记入全民参保登记库",
    "issue_card": "告知本人申领社会保障卡",
    "verify_filing": "核实医保参保，不在保的终止备案",
    "exclude": "不计入漏保",
    "correct_on_slip": "核对证件后随缴费申报即时更正",
    "notify_and_search": "寄发通知更正，失联的由街道（乡镇）和村（社区）查找",
    "correct_at_check": "结合每年领取待遇资格认证更正",
    "return_to_sender": "退回报送部门核对更正",
    "one_number": "核实各记录是谁的，一人只保留一个社会保障号码",
    "ask_national": "提交国家库核对",
    "end_enrolment": "核实死亡日期，属实的终止参保，死亡次月起所缴退还",
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

# Why a side of two enrolments is recommended to stay; then why none is, and people decide.
WHY: Codes = {
    "hukou": "关系在户籍地",
    "ten_years": "该地缴费满10年",
    "last_ten_years": "两地均满10年，取后一地",
    "employee": "职工一侧",
    "first_drawn": "先发放待遇",
    "wages": "同期由该单位发工资",
    "employer": "由单位参保",
    "registry": "登记库的就业单位",
    "school": "学校所在地",
    "residence": "常住地",
    "one_year": "职工医保连续满1年",
    "medical": "职工医保所在地",
    "employment": "已就业参保",
    "no_rule": "无现行规则，提交会商",
    "agreement": "由本人协商确定",
    "same_place": "两条在同一地",
    "same_employer": "同一单位的两条，待核实",
    "same_month": "同月开始发放",
    "no_hukou": "户籍地不明",
    "both_ten_years": "两地均满10年，无先后",
    "third_place": "另有一地满10年",
    "to_hukou": "均不满10年，应归集到户籍地",
    "two_employers": "两个单位，就业地待核实",
    "no_employer": "两条均无单位",
    "no_residence": "常住地不明",
    "residence_elsewhere": "常住地不在两地",
    "under_one_year": "职工医保连续不满1年，由本人选择",
    "medical_open": "职工医保保留地未定",
    "no_medical": "同期无职工医保",
}
DECIDING = tuple(WHY)[: tuple(WHY).index("no_rule")]

# What is said of a duplicate's months: which enrolment stays, or that people decide.
VERDICT: Codes = {
    "decided": "建议保留一处",
    "undecided": "无法判定，由人决定",
    "unruled": WHY["no_rule"],
}
# Where the money of the side that ends goes
WORTH: Codes = {"refunded": "退还本人（个人账户储存额）", "recovered": "向本人追回（多领待遇）"}

# Why the tables give no amount for what is refunded or recovered
NO_AMOUNT: Codes = {
    "no_rule": "无现行规则",
    "undecided": "保留哪一处未定",
    "no_figure": "来源表中该行没有金额或基数",
    "resident_paid": "来源表没有居民实缴、集体补助和政府补贴金额",
    "basic_part": "来源表未单列基础养老金",
    "no_refund": "规则未规定退费，或来源表没有实缴金额",
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
    "sending_department": "报送部门",
    "national_database": "国家库",
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
    "point": "分",
}

# Who stands for a run, in the order in which they sign (qmcb/reports/signoff.py)
SIGN_OFF: Codes = {"prepared": "编制", "reviewed": "复核", "approved": "批准"}

# The index of runs (qmcb/reports/site.py): what has to be in order, and the words around it
GATE: Codes = {
    "balance": "勾稽关系",
    "leak": "个人信息检查",
    "quarantine": "隔离的行",
    "rules": "规则核对",
    "files": "文件与清单",
}
SITE: Codes = {
    "title": "报告目录",
    "question": "每次运行的报告、检查结果和签署情况",
    "skip": "跳到正文",
    "content": "内容摘要",
    "manifest": "清单",
    "balance": "勾稽关系明细",
    "line": "勾稽关系",
    "whole": "合计",
    "difference": "差额",
    "lines": "{}条，不平{}条",
    "clean": "未发现",
    "none": "无",
    "rows": "{:,}行（{}个文件），待原部门核对",
    "unconfirmed": "待核{}条",
    "recorded": "一致",
    "changed": "生成后有{}处改动",
    "unreadable": "清单无法读取",
    "unsigned": "未签署",
    "broken": "签名无效",
    "signed_before": "{}，签署后文件有改动",
    "unknown": "未登记的密钥（{}）",
    "footer": "报告一经生成不再改动。红字为尚待处理之处；核对与复算用 qmcb verify。",
}
# The caption and the columns of the table of balance lines that every notebook ends with.
BALANCE_CAPTION = "每一行的差额都必须为零"
BALANCE: Codes = {"label": "勾稽关系", "whole": "合计", "difference": "差额"}

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

# What is asked of every record (clause 二(六) of the notice), then what some answer (enrolment/quality.py).
QUALITY: Codes = {
    "number": "号码不合编码规则",
    "holder": "号码归属不清",
    "name": "姓名与公安不符",
    "dead": "已死亡仍参保或领取",
}
# What is first wrong with a record.
QUALITY_STEP: Codes = {
    "number": "号码须查证", "holder": QUALITY["holder"], "name": QUALITY["name"],
    "rewritten": "号码改写即可", "elsewhere": "非本省户籍，待国家库核对", "right": "未见差错",
}  # fmt: skip
QUALITY_QUESTION: Codes = {"number": "号码", "holder": "号码归属", "name": "姓名"}
NUMBER_HOLDER: Codes = {
    "own": "公安查到本人",
    "of_another": "号码属于另一人",
    "shared": "一号几人，未能认定",
    "two_numbers": "一人两号",
    "not_found": "公安查无此号",
    "elsewhere": "非本省户籍，待国家库核对",
    "no_number": "无正确号码",
    "unasked": "无户籍人口可核",
}
NAME_DIFFERENCE: Codes = {
    "equal": "相同",
    "absent": "无姓名",
    "form": "空格、全角等写法",
    "separator": "间隔符不同或缺失",
    "rare": "生僻字以符号或拼音代替",
    "variant": "繁体字、异体字",
    "homophone": "同音字",
    "look_alike": "形近字",
    "order": "字序颠倒",
    "cut": "缺字",
    "one_character": "其他一字不同",
    "other": "其他不同",
    "uncompared": "公安无此人可比",
}
DEAD: Codes = {
    "paying_after_death": "死亡后仍参保缴费",
    "open_while_cancelled": "户籍已注销仍在参保（死亡日期待查）",
    **{kind: BENEFIT[kind] for kind in ("pension_after_death", "unemployment_after_death")},
    "drawn_while_cancelled": BENEFIT["drawn_while_cancelled"],
}
NUMBER_FAULT: Codes = {
    **NUMBER_PROBLEM,
    "full_width": "全角字符（改写即可）",
    "spaces": "夹有空格等字符（改写即可）",
    "lower_x": "小写x（改写即可）",
    "fifteen": "15位号码（升位即可）",
}
QUALITY_KINDS: Mapping[str, Codes] = {
    "number": NUMBER_FAULT, "holder": NUMBER_HOLDER, "name": NAME_DIFFERENCE, "dead": DEAD,
}  # fmt: skip
# Answers that are no finding; to be asked elsewhere, and not at fault; set right by rewriting alone.
IN_ORDER = ("ok", "own", "no_number", "unasked", "equal", "uncompared")
FAULTLESS = ("elsewhere",)
DISPUTED = ("of_another", "shared", "two_numbers", "not_found")
REWRITTEN = ("full_width", "spaces", "lower_x", "fifteen")

# How a person stands to the offices of the place where the record is, which says how a record is corrected.
QUALITY_STATE: Codes = {
    "retired": "领取养老待遇",
    "paying": "正常缴费",
    "lapsed": "中断缴费",
    "other": "未在当地参保缴费",
}
# What speaks for a correction, the strongest first; from "review" on there is none to propose.
EVIDENCE: Codes = {
    "rewritten": "改写即为正确号码",
    "public_security": "公安有此号码，姓名相符，一处笔误可解释",
    "linked": "比对认定的本人在公安的号码",
    "other_tables": "比对认定的本人在其他表的号码",
    "registered_name": "公安登记的姓名",
    "death_record": "民政死亡登记或户籍注销",
    "review": "有候选人，待人工复核",
    "several": "公安有几个可能的号码",
    "none": "无从推定，须向本人查证",
}
SUPPORT: Codes = {"sure": "足以更正", "likely": "须核对后更正", "none": "无从推定"}
UNPROPOSED = ("review", "several", "none")
# A finding as it moves from one period to the next.
QUALITY_FLOW: Codes = {
    "corrected": "已更正", "gone": "记录已不在", "open": "仍未更正", "new": "新增",
}  # fmt: skip

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

# What a doubt is about; each has its own sheet in a dispatch workbook.
FINDING: Codes = {"duplicates": "重复参保", "benefits": "待遇疑点", "missing": "应保未保"}

# Where a case stands, in the order of its way.
CASE_STATE: Codes = {"open": "待发出", "sent": "待答复", "answered": "已答复", "closed": "已办结"}

# A case as it moves from one period to the next; one that was not there before is new.
CASE_FLOW: Codes = {"new": "新增", **CASE_STATE}
# How an office's cases get on
CASE_PROGRESS: Codes = {"overdue": "已逾期", "waiting": "办理中", "closed": CASE_STATE["closed"]}

# What an office answers, and how closely: the keys of each finding are its drop-down list.
ANSWER: Codes = {"confirmed": "属实", "cleared": "排除", "corrected": "已更正"}
REASON: Mapping[str, Mapping[str, Codes]] = {
    "duplicates": {
        "confirmed": {"agreed": "已与本人协商，待清理", "unreached": "本人尚未联系上"},
        "cleared": {"other_person": "不是同一人", "lawful": "依规可以并存", "already_ended": "一方早已终止"},
        "corrected": {"one_ended": "已终止一处并清退", "transferred": "已转移接续", "record": "已更正登记"},
    },
    "benefits": {
        "confirmed": {"agreed": "已与本人协商，待停发", "unreached": "本人尚未联系上"},
        "cleared": {"other_person": "不是同一人", "lawful": "依规可以同领", "already_ended": "一方早已停发"},
        "corrected": {"one_ended": "已停发一份并追回", "offset": "已约定抵扣", "record": "已更正登记"},
    },
    "missing": {
        "confirmed": {"mobilised": "已动员，待参保", "unreached": "本人尚未联系上"},
        "cleared": {
            "dead": "已死亡",
            "covered_elsewhere": "已在外省参保",
            "exempt": "现役、服刑、出国定居等不应参保",
            "other_person": "不是同一人",
        },
        "corrected": {"enrolled": "已参保缴费", "resumed": "已续保缴费", "record": "已更正登记"},
    },
}

# Which of the two enrolments stays
SIDE: Codes = {"a": "甲方", "b": "乙方"}

# Why a case was closed without an answer, or came back after it was settled
CLOSED: Codes = {"settled": "已答复办结", "gone": "本期比对已无此疑点"}
RETURNED: Codes = {
    "other_kind": "情形已变",
    "new_months": "出现新的月份",
    "more_money": "金额增加",
    "other_rule": "适用规则已变",
    "found_again": "疑点再次出现",
}

# Sheets and columns of the workbook that goes to an office
CASE_SHEET: Codes = {
    "about": "说明",
    **FINDING,
    "calls": "联系名单",
    "choices": "答复选项",
    "seal": "_qmcb",
}
CASE_COLUMN: Codes = {
    "case": "疑点编号",
    "kind": "疑点类型",
    "name": "姓名",
    "id_number": "公民身份号码",
    "phone": "联系电话",
    "side_a": "甲方",
    "side_b": "乙方",
    "span": "涉及年月",
    "months": "月数",
    "amount": "涉及金额（元）",
    "advice": "建议（供参考）",
    "keep": "建议保留",
    "basis": "依据",
    "decides": "由谁决定",
    "history": "以往情况",
    "due": "答复期限",
    "answer": "答复（请选择）",
    "kept": "实际保留（请选择）",
    "employer": "单位编号",
    "cases": "疑点编号",
    "matter": "联系事项",
    "result": "联系结果（手填）",
}
CASE_TEXT: Codes = {
    "title": "参保疑点核实工作簿",
    "office": "受理单位",
    "export": "发出批次",
    "sent": "发出日期",
    "due": "答复期限",
    "cases": "疑点数",
    "lead": "比对结果只是线索，不是结论：未经核实并与本人沟通，不得据此停保、停发或清退。",
    "fill": "请只在黄色单元格内选择答复；其余单元格不得改动、增删或移动，否则整本退回。",
    "secret": "本工作簿含个人信息，仅供受理单位核实使用，不得转发，用毕按规定销毁。",
    "confirmed": "属实：确有此事，正在处理；处理完成后请再次答复“已更正”。",
    "cleared": "排除：经核实不成立，请选择原因。",
    "corrected": "已更正：已处理完毕。",
    "wrong": "请从下拉列表中选择",
    "footer": "内部资料 注意保密",
    "until": "至",
    "since": "起未缴费",
    "record": "记录",
    "employer": "单位",
    "no_rule": "无明确规定",
    "last_answer": "上次答复",
    "overdue": "已逾期",
    "came_back": "曾经办结，再次提出",
}

# Why a row of an answered workbook could not be taken
CASE_QUARANTINE: Codes = {
    "not_in_list": "答复不在下拉列表中",
    "kept_alone": "填了实际保留而没有答复",
    "not_waiting": "该疑点已办结或重新提出，不再接受此答复",
}

# The notice to a person; {person}, {office} and {day} are filled in.
NOTICE: Codes = {
    "title": "参保情况核实通知",
    "greeting": "{person}：",
    "found": "经与有关数据比对，您的参保信息中有下列情况需要向您核实。比对结果只是线索，"
    "在与您核实之前，您的参保关系和待遇不会因此变动。",
    "ask": "请您于{day}前携带有效身份证件和参保缴费凭证，到{office}社会保险经办机构说明情况；"
    "不便前来的，可以来电或者委托他人办理。两处参保需要保留一处的，由您与经办机构协商确定。",
    "right": "您对上述信息有异议的，可以查询、复制和要求更正您的个人信息。",
    "sign": "{office}社会保险经办机构",
    "note": "退款不需要您提供银行卡密码或者验证码，谨防诈骗。",
    "sealed": "本文件含个人信息，已加密。请输入口令后打印。",
    "password": "口令",
    "open": "打开",
    "wrong": "口令不对，或者浏览器过旧。",
}
