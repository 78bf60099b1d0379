"""The rules behind scripts by name (A10): what a playbook's ``source`` is in plain words."""

from collections.abc import Iterable, Mapping

from playbooks.model import Text

COMPLAINT_MEASURES = "《银行业保险业消费投诉处理管理办法》"
PERSONAL_INFORMATION_LAW = "《中华人民共和国个人信息保护法》"
CREDIT_REGULATION = "《征信业管理条例》"
_NAMES: tuple[tuple[str, str, str], ...] = (
    ("A1", "办结一周内回访客户", "call back within a week of closing"),
    ("A5", "话术先经合规、法务放行", "words are cleared by compliance and legal"),
    ("A7", "投诉里的问题反馈给业务", "what complaints say goes back to the business"),
    ("A8", "重度投诉后书面说明，邀请座谈", "a written statement and an invitation afterwards"),
    ("A9", "产品与客户风险承受能力匹配", "what is offered fits the customer’s risk profile"),
    ("A10", "说规定，先懂规定", "whoever explains a rule knows it"),
    ("C1", "来访者可能在暗中拍摄", "a visitor may be filming in secret"),
    ("C2", "留意同伴、衣着和随身物品", "notice companions, clothing and what they carry"),
    ("C3", "每句话按标准流程说", "every word keeps to the standard process"),
    ("C4", "只走内部渠道，不惊动来访者", "internal channels only; the visitor must not notice"),
    ("D1", "冲击柜台、扰乱营业要马上处置", "a stormed counter is dealt with at once"),
    ("D2", "第一时间带离柜台", "lead away from the counter at once"),
    ("D3", "有人煽动，其他同事冷静协助", "where others are stirred up, colleagues help calmly"),
    ("D4", "没人受伤、没有重大损失，一般不报警", "police only for injury or a major loss"),
    ("G1", "三人及以上按群访处理", "three or more are a group visit"),
    ("G2", "马上告知上级，备好接待室", "tell the superior at once, get the room ready"),
    ("G3", "马上告知各部门，在场的都是接诉人", "tell the departments; everyone present helps"),
    ("G4", "先和其他客户分开", "separate the group from other customers"),
    ("G5", "全网点一个口径", "the whole branch answers as one"),
    ("M1", "记者表明身份跟进投诉", "a journalist openly follows a complaint"),
    ("M2", "马上礼貌接待，请到柜台外就座", "respond at once and courteously, off the counter"),
    ("M3", "先核对记者身份", "first check who the journalist is"),
    ("M4", "请办公室人员来接待", "office staff receive the visitor"),
    ("M5", "只有办公室人员对媒体说话", "only office staff speak to the media"),
    ("P1", "尽早识别客户身份", "note early who the customer is"),
    ("P2", "客户扬言找媒体、监管或起诉，要上报", "threats are noted and reported"),
    ("R1", "先安抚，再解决", "calming comes before solving"),
    ("R2", "复述诉求，问一句“是这样吗”", "restate the demand and ask if that is right"),
    ("R3", "核实身份，告知权利", "verify identity and tell them their rights"),
    ("R4", "填沟通记录表，三个工作日内联系", "fill in the form; contact within three working days"),
    ("R5", "服务禁忌", "taboos of every talk"),
    ("R6", "先让客户说完，再真诚道歉", "let them speak first, then apologise properly"),
    ("S1", "轻度投诉 24 小时内办结", "light complaints close within 24 hours"),
    ("S2", "中度投诉 48 小时内给方案", "medium complaints: a solution within 48 hours"),
    (
        "S3",
        "重度投诉先止损、30 分钟内上报",
        "heavy complaints: stop the loss, report in 30 minutes",
    ),
    ("S4", "投诉分级处理", "each tier of complaints has its own way"),
    ("S5", "先分清事实投诉和认知投诉", "tell a mistake from a misunderstanding first"),
    (
        "S6",
        "柜台不承诺赔付，违规和隐私先报合规",
        "no money promised at the counter; compliance first",
    ),
    ("S7", "办结要写明根本原因", "the root cause is recorded at closing"),
    ("S8", "信用卡投诉按主题处理", "card complaints are handled by topic"),
    ("S9", "银行和客户两方面的原因都要看", "causes may lie on either side"),
    ("T1", "当场暴怒：逐级出面，逐步降温", "exploding in public: climb the ladder of people"),
    ("T2", "伤心受骗：多安慰，守原则", "weeping, deceived: comfort, and hold the principle"),
    ("T3", "取证客户：不作承诺，马上上报", "collecting evidence: promise nothing, report at once"),
    ("T4", "在职业务员：态度好，规定不松", "serving agent: courteous, within the rules"),
    ("T5", "离职业务员：和客户分开接待", "departed agent: received apart from the customer"),
    ("T6", "客户的九种表现", "nine manners of customers"),
    ("W1", "沟通四步：安抚、倾听、引导、沟通", "four moves: comfort, listen, guide, communicate"),
    ("W2", "沟通七步", "seven moves of a talk"),
    ("W3", "理解、担责、承诺行动", "understanding, responsibility, a promise of action"),
    ("W4", "读懂客户", "read the customer"),
    ("W5", "照顾好自己，撑不住就换人", "look after yourself; hand over when it is too much"),
    (
        COMPLAINT_MEASURES,
        COMPLAINT_MEASURES,
        "Measures on Handling Consumer Complaints in Banking and Insurance",
    ),
    (PERSONAL_INFORMATION_LAW, PERSONAL_INFORMATION_LAW, "Personal Information Protection Law"),
    (CREDIT_REGULATION, CREDIT_REGULATION, "Regulation on the Credit Reporting Industry"),
)
NAMES: Mapping[str, Text] = {source: Text(zh, en) for source, zh, en in _NAMES}


def rules_behind(source: Iterable[str]) -> tuple[Text, ...]:
    """The rules, laws first; one that is not ours, such as a bank's own, is called as it is."""
    laws_first = sorted(source, key=lambda each: not each.startswith("《"))
    return tuple(NAMES.get(each, Text(each, each)) for each in laws_first)
