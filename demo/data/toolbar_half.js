function openBarrierFree() {
  if (document.getElementById("wza-bar")) { return; }
  var bar = document.createElement("div");
  bar.id = "wza-bar";
  bar.style.cssText = "position:fixed;top:0;left:0;right:0;background:#ffd;border-bottom:1px solid #333;z-index:9999;padding:8px";
  ["放大字号", "配色", "辅助线", "语音朗读"].forEach(function (text) {
    var button = document.createElement("button");
    button.textContent = text;
    if (text === "放大字号") { button.onclick = wzaEnlarge; }
    bar.appendChild(button);
  });
  document.body.appendChild(bar);
}
function wzaEnlarge() {
  document.querySelectorAll("p,a,li,td,span,h2,h3").forEach(function (node) { node.style.fontSize = "24px"; });
}
