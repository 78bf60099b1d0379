"""The words of statistics on paper, in Chinese and English."""

from backend.export_words import Table

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
    "customer_repeats": ("同一客户重复", "Same customer again"),
    "reopened": ("重新打开", "Reopened"),
    "causes": ("根本原因", "Root causes"),
}
