"""Standing texts, service guides, letters, ratings and catalogues of a portal."""

from __future__ import annotations

from datetime import timedelta

from demo.documents import prose
from demo.site import Article, Portal, words


def guide_document(portal: Portal) -> str:
    """公开指南 with every channel, online and offline."""
    footer = portal.footer
    return (
        f"<h2>{portal.name}政府信息公开指南</h2><p>　　为方便公众获取政府信息，编制本指南，更新日期为"
        f"{portal.day(100):%Y年%m月%d日}。</p><h3>一、主动公开</h3><p>　　线上渠道：门户网站"
        f"（网址：{portal.host}）、政务微信公众号、政务微博。线下渠道：{portal.place}档案馆、"
        f"{portal.place}图书馆、政务服务中心设政府信息查阅场所，地址：{footer.address or portal.place}，"
        "开放时间：工作日上午8:30至12:00，下午2:30至5:30。</p><h3>二、依申请公开</h3>"
        f"<p>　　受理机构：{portal.name}办公室；办公地址：{footer.address or portal.place}；"
        f"联系电话：{footer.phone or '0669-3300100'}；传真：0669-3300199；"
        f"电子邮箱：gk@{portal.host}。</p><h3>三、监督方式</h3>"
        "<p>　　公众认为未依法履行公开义务的，可以向上一级主管部门投诉。</p>"
    )


def on_request(portal: Portal) -> str:
    """依申请公开 with its four channels, form and process."""
    return (
        "<h2>依申请公开说明</h2><p>　　公民、法人和其他组织可以通过下列途径提出申请：</p>"
        '<p>　　（一）网上申请：<a href="/files/form.docx">下载申请表</a>后在线提交至'
        f"gk@{portal.host}。</p><p>　　（二）信函申请：邮寄至{portal.footer.address or portal.place}"
        f"{portal.name}办公室，信封注明政府信息公开申请。</p>"
        "<p>　　（三）当面申请：到政务服务中心窗口提交。</p>"
        "<p>　　（四）传真申请：传真号码0669-3300199。</p><p>　　收到申请之日起20个工作日内予以答复。</p>"
    )


def institution(portal: Portal) -> str:
    """机构职能 as one standing text."""
    footer = portal.footer
    return (
        f"<h2>{portal.name}机构职能</h2>"
        "<p>　　主要职责：负责本行政区域内经济社会发展、公共服务和社会管理工作。</p>"
        "<p>　　内设机构：办公室、综合科、督查科、政务公开科。</p>"
        f"<p>　　办公地址：{footer.address or portal.place}。"
        f"办公时间：工作日上午8:30至12:00。联系方式：{footer.phone or '0669-3300100'}。负责人：张明远。</p>"
    )


def leaders(portal: Portal) -> str:
    """领导之窗: three leaders with their duties."""
    rows = {"李建国": "主持全面工作", "王秀英": "分管教育、卫生、文化工作", "陈海涛": "分管住建、应急工作"}
    line = "<li><b>{0}</b>　职务：领导班子成员　分工：{1}　简历：大学学历。</li>"
    items = "".join(line.format(name, duty) for name, duty in rows.items())
    return f"<h2>领导信息</h2><ul>{items}</ul>"


def overview(portal: Portal) -> str:
    """概况."""
    return (
        f"<h2>{portal.place}概况</h2><p>　　{portal.place}地处沿海丘陵地带，气候温和，雨量充沛，历史悠久，"
        "辖若干镇（街道），以现代渔业、装备制造和滨海旅游为主要产业。</p><p>　　境内有灯塔山、明镜湖等景区，"
        "交通便利，城乡面貌近年来明显改善。</p>"
    )


def accounts(portal: Portal) -> str:
    """政务新媒体: accounts by name; their posts are elsewhere."""
    return (
        f"<h2>政务新媒体矩阵</h2><p>　　微信公众号：{portal.place}发布 "
        '<img src="/images/qr.png" alt="二维码"></p>'
        f"<p>　　政务微博：{portal.place}发布；视频号：{portal.place}融媒。</p>"
    )


def fees(portal: Portal) -> str:
    """收费目录 as one table."""
    return (
        "<h2>行政事业性收费目录清单</h2><table><tr><th>项目</th><th>依据</th><th>标准</th></tr>"
        "<tr><td>不动产登记费</td><td>国家统一规定</td><td>住宅每件80元</td></tr>"
        "<tr><td>城镇垃圾处理费</td><td>本级价格主管部门文件</td><td>每户每月6元</td></tr></table>"
        f"<p>　　{portal.place}执行上述目录，清单之外不得收费。</p>"
    )


def guides(portal: Portal) -> list[Article]:
    """Five service guides with all ten elements, the form of materials and the forms themselves."""
    names = portal.rng.sample(words()["guides"], 5)
    return [
        Article(f"{name}办事指南", portal.day(30 + 9 * order), guide_body(portal, name), source=portal.name)
        for order, name in enumerate(names)
    ]


def guide_body(portal: Portal, name: str) -> str:
    """The table of one service guide."""
    rows = {
        "事项名称": name,
        "设定依据": "《中华人民共和国行政许可法》第十二条",
        "申请条件": "有固定经营场所；负责人具有完全民事行为能力",
        "办理材料": "1.申请表（原件1份，纸质）；2.身份证明（复印件1份，加盖公章）；3.场所平面图（电子版1份）"
        '　<a href="/files/form.docx">空白表格下载</a>　<a href="/files/sample.docx">示例样表下载</a>',
        "办理地点": f"{portal.place}政务服务中心二楼综合窗口",
        "办理机构": portal.name,
        "收费标准": "不收费",
        "办理时间": "工作日上午8:30至12:00，下午2:30至5:30；承诺办结时限5个工作日",
        "联系电话": portal.footer.phone or "0669-3300100",
        "办理流程": "申请、受理、审查、决定、送达",
    }
    cells = "".join(f"<tr><th>{label}</th><td>{text}</td></tr>" for label, text in rows.items())
    return f'<table class="guide">{cells}</table><!--related-->'


def letters(portal: Portal) -> list[Article]:
    """Public replies: asked, answered a day later, by whom, with a rating."""
    articles = []
    for order, topic in enumerate(words()["letters"]):
        asked = portal.day(7 + 11 * order)
        articles.append(Article(topic, asked, letter_body(portal, topic, 1), portal.name, style="letter"))
        articles[-1].body = letter_body(portal, topic, 1, articles[-1])
    return articles


def letter_body(portal: Portal, topic: str, days: int, letter: Article | None = None) -> str:
    """The table of one letter, answered so many days after it came."""
    asked = letter.date if letter else portal.as_of
    rows = {
        "来信标题": topic,
        "留言时间": f"{asked:%Y-%m-%d}",
        "留言内容": f"您好，想{topic}，请有关部门予以研究，谢谢。",
        "答复单位": f"{portal.name}办公室",
        "答复时间": f"{asked + timedelta(days=days):%Y-%m-%d}",
        "答复内容": f"您好，关于{topic}的来信收悉。经核实，已安排专人跟进并将于近期落实，感谢您的关心。",
        "满意度评价": "非常满意",
    }
    cells = "".join(f"<tr><th>{label}</th><td>{text}</td></tr>" for label, text in rows.items())
    return f'<table class="letter">{cells}</table>'


def ratings(portal: Portal) -> list[Article]:
    """好差评: quarterly results, and the page where one rates."""
    articles = [
        Article(
            f"{portal.place}政务服务好差评第{number}期结果公布",
            portal.day(25 + 60 * order),
            "<p>　　本期共收到评价3216条，其中非常满意3102条，满意98条，基本满意12条，不满意4条，"
            "好评率为99.8%，差评均已完成整改。</p>" + prose(portal, "政务服务好差评", 2),
            source=portal.name,
        )
        for order, number in enumerate(("三", "二"))
    ]
    channel = (
        '<p>　　办事人可以在此对政务服务作出评价。</p><form action="/hcp/submit" method="post">'
        '<label>评价事项<input name="item"></label>'
        '<label><input type="radio" name="rate" value="5">非常满意</label>'
        '<label><input type="radio" name="rate" value="1">不满意</label><button>提交评价</button></form>'
    )
    articles.append(Article("我要评价：政务服务好差评在线评价", portal.day(150), channel, source=portal.name))
    return articles


def catalogue(portal: Portal, field: str, back: int) -> Article:
    """One field's 基层政务公开标准目录."""
    name = words()["catalogues"][field]
    body = (
        "<table><tr><th>序号</th><th>公开事项</th><th>公开内容（要素）</th><th>公开依据</th><th>公开时限</th>"
        "<th>公开主体</th><th>公开渠道和载体</th><th>公开对象</th><th>公开方式</th><th>公开层级</th></tr>"
        f"<tr><td>1</td><td>{name}政策文件</td><td>文件名称、文号、正文</td><td>政府信息公开条例</td>"
        f"<td>自形成之日起20个工作日内</td><td>{portal.name}</td><td>政府网站</td><td>全社会</td><td>主动</td>"
        '<td>县级</td></tr></table><p>附件：<a href="/files/table.pdf">标准目录.pdf</a></p>'
    )
    title = f"{portal.place}{name}领域基层政务公开标准目录"
    return Article(title, portal.day(back), body, source=portal.name)
