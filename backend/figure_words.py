"""The words of statistics on paper, in Chinese and English."""

from backend.export_words import Table

CAUSES: Table = {
    "information.unclear_terms": ("信息：条款没讲清", "Information: unclear terms"),
    "information.misleading_returns": ("信息：收益误导", "Information: misleading returns"),
    "communication.scripted": ("沟通：照本宣科", "Communication: script-like talk"),
    "communication.defensive": ("沟通：辩解推脱", "Communication: defensive tone"),
    "promises.benefit_late": ("承诺：权益没按时兑现", "Promises: benefit late"),
    "promises.handover_broken": ("承诺：交接脱节", "Promises: hand-over broken"),
    "privacy.contact_frequency": ("隐私：联系太频繁", "Privacy: called too often"),
    "privacy.data_use": ("隐私：信息用途没说清", "Privacy: use of data unexplained"),
    "other": ("其他", "Other"),
}
GROUPS: Table = {
    "branch": ("网点", "Branch"),
    "type": ("事件类型", "Type"),
    "month": ("月份", "Month"),
    "cause": ("根本原因", "Root cause"),
    "outcome": ("结果", "Outcome"),
    "business_line": ("业务渠道", "Business line"),
    "unsaid": ("没有填", "Not said"),
    "all": ("合计", "All together"),
}
FIGURES: Table = {
    "incidents": ("事件数", "Incidents"),
    "open": ("在办", "Open"),
    "cancelled": ("已撤销", "Cancelled"),
    "acknowledged": ("有人负责的", "Acknowledged"),
    "acknowledge_median": ("接手用时中位数（秒）", "Time to acknowledge, median (s)"),
    "acknowledge_p90": ("接手用时九成以内（秒）", "Time to acknowledge, 90th percentile (s)"),
    "contained": ("已控场的", "Contained"),
    "contain_median": ("控场用时中位数（秒）", "Time to contain, median (s)"),
    "contain_p90": ("控场用时九成以内（秒）", "Time to contain, 90th percentile (s)"),
    "kept": ("按时完成的时限", "Clocks kept"),
    "missed": ("超时的时限", "Clocks missed"),
    "repeats": ("同因重复", "Repeats of the same cause"),
    "reopened": ("重新打开", "Reopened"),
    "causes": ("根本原因", "Root causes"),
}
