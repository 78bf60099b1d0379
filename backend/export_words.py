"""The words of a timeline on paper: events, roles and reasons, in Chinese and English.

A key that is not here stands for itself: an old program shows a new event by its name.
"""

from collections.abc import Mapping
from typing import Literal

Lang = Literal["zh", "en"]
Table = Mapping[str, tuple[str, str]]

EVENTS: Table = {
    "incident.opened": ("上报", "Raised"),
    "incident.joined": ("再次上报", "Raised again"),
    "incident.report_withdrawn": ("撤回上报", "Report withdrawn"),
    "incident.reclassified": ("改类型", "Type changed"),
    "incident.handed_over": ("移交", "Handed over"),
    "incident.contained": ("已控场", "Contained"),
    "incident.closed": ("办结", "Closed"),
    "incident.cancelled": ("撤销", "Cancelled"),
    "incident.reopened": ("重新打开", "Reopened"),
    "report.late": ("到得太晚的操作", "Came too late to act"),
    "alert.raised": ("提醒", "Alert raised"),
    "alert.informed": ("知会", "Informed"),
    "alert.delivered": ("已送达", "Alert delivered"),
    "alert.seen": ("已看到", "Alert seen"),
    "alert.failed": ("没送到", "Alert failed"),
    "alert.acknowledged": ("接手", "Acknowledged"),
    "alert.declined": ("到不了", "Declined"),
    "alert.escalated": ("通知上一级", "Escalated"),
    "alert.exhausted": ("最后一级也没人", "Last level reaches nobody"),
    "step.completed": ("步骤完成", "Step done"),
    "step.skipped": ("步骤跳过", "Step skipped"),
    "step.reopened": ("步骤重做", "Step reopened"),
    "step.cleared": ("合规放行", "Step cleared"),
    "step.warned": ("步骤快到时限", "Step due soon"),
    "step.overdue": ("步骤超时", "Step overdue"),
    "facts.recorded": ("现场情况", "Facts recorded"),
    "note.added": ("备注", "Note"),
    "attachment.added": ("附件", "Attachment"),
    "playbook.added": ("加预案", "Playbook added"),
    "clock.started": ("时限开始", "Clock started"),
    "clock.met": ("时限内完成", "Clock met"),
    "clock.warned": ("时限快到", "Clock nearly out"),
    "clock.missed": ("时限已过", "Clock missed"),
    "clock.paused": ("时限暂停", "Clock paused"),
    "clock.extended": ("时限延长", "Clock extended"),
    "follow_up.scheduled": ("安排回访", "Follow-up scheduled"),
    "follow_up.due": ("回访到期提醒", "Follow-up due"),
    "follow_up.done": ("已回访", "Follow-up done"),
    "review.recorded": ("复盘", "Review recorded"),
    "alert.simulated": ("演练：本应通知", "Drill: would have told"),
    "drill.marked": ("标为演练", "Marked as a drill"),
    "drill.unmarked": ("不是演练", "No drill after all"),
    "drill.scored": ("演练成绩", "Drill scored"),
    "customer.linked": ("关联客户", "Customer linked"),
    "customer.unlinked": ("取消关联客户", "Customer unlinked"),
    "promise.made": ("答应客户", "Promise made"),
    "promise.due": ("承诺到期提醒", "Promise due"),
    "promise.kept": ("承诺已兑现", "Promise kept"),
    "promise.broken": ("承诺没兑现", "Promise broken"),
    "representative.named": ("确定代表", "Representative named"),
    "representative.withdrawn": ("代表更换", "Representative withdrawn"),
    "room.entered": ("带到房间", "Led to a room"),
    "room.left": ("离开房间", "Left the room"),
    "statement.drafted": ("起草书面说明", "Statement drafted"),
    "statement.issued": ("签发书面说明", "Statement issued"),
    "press_statement.recorded": ("对媒体的答复", "Told the media"),
    "export.made": ("导出", "Exported"),
    "text.purged": ("按期清除文字", "Text purged"),
}

ROLES: Table = {
    "teller": ("柜员", "Teller"),
    "lobby_manager": ("大堂经理", "Lobby manager"),
    "guard": ("保安", "Guard"),
    "counter_supervisor": ("柜面主管", "Counter supervisor"),
    "branch_manager": ("网点负责人", "Branch manager"),
    "deputy_manager": ("副职", "Deputy manager"),
    "office_staff": ("办公室人员", "Office staff"),
    "complaint_officer": ("投诉专员", "Complaint officer"),
    "business_line": ("业务渠道人员", "Business line"),
    "compliance_officer": ("合规", "Compliance officer"),
    "legal_officer": ("法务", "Legal officer"),
    "regional_manager": ("上级机构负责人", "Regional manager"),
    "hq_duty": ("总行值班", "Head office duty"),
    "auditor": ("审计", "Auditor"),
    "admin": ("系统管理员", "Administrator"),
}

ACTORS: Table = {"device": ("柜台平板", "Counter tablet"), "system": ("系统", "System")}

BASES: Table = {
    "measured": ("实测", "measured"),
    "estimated": ("估计", "estimated"),
    "bounded": ("范围", "bounded"),
    "server": ("服务器", "server"),
}

REASONS: Table = {
    "raised": ("上报", "raised"),
    "no_answer": ("没人接手", "no answer"),
    "declined": ("都到不了", "all declined"),
    "unreachable": ("联系不上", "unreachable"),
    "empty": ("这一级没有人", "nobody at this level"),
    "failed": ("没送到", "not delivered"),
    "act_within": ("没按时控场", "nothing done in time"),
    "escalated": ("转上级", "escalated by hand"),
    "clock": ("时限到", "clock"),
    "step": ("步骤超时", "step"),
    "subject_staff": ("被投诉员工回避", "about this member of staff"),
    "no_drill": ("不是演练", "no drill after all"),
    "harm": ("有人受伤、有危险或损失重大", "somebody hurt, in danger, or a major loss"),
    "pause_over": ("暂停到时", "its pause is over"),
    "resumed": ("提前恢复", "resumed"),
    "acknowledged": ("有人接手", "taken up"),
    "contained": ("已控场", "contained"),
    "follow_up": ("已回访", "followed up"),
    "severe": ("情节严重", "severe"),
    "missed_clock": ("有时限超时", "a clock was missed"),
    "last_level": ("通知到最后一级", "it reached the last level"),
    "gate_overridden": ("有步骤强行解锁", "a gate was overridden"),
    "repeated": ("短期内重复发生", "it happens again and again"),
    "slow_to_acknowledge": ("很久才有人接手", "slow to be taken up"),
    "not_reached": ("没联系上", "not reached"),
    "containment-open": ("还有控场步骤没做", "containment was open"),
    "step-done": ("步骤已完成", "step already done"),
    "closed": ("事件已办结", "incident already closed"),
    "cancelled": ("事件已撤销", "incident already cancelled"),
}

OUTCOMES: Table = {
    "calmed": ("已安抚", "calmed"),
    "settled": ("已解决", "settled"),
    "to_procedure": ("转正式投诉", "to the complaint procedure"),
    "withdrew": ("客户撤回", "customer withdrew"),
    "police": ("警方处理", "police"),
    "false_alarm": ("误报", "false alarm"),
    "other": ("其他", "other"),
    "reached": ("联系上了", "reached"),
    "not_reached": ("没联系上", "not reached"),
    "declined": ("客户不愿接听", "the customer wants no call"),
}

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

KINDS: Table = {
    "satisfaction": ("满意度回访", "call about satisfaction"),
    "call_back": ("改时间回电", "call at a better moment"),
    "action": ("答应办事", "to do something"),
    "money": ("答应给钱", "money"),
    "information": ("答应回话", "an answer"),
}

CONTENT: Table = {
    "yes": ("满意", "content"),
    "partly": ("部分满意", "partly content"),
    "no": ("不满意", "not content"),
}

CLOCKS: Table = {
    "first_response": ("首次响应", "First response"),
    "contact": ("联系客户", "Contact the customer"),
    "resolution": ("办结", "Resolution"),
    "progress": ("告知进展", "Tell how things stand"),
    "contingency": ("启动应急预案", "Contingency plan"),
    "report_up": ("报告主管", "Report upward"),
    "supervisor_talks": ("主管与客户谈", "Supervisor talks"),
    "offer_answer": ("答复方案", "Answer the offer"),
    "customer_contact": ("三个工作日内联系客户", "Contact within three working days"),
    "call_back": ("满意度回访", "Call about satisfaction"),
    "regulator_answer": ("答复监管", "Answer the regulator"),
}

COMMANDS: Table = {
    "open": ("上报", "raise"),
    "acknowledge": ("接手", "acknowledge"),
    "decline": ("到不了", "decline"),
    "complete-step": ("完成步骤", "complete a step"),
    "clear-step": ("放行", "clear a step"),
    "skip-step": ("跳过步骤", "skip a step"),
    "reopen-step": ("重做步骤", "reopen a step"),
    "record-facts": ("现场情况", "record facts"),
    "add-playbook": ("加预案", "add a playbook"),
    "reclassify": ("改类型", "change the type"),
    "hand-over": ("移交", "hand over"),
    "add-note": ("备注", "add a note"),
    "escalate": ("转上级", "escalate"),
    "contain": ("控场", "contain"),
    "close": ("办结", "close"),
    "cancel": ("撤销", "cancel"),
    "reopen": ("重新打开", "reopen"),
    "pause-clock": ("暂停时限", "pause a clock"),
    "extend-clock": ("延长时限", "extend a clock"),
    "unmark-drill": ("不是演练", "no drill after all"),
    "link-customer": ("关联客户", "link a customer"),
    "unlink-customer": ("取消关联客户", "unlink a customer"),
    "resume-clock": ("恢复时限", "resume a clock"),
    "promise": ("答应客户", "promise something"),
    "keep-promise": ("承诺已兑现", "keep a promise"),
    "break-promise": ("承诺没兑现", "break a promise"),
    "name-representative": ("确定代表", "name a representative"),
    "withdraw-representative": ("代表更换", "withdraw a representative"),
    "lead-to-room": ("带到房间", "lead to a room"),
    "leave-room": ("离开房间", "leave a room"),
    "draft-statement": ("起草书面说明", "draft a statement"),
    "issue-statement": ("签发书面说明", "issue a statement"),
    "record-press-statement": ("登记对媒体的答复", "record what the media were told"),
}

TEXTS: Table = {
    "text": ("备注", "Note"),
    "note": ("说明", "Note"),
    "reason": ("原因", "Reason"),
    "override_reason": ("解锁的原因", "Reason to override"),
    "caption": ("说明", "Caption"),
    "summary": ("情况", "Summary"),
    "resolution": ("处理经过", "Resolution"),
    "improve": ("客户的建议", "What to improve"),
    "words": ("话术上的问题", "What broke in words"),
    "process": ("流程上的问题", "What broke in the process"),
    "decision": ("决定", "Decision"),
    "who": ("谁", "Who"),
    "room": ("房间", "Room"),
    "outlet": ("媒体", "Outlet"),
    "press_card": ("记者证号", "Press card"),
    "contact": ("联系人", "Contact"),
    "asked": ("问了什么", "What was asked"),
    "said": ("答了什么", "What was said"),
}

DETAILS: Table = {
    "level": ("第 {} 级", "level {}"),
    "repeat": ("第 {} 次", "repeat {}"),
    "eta_minutes": ("约 {} 分钟到", "there in {} min"),
    "to_nobody": ("没人负责", "nobody in charge"),
    "to": ("移交给{}", "to {}"),
    "unreachable": ("联系不上", "unreachable"),
    "due_at": ("截止 {}", "due {}"),
    "drill": ("演练", "drill"),
    "people": ("{} 人", "{} people"),
    "stage": ("第 {} 次提醒", "reminder {}"),
    "upto_seq": ("至第 {} 条", "up to event {}"),
    "purged": ("（已按期清除）", "(purged)"),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
}

HEADINGS: Table = {
    "number": ("事件编号", "Incident"),
    "seq": ("序号", "Seq"),
    "position": ("总序号", "Position"),
    "time_utc": ("时间（UTC）", "Time (UTC)"),
    "time_local": ("时间（网点时区）", "Time (branch zone)"),
    "basis": ("时间依据", "Time basis"),
    "not_before": ("不早于（UTC）", "Not before (UTC)"),
    "not_after": ("不晚于（UTC）", "Not after (UTC)"),
    "recorded_at": ("收到时间（UTC）", "Recorded (UTC)"),
    "type": ("类型代码", "Type key"),
    "event": ("类型", "Type"),
    "name": ("姓名", "Name"),
    "role": ("岗位", "Role"),
    "what": ("内容", "What"),
    "texts": ("文字", "Texts"),
    "hash": ("哈希", "Hash"),
}


def word(table: Table, key: str, lang: Lang) -> str:
    """What ``key`` is called; the key itself where it has no word."""
    found = table.get(key)
    return key if found is None else found[0 if lang == "zh" else 1]
