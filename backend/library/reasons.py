"""What is wrong in a playbook's content, in both languages (playbooks/ says it in English)."""

import re

from backend.problems import said_properly, sayable

_CHINESE = tuple(
    (re.compile(pattern), chinese)
    for pattern, chinese in {
        r"“(.+)” is used twice\.": "“{}”用了两次。",
        r"The first level is told at once: 0\.": "第一级要立即通知，填 0。",
        r"Each level comes later than the one before\.": "每一级都要比上一级晚。",
        r"The owner is not among those who alone may do it\.": "负责的角色不在“只能由谁做”里面。",
        r"Nothing may stand in its way\.": "上报即完成的步骤不能再设条件。",
        r"What is done again and again is never all done: no due\.": "反复做的步骤没有时限，"
        "也不能是控场步骤。",
        r"Choices belong to the type “choice”\.": "只有“选择”一类才有选项，也必须有选项。",
        r"Nothing opens it: it needs any_of, opens_if or clearance\.": "没有写明什么情况下能做。",
        r"“(.+)” is not true or false\.": "“{}”不是“是/否”一类的情况。",
        r"There is no moment or step “(.+)”\.": "没有“{}”这个时刻或步骤。",
        r"What starts again needs an end, and nothing else has one\.": (
            "重新起算的时钟要写明何时结束，其他时钟不写。"
        ),
        r"It closes later than it opens\.": "结束时间要晚于开始时间。",
        r"A day ends at 24:00 and has no hours\.": "按天算的时钟到 24:00 为止，不设时段。",
        r"Each length is longer than the one before\.": "每次延长都要比上一次长。",
        r"“(.+)” cannot be counted\.": "“{}”不能计数。",
        r"“(.+)” is not true or false: say (?:at_least|equals)\.": "“{}”不是“是/否”一类的情况，"
        "请写明数值。",
        r"“(.+)” is never “(.+)”\.": "“{}”没有“{}”这个值。",
        r"A discreet playbook has a hidden tile\.": "隐蔽预案不能有磁贴。",
        r"A discreet step belongs to a role with a phone\.": "隐蔽预案的步骤不能交给柜员。",
        r"What comes from above stays as it is; it can only be added to\.": (
            "上级定的不能改，只能往上加。"
        ),
        r"Somebody has to be told\.": "要选上通知谁。",
        r"The last level tells headquarters duty\.": "最后一级要通知总行值班：那里总有人。",
        r"Not more often than every (\d+) seconds\.": "最快每 {} 秒一次。",
        r"“(.+)” acts in no incident\.": "“{}”不处理事件，不能选。",
        r"Must be at most (\d+) days\.": "最长 {} 天。",
        r"Must not be blank\.": "不能空着。",
        r"Has a character that cannot be kept\.": "含有无法保存的字符。",
        r"Must be a lower-case name\.": "只能用小写英文字母、数字和下划线。",
        r"Must be the id of an org\.": "应是机构代码。",
        r"Must be like 08:00\.": "应是 08:00 这样的时间。",
        r"Must be a mapping of names to values\.": "应是一个对象。",
        r"Must be greater than or equal to (\d+).*\.": "不能小于 {}。",
    }.items()
)


def both(reason: str) -> tuple[str, str]:
    """Chinese and English; ``reason`` may quote what somebody has sent."""
    reason = sayable(reason)
    for pattern, chinese in _CHINESE:
        found = pattern.fullmatch(reason)
        if found:
            return chinese.format(*found.groups()), reason
    return said_properly(reason)
