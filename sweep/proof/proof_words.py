"""What the person who opens an evidence zip reads."""

from __future__ import annotations

LACKING = "{url}：没有存档（未取得应答，或巡检后已按留存规则清理）；请求经过见 attempts.json"
WITHHELD = "{url}：正文没有存档（含个人信息，或是附件），只有应答头"

README = """阳光巡检 问题证据包
====================

单位：{unit}
检查项：{check}
问题：{message}
所在页面：{where}
观察时间：{observed}
巡检编号：{sweep}

一、包内文件
{files}
  manifest-sha256.txt

  finding.json     问题全文（应为、实为、位置、办法）、该检查项的结果、巡检的基准日和程序版本
  rule.json        据以判定的指标条款、出处和指标包的摘要值
  attempts.json    对相关网址的每一次请求：时间（UTC）、结果、状态码、应答地址
  archive.warc.gz  当时收到的应答原样，国际标准格式 WARC（ISO 28500）
  pages/           同样的内容另存为普通文件：正文、应答头；index.json 是网址、时间和摘要值的清单
  screenshots/     浏览器截图（有则附）

{changed}二、缺少的内容
{lacking}

三、怎样核验
1. 文件未被改动：在解压后的目录运行
     sha256sum -c manifest-sha256.txt          （Linux；macOS 用 shasum -a 256 -c）
     certutil -hashfile 文件名 SHA256          （Windows，逐个与清单比对）
2. 存档完整、内部摘要一致：用公开工具 warcio 运行
     warcio check archive.warc.gz
3. 查看当时的网页：用公开工具 ReplayWeb.page 或 pywb 打开 archive.warc.gz；
   也可以直接用浏览器打开 pages/ 下的 .html 文件（样式和图片仍取自现在的网站）。
4. 与现状对照：打开 finding.json 中的 url，看问题是否仍在；已整改的可申请复查。

说明：带 x-sunsweep-rendered 头的应答是浏览器执行脚本后的页面，不是服务器直接发出的。
正文已解开传输压缩，原应答中说明压缩的头改以 x-orig- 开头；重名的应答头只留第一个。
请求记录按所知还原，不含 Cookie。时间未注明时区的为 UTC。
"""
