"""The published documents of a portal: policy, interpretations, meetings, consultations, reports."""

from __future__ import annotations

from datetime import date, timedelta

from demo.site import Article, Portal, words


def prose(portal: Portal, topic: str, paragraphs: int = 3) -> str:
    """Some paragraphs about a topic as HTML, well over a hundred characters."""
    first = f"为做好{topic}相关工作，{portal.name}近日作出安排，明确了工作目标、重点任务和保障措施。"
    lines = [first, *portal.rng.sample(words()["sentences"], paragraphs)]
    return "".join(f"<p>　　{line}</p>" for line in lines)


def policy_documents(portal: Portal) -> list[Article]:
    """Four policy documents of the last half year, each with an index table and a document number."""
    spec = words()["sections"]["documents"]
    topics = portal.rng.sample(spec["topics"], 4)
    articles = []
    for order, topic in enumerate(topics):
        day = portal.day(20 + 30 * order + portal.rng.randint(0, 9))
        title = spec["forms"][0].format(p=portal.name, t=topic)
        body = _index_table(portal, title, day, 12 - order) + prose(portal, topic, 4)
        body += '<p>附件：<a href="/files/table.pdf">任务分工表.pdf</a></p><!--related--><!--services-->'
        articles.append(Article(title, day, body, source=f"{portal.name}办公室"))
    return articles


def _index_table(portal: Portal, title: str, day: date, number: int) -> str:
    mark = f"{portal.place[0]}府规〔{day.year}〕{number}号"
    return (
        '<table class="index"><tr><th>索引号</th><td>'
        f"{portal.footer.site_code or '4499000000'}/{day.year}-{number:05d}</td><th>发文机关</th>"
        f"<td>{portal.name}</td></tr><tr><th>成文日期</th><td>{day:%Y年%m月%d日}</td><th>文号</th>"
        f"<td>{mark}</td></tr><tr><th>标题</th><td>{title}</td><th>有效性</th><td>有效</td></tr></table>"
    )


_FORMS = (  # title, body before the prose; {d} is the document's title
    ("《{d}》政策解读", "<h3>一、制定背景</h3><p>　　为落实上级部署，结合本地实际制定本文件。</p>"),
    (
        "一图读懂《{d}》",
        '<p><img src="/images/chart1.png" width="800" height="1200" alt="一图读懂">'
        '<img src="/images/chart2.png" width="800" height="1200" alt="图解"></p>',
    ),
    ("视频解读：《{d}》", '<p><video src="/media/film.mp4" controls></video></p>'),
    (
        "单位主要负责人解读《{d}》",
        "<p>　　问：文件的主要内容是什么？</p>"
        "<p>　　答（局长）：主要包括目标任务、重点举措和保障措施三个方面。</p>",
    ),
)


def interpretations(portal: Portal) -> list[Article]:
    """One interpretation per policy document, on the same day, each in another form."""
    articles = []
    for order, document in enumerate(portal.column("documents").articles):
        title, before = _FORMS[order % len(_FORMS)]
        topic = document.title.partition("关于印发")[2].removesuffix("的通知")
        body = before + prose(portal, topic, 4) + "<!--related-->"
        articles.append(Article(title.format(d=topic), document.date, body, source=portal.name))
    return articles


def link_both_ways(portal: Portal) -> None:
    """Put the links between documents, interpretations and guides into the bodies; paths must be set."""
    if not portal.has("documents"):
        return
    others = portal.column("interpretation").articles if portal.has("interpretation") else []
    guides = portal.column("services").articles if portal.has("services") else []
    for order, document in enumerate(portal.column("documents").articles):
        if order < len(others):
            other = others[order]
            document.body = document.body.replace("<!--related-->", _related("相关解读", other))
            other.body = other.body.replace("<!--related-->", _related("相关文件", document))
        if guides:
            guide = guides[order % len(guides)]
            document.body = document.body.replace("<!--services-->", _related("办事入口", guide))
            guide.body = guide.body.replace("<!--related-->", _related("相关政策文件", document))


def _related(label: str, article: Article) -> str:
    return f'<p class="related">{label}：<a href="{article.path}">{article.title}</a></p>'


def meetings(portal: Portal) -> list[Article]:
    """Three executive meetings with what was discussed, a chart and a film of the meeting."""
    number = portal.rng.randint(20, 60)
    articles = []
    for order in range(3):
        title = f"{portal.name}召开第{number - order}次常务会议"
        body = "<p>　　会议审议并原则通过有关文件，研究部署近期重点工作。</p>" + prose(portal, "政府重点", 7)
        body += '<p>会议图解：<img src="/images/chart1.png" width="800" height="1200" alt="会议图解"></p>'
        body += '<p>直播回放：<video src="/media/film.mp4" controls></video></p>'
        articles.append(Article(title, portal.day(8 + 15 * order), body, source=portal.name))
    return articles


def consultations(portal: Portal) -> list[Article]:
    """One consultation open, one just closed, one closed long ago with its result, and that result."""
    topics = ["城市照明管理办法", "农贸市场管理规定", "电动自行车停放管理办法"]
    portal.rng.shuffle(topics)
    spans = ((5, -15), (45, 12), (110, 80))  # days before as-of: begins, ends
    articles = [
        _consultation(portal, topic, portal.day(begin), portal.day(end))
        for topic, (begin, end) in zip(topics, spans, strict=True)
    ]
    closed = articles[-1]
    result = Article(
        f"关于《{portal.place}{topics[-1]}（征求意见稿）》公开征求意见情况的反馈",
        portal.day(70),
        f"<p>　　《{portal.place}{topics[-1]}（征求意见稿）》公开征求意见期间，共收到意见建议12条，"
        "采纳9条，未采纳3条。未采纳的理由：相关内容已由上位法作出规定，不宜重复设定。</p>"
        + prose(portal, topics[-1])
        + "<!--consulted-->",
        source=portal.name,
    )
    closed.body += "<!--result-->"
    return [*articles[:2], result, closed]


def _consultation(portal: Portal, topic: str, begin: date, end: date) -> Article:
    body = (
        prose(portal, topic)
        + f"<p>　　征集时间：{begin:%Y年%m月%d日}至{end:%Y年%m月%d日}，截止日期为{end:%Y年%m月%d日}。</p>"
        f"<p>　　反馈方式：电子邮箱 zqyj@{portal.host}；信函请寄{portal.footer.address or portal.place}；"
        "同时通过政务微信公众号、座谈会和问卷调查征集意见。</p>"
        f'<p>附件：<a href="/files/note.docx">《{portal.place}{topic}（征求意见稿）》起草说明.docx</a></p>'
        f"<h3>起草说明</h3><p>　　为规范管理、保障公众权益，起草了{topic}，"
        "主要明确适用范围、部门职责和法律责任。</p>"
    )
    title = f"{portal.name}关于公开征求《{portal.place}{topic}（征求意见稿）》意见的公告"
    return Article(title, begin, body, source=portal.name)


def link_consultations(portal: Portal) -> None:
    """Link the closed consultation with its result; paths must be set."""
    if not portal.has("consultation"):
        return
    *_, result, closed = portal.column("consultation").articles
    if "<!--result-->" not in closed.body:  # a planted fault: no result was published
        return
    closed.body = closed.body.replace("<!--result-->", _related("意见反馈情况", result))
    result.body = result.body.replace("<!--consulted-->", _related("征求意见公告", closed))


def reported_year(portal: Portal) -> int:
    """The last year for which a yearly report can be out: the year before, from the end of January on."""
    return portal.as_of.year - (1 if portal.as_of >= date(portal.as_of.year, 1, 28) else 2)


def _published(portal: Portal, year: int, month: int, day: int) -> date:
    return min(date(year, month, day), portal.as_of - timedelta(days=1))


def annual_reports(portal: Portal) -> list[Article]:
    """The reports of the last three years in the six chapters of the form."""
    chapters = (
        "一、总体情况",
        "二、主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况",
        "四、政府信息公开行政复议、行政诉讼情况",
        "五、存在的主要问题及改进情况",
        "六、其他需要报告的事项",
    )
    articles = []
    for year in range(reported_year(portal), reported_year(portal) - 3, -1):
        body = "".join(f"<h3>{chapter}</h3>{prose(portal, '政府信息公开', 1)}" for chapter in chapters)
        body += '<p>附件：<a href="/files/report.pdf">年度报告.pdf</a></p>'
        title = f"{portal.name}{year}年政府信息公开工作年度报告"
        articles.append(Article(title, _published(portal, year + 1, 1, 24), body, source=portal.name))
    return articles


def site_reports(portal: Portal) -> list[Article]:
    """政府网站工作年度报表 of the last two years."""
    articles = []
    for year in range(reported_year(portal), reported_year(portal) - 2, -1):
        title = f"{portal.name}门户网站工作年度报表（{year}年度）"
        body = (
            f"<table><tr><th>填报单位</th><td>{portal.name}</td></tr><tr><th>信息发布总数</th>"
            f"<td>{1200 + year % 7 * 31}条</td></tr></table>" + prose(portal, "政府网站管理", 2)
        )
        articles.append(Article(title, _published(portal, year + 1, 1, 22), body, source=portal.name))
    return articles


def decision_catalogues(portal: Portal) -> list[Article]:
    """The catalogues of major decisions of three years, each out in spring of its year."""
    articles = []
    newest = portal.as_of.year if portal.as_of >= date(portal.as_of.year, 3, 20) else portal.as_of.year - 1
    for year in range(newest, newest - 3, -1):
        body = (
            "<table><tr><th>序号</th><th>决策事项名称</th><th>承办单位</th><th>计划完成时间</th></tr>"
            f"<tr><td>1</td><td>{portal.place}城市照明管理办法</td><td>住房城乡建设部门</td>"
            f"<td>{year}年9月</td></tr></table>" + prose(portal, "重大行政决策", 2)
        )
        title = f"{portal.name}{year}年度重大行政决策事项目录"
        articles.append(Article(title, date(year, 3, 12), body, source=portal.name))
    return articles


def budgets(portal: Portal) -> list[Article]:
    """Budgets, out in spring of their year, and final accounts, out in autumn of the next."""
    year = portal.as_of.year
    planned = [(f"{portal.place}{y}年财政预算公开", date(y, 2, 20)) for y in range(year, year - 3, -1)]
    planned += [(f"{portal.place}{y - 1}年财政决算公开", date(y, 9, 15)) for y in range(year, year - 3, -1)]
    out = [pair for pair in planned if pair[1] < portal.as_of]
    out.sort(key=lambda pair: pair[1], reverse=True)
    tail = '<p>附件：<a href="/files/table.pdf">一般公共预算收支表.pdf</a></p>'
    return [Article(t, day, prose(portal, "财政收支管理", 3) + tail, source=portal.name) for t, day in out]


def education(portal: Portal) -> list[Article]:
    """Enrolment with catchment areas, and the standards for titles and awards."""
    year = portal.as_of.year
    titles = (
        (f"{portal.place}{year}年义务教育阶段学校招生入学工作方案", "招生范围、学区划分和报名时间"),
        (f"{portal.place}{year}年义务教育学校学区划分一览", "学区划分和招生计划"),
        (f"{portal.place}中小学教师职称评审标准和结果公示", "教师职称评审标准、评优评先标准和结果"),
    )
    return [
        Article(title, portal.day(14 + 21 * order), prose(portal, topic, 4), source=portal.name)
        for order, (title, topic) in enumerate(titles)
    ]


def market(portal: Portal) -> list[Article]:
    """Sampling results and the statistics of consumers' complaints."""
    titles = (
        (f"{portal.place}食品安全监督抽检情况通告", "食品安全监督抽检合格和不合格样品信息"),
        (f"{portal.place}消费者投诉举报统计分析报告", "消费者投诉举报受理数量、热点问题统计分析"),
        (f"{portal.place}双随机一公开抽查计划", "双随机一公开抽查"),
    )
    return [
        Article(title, portal.day(12 + 17 * order), prose(portal, topic, 3), source=portal.name)
        for order, (title, topic) in enumerate(titles)
    ]
