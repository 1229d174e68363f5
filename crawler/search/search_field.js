// Marks the visible field that says search, and what sends it; true when there is a field.
() => {
  const SAYS = /search|sousuo|jiansuo|keyword|query|检索|搜|关键|(^|\s)(q|qt|kw|wd)(\s|$)/i;
  const OTHER = /login|logon|passw|captcha|验证码|登录|留言|邮箱|查询码|subscribe/i;
  const words = (e) => ["name", "id", "class", "placeholder", "title", "value", "aria-label", "onclick", "alt"]
    .map((name) => e.getAttribute(name) || "").join(" ") + " " + (e.tagName === "INPUT" ? "" : e.textContent.trim().slice(0, 20));
  const seen = (e) => { const box = e.getBoundingClientRect(); return box.width > 1 && box.height > 1 && getComputedStyle(e).visibility !== "hidden"; };
  document.querySelectorAll("[data-sunsweep-field],[data-sunsweep-button]").forEach((e) => {
    e.removeAttribute("data-sunsweep-field"); e.removeAttribute("data-sunsweep-button");
  });
  const fields = [...document.querySelectorAll("input")].filter((e) =>
    ["text", "search"].includes(e.type) && seen(e) && !e.disabled && !e.readOnly);
  const around = (e) => words(e) + " " + (e.form ? words(e.form).slice(0, 80) + " " + (e.form.getAttribute("action") || "") : "");
  const field = fields.find((e) => SAYS.test(around(e)) && !OTHER.test(around(e)));
  const senders = (root) => [...root.querySelectorAll("button,input[type=submit],input[type=button],input[type=image],a,[onclick],i,span,div,img")]
    .filter((e) => seen(e) && e !== field);
  let button = null;
  if (field) {
    field.setAttribute("data-sunsweep-field", "");
    for (let root = field.form || field.parentElement; root && !button && root !== document.body; root = root.parentElement) {
      const near = senders(root).filter((e) => !e.contains(field));
      button = near.find((e) => e.matches("button,[type=submit],[type=button],[type=image]")) || near.find((e) => SAYS.test(words(e)));
    }
  } else {
    button = senders(document).find((e) => e.children.length < 3 && SAYS.test(words(e)) && e.textContent.trim().length < 8);
  }
  if (button) button.setAttribute("data-sunsweep-button", "");
  return Boolean(field);
}
