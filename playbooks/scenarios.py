"""What is played in a drill (A6): what the visitor says, and what good staff do about it."""

from dataclasses import dataclass

from playbooks.model import Text


@dataclass(frozen=True, slots=True)
class Scenario:
    """Something to play; ``type`` is the playbook that is practised by it."""

    id: str
    type: str
    title: Text
    says: tuple[Text, ...]
    expected: tuple[Text, ...]


SCENARIOS = (
    Scenario(
        "customer_doubts",
        "complaint_medium",
        Text("客户质疑", "The customer doubts us"),
        (
            Text(
                "当初说的收益根本不是这样，你们是不是骗人？",
                "This is not the return I was told about. Did you deceive me?",
            ),
            Text(
                "合同里这一条我看不懂，当时也没人给我讲过。",
                "I do not understand this clause, and nobody explained it to me.",
            ),
            Text(
                "别跟我念条款，找个能说清楚的人来。",
                "Do not read me the terms. Get somebody who can explain.",
            ),
            Text(
                "我一句一句都记着呢，你敢保证吗？",
                "I am writing down every word. Can you guarantee that?",
            ),
        ),
        (
            Text("先听完，不打断，不辩解", "Hear them out; neither interrupt nor argue"),
            Text(
                "用一句话把诉求说回去，问“是这样吗”",
                "Say their demand back in one sentence and ask “is that so?”",
            ),
            Text(
                "陪客户看书面材料，逐条解释，不保证收益",
                "Read the papers with them, line by line; never guarantee a return",
            ),
            Text(
                "说不清的约定时间，转给说得清的人",
                "What you cannot explain: agree a time and pass it to someone who can",
            ),
            Text(
                "填好沟通记录表，三个工作日内联系",
                "Fill in the record form; contact them within three working days",
            ),
        ),
    ),
    Scenario(
        "customer_demands_compensation",
        "complaint_heavy",
        Text("客户要求赔偿", "The customer demands compensation"),
        (
            Text(
                "我亏了三万，今天不赔我就不走。",
                "I have lost thirty thousand. I will not leave until I am paid.",
            ),
            Text("你就说赔不赔，给句痛快话。", "Just say it: will you pay or not?"),
            Text(
                "不赔我就找媒体，找监管。",
                "If you do not pay, I will go to the media and the regulator.",
            ),
            Text(
                "隔壁网点都赔了，凭什么你们不赔？",
                "The branch next door paid. Why will you not?",
            ),
        ),
        (
            Text("先稳住情绪，请到里面坐下说", "Calm first: sit down with them, inside"),
            Text(
                "柜台不许诺赔偿，只说会按规定评估、24 小时内答复",
                "Promise no money at the counter: assessed by the rules, answered within 24 hours",
            ),
            Text(
                "说到媒体、监管，记下来并报告",
                "Note any word of media or regulator, and report it",
            ),
            Text(
                "涉及给钱的步骤，等合规放行",
                "Any step that promises money waits for compliance",
            ),
            Text(
                "30 分钟内报告主管，主管 10 分钟内和客户谈",
                "Report within 30 minutes; the supervisor talks to them 10 minutes later",
            ),
        ),
    ),
)
VISITOR_RULES = (
    Text(
        "有人要报警、受伤或害怕时，来访人马上亮明身份，演练就此结束。",
        "If anybody is about to call the police, is hurt or afraid, the visitor says at once who"
        " they are: the drill is over.",
    ),
    Text(
        "来访人带着上级签的字条，不碰人，不拿东西，不吓其他客户。",
        "The visitor carries a signed letter, touches nobody, takes nothing and frightens no"
        " other customer.",
    ),
    Text(
        "演练时网点真出了事，照常点上报，不受演练影响。",
        "If something real happens meanwhile, raise it as always: no drill holds it up.",
    ),
)
"""What every drill keeps to."""
