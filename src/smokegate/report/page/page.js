// Search, filters and copy buttons; without it the page is complete.
for (const button of document.querySelectorAll("button.copy")) {
  button.hidden = false;
  const text = button.dataset.copy ?? button.previousElementSibling.textContent;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    button.firstChild.textContent = "Copied ";
  });
}
const tools = document.querySelector(".tools");
if (tools) {
  tools.hidden = false;
  const search = tools.querySelector("input[type=search]");
  const boxes = [...tools.querySelectorAll("input[type=checkbox]")];
  const rows = [...document.querySelectorAll(".checks > li")].map((row) => [row, row.textContent.toLowerCase()]);
  tools.addEventListener("input", () => {
    const text = search.value.toLowerCase();
    const off = new Set(boxes.filter((box) => !box.checked).map((box) => box.value));
    for (const [row, words] of rows) row.hidden = off.has(row.dataset.outcome) || !words.includes(text);
  });
}
function open() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let each = target; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
  if (target) target.scrollIntoView();
}
addEventListener("hashchange", open);
open();
