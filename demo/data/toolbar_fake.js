function openBarrierFree() {
  if (document.getElementById("wza-bar")) { return; }
  var bar = document.createElement("div");
  bar.id = "wza-bar";
  ["放大字号", "配色", "辅助线", "语音朗读", "大字版"].forEach(function (text) {
    var button = document.createElement("button");
    button.textContent = text;
    bar.appendChild(button);
  });
  document.body.appendChild(bar);
}
