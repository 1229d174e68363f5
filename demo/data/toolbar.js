function openBarrierFree() {
  if (document.getElementById("wza-bar")) { return; }
  var bar = document.createElement("div");
  bar.id = "wza-bar";
  bar.style.cssText = "position:fixed;top:0;left:0;right:0;background:#ffd;border-bottom:1px solid #333;z-index:9999;padding:8px";
  function tool(text, act) {
    var button = document.createElement("button");
    button.textContent = text;
    button.onclick = act;
    bar.appendChild(button);
  }
  tool("放大字号", function () { wzaSet("zoom", "1.5"); });
  tool("配色", function () { wzaSet("colour", "dark"); });
  tool("辅助线", function () { wzaSet("line", "1"); });
  tool("语音朗读", function () {
    window.speechSynthesis.speak(new SpeechSynthesisUtterance(document.body.innerText.slice(0, 200)));
  });
  tool("大字版", function () { wzaSet("simple", "1"); });
  tool("退出", function () { sessionStorage.clear(); location.reload(); });
  document.body.appendChild(bar);
}
function wzaSet(name, value) { sessionStorage.setItem("wza-" + name, value); wzaApply(); }
function wzaApply() {
  var zoom = sessionStorage.getItem("wza-zoom");
  if (zoom) {
    document.body.style.fontSize = 16 * zoom + "px";
    document.querySelectorAll("p,a,li,td,span,h2,h3").forEach(function (node) { node.style.fontSize = 16 * zoom + "px"; });
  }
  if (sessionStorage.getItem("wza-colour")) {
    document.querySelectorAll("body,body *").forEach(function (node) { node.style.color = "#ff0"; node.style.backgroundColor = "#000"; });
  }
  if (sessionStorage.getItem("wza-line") && !document.getElementById("wza-line")) {
    var line = document.createElement("div");
    line.id = "wza-line";
    line.style.cssText = "position:fixed;left:0;right:0;height:3px;background:red;pointer-events:none;z-index:9998;top:50px";
    document.body.appendChild(line);
    document.addEventListener("mousemove", function (event) { line.style.top = event.clientY + "px"; });
  }
  if (sessionStorage.getItem("wza-simple")) {
    document.body.className = "elder";
    document.querySelectorAll(".banners,.friends,.quick").forEach(function (node) { node.style.display = "none"; });
    document.querySelectorAll("p,a,li").forEach(function (node) { node.style.fontSize = "24px"; });
  }
}
wzaApply();
