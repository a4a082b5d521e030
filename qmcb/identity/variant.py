"""Traditional characters and variants, and the standard ones that stand for them in names today."""

from functools import cache

import pyarrow as pa

# Each character with its standard form, of those that people are named with. Source: the tables of
# standard, traditional and variant characters in 通用规范汉字表 (国发〔2013〕23号), recalled, not copied;
# some, such as 喆 and 堃, are standard themselves since 2013, and older systems hold the other one.
_PAIRS = (
    "國国 華华 偉伟 麗丽 軍军 強强 東东 陳陈 張张 劉刘 楊杨 趙赵 黃黄 "
    "吳吴 孫孙 馬马 羅罗 鄭郑 謝谢 韓韩 馮冯 蕭萧 許许 鄧邓 呂吕 蘇苏 "
    "盧卢 蔣蒋 賈贾 葉叶 閻阎 閆闫 餘余 鍾钟 鐘钟 譚谭 陸陆 範范 韋韦 "
    "鄒邹 龍龙 萬万 賴赖 龔龚 黨党 賀贺 顧顾 畢毕 錢钱 湯汤 喬乔 齊齐 "
    "龐庞 顏颜 嚴严 聶聂 魯鲁 關关 連连 歐欧 單单 藺蔺 紀纪 項项 紅红 "
    "蘭兰 鳳凤 蓮莲 雲云 靜静 慶庆 榮荣 貴贵 寶宝 傑杰 濤涛 鵬鹏 輝辉 "
    "暉晖 飛飞 龜龟 豔艳 艷艳 瑩莹 穎颖 潔洁 婭娅 嬌娇 瓊琼 瑪玛 緒绪 "
    "義义 禮礼 風风 雙双 樹树 憲宪 勝胜 勛勋 勳勋 壽寿 奮奋 學学 寧宁 "
    "甯宁 對对 爾尔 峯峰 嶽岳 島岛 師师 幹干 廣广 懷怀 應应 戰战 揚扬 "
    "敵敌 曉晓 曄晔 晉晋 時时 書书 會会 業业 極极 橋桥 權权 歡欢 歲岁 "
    "氣气 漢汉 澤泽 濱滨 瀟潇 灣湾 煥焕 熾炽 燦灿 愛爱 獻献 現现 環环 "
    "瑋玮 璽玺 畫画 發发 盡尽 監监 祿禄 禎祯 穩稳 窮穷 競竞 筆笔 節节 "
    "純纯 紹绍 細细 經经 綠绿 維维 綺绮 緯纬 練练 縣县 績绩 繼继 纓缨 "
    "習习 聖圣 聞闻 聯联 聰聪 聲声 職职 興兴 舉举 藝艺 藍蓝 衛卫 裏里 "
    "親亲 觀观 計计 訓训 記记 訥讷 設设 詠咏 評评 詩诗 詳详 誠诚 誼谊 "
    "調调 諒谅 論论 諾诺 謀谋 謙谦 護护 讓让 豐丰 貞贞 財财 賓宾 賢贤 "
    "質质 贊赞 躍跃 輕轻 輪轮 農农 運运 達达 遠远 適适 選选 邁迈 郵邮 "
    "鋒锋 鋼钢 錄录 錦锦 鍵键 鎮镇 鎖锁 鏡镜 鐵铁 鑒鉴 長长 門门 開开 "
    "閔闵 閣阁 陽阳 陰阴 際际 隨随 雋隽 雖虽 電电 靈灵 靚靓 韜韬 韻韵 "
    "響响 順顺 領领 頻频 飄飘 駿骏 騰腾 驍骁 驊骅 驥骥 鶴鹤 鷹鹰 鸞鸾 "
    "麥麦 點点 齡龄 昇升 甦苏 氾泛 琺珐 羣群 菴庵 蓆席 陞升 恆恒 啓启 "
    "啟启 墻墙 嫺娴 嫻娴 孃娘 寬宽 慤悫 敎教 敘叙 棲栖 樑梁 沖冲 淨净 "
    "溫温 潁颍 爲为 為为 眞真 祕秘 穌稣 綵彩 綫线 脩修 衆众 邊边 銀银 "
    "鷄鸡 彊强 寳宝 煇辉 頴颖 寕宁 堃坤 喆哲 淼渺 犇奔 皙晰 劵券 仝同 "
    "邨村 玨珏 珮佩 瑯琅 秊年 穉稚 迺乃 逈迥 逷逖 濬浚 勣绩 晳晰 冺泯 "
    "栢柏 椶棕 勗勖 姪侄 囯国 囬回 埜野 堦阶 徃往 恵惠 惪德 徳德 攷考 "
    "敍叙 晧皓 暎映 槑梅 猨猿 珎珍 瑠琉 竒奇 笻筇 臯皋 蕚萼 蘂蕊 覩睹 "
    "諠喧 貭质 輭软 鎔熔 阪坂 隣邻 靑青 頼赖 飜翻 髙高 鷰燕 黙默"
)


@cache
def _standard() -> dict[int, str]:
    return {ord(pair[0]): pair[1] for pair in _PAIRS.split()}


def standard(names: pa.StringArray) -> pa.StringArray:
    """Names with every traditional or variant character written as its standard one.

    For the few names that are compared one by one: it looks at each of them.
    """
    translated = [name if name is None else name.translate(_standard()) for name in names.to_pylist()]
    return pa.array(translated, pa.string())
