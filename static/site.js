// Improves pages that work without it: copy buttons, where the eye goes after an error, and a question before words are lost.
"use strict";

const heard = document.createElement("p"); // what a screen reader says when a button has done its work
heard.className = "unseen";
heard.setAttribute("role", "status");
document.body.append(heard);

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break; // not on a page without https: the text can still be selected
  button.hidden = false;
  const label = button.innerHTML;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
    } catch {
      getSelection().selectAllChildren(source); // refused: the text is marked, and one keystroke copies it
      return;
    }
    button.textContent = heard.textContent = button.dataset.done;
    setTimeout(() => { button.innerHTML = label; heard.textContent = ""; }, 3000);
  });
}

document.querySelector(".summary")?.focus();

// A share of the letter in words, as a bar, and with what it means; a screen reader hears when that changes.
function showShare(meter, percent) {
  const said = meter.querySelector("[data-said]"), high = meter.querySelector("[data-high]"), low = meter.querySelector("[data-low]");
  const enough = percent >= meter.dataset.goal;
  said.textContent = said.textContent.replace(/\d+/, percent);
  meter.querySelector("meter").value = percent;
  if (enough === high.hidden) heard.textContent = enough ? high.textContent : said.textContent;
  high.hidden = !enough;
  if (low) low.hidden = enough;
}

const story = document.querySelector("[data-story]"); // about how much of a letter is theirs, while they answer
if (story) {
  const fields = [...document.querySelectorAll(".story textarea")];
  const usual = story.dataset.usual.split(" ").map(Number); // words of the campaign's, by the number of reasons
  const show = () => {
    const own = fields.flatMap((field) => field.value.match(/\S+/g) || []).length;
    const reasons = document.querySelectorAll("[name=reasons]:checked").length || 1;
    story.hidden = own === 0;
    showShare(story, Math.floor(100 * own / (own + usual[Math.min(reasons, usual.length - 1)])));
  };
  document.addEventListener("input", show);
  addEventListener("load", show); // after what was typed has come back
}

// A page with somebody's words is kept in no cache and in no storage. Leaving it but by a button of its own would lose
// them, so the browser asks first.
const form = document.querySelector("form[data-keep]");
if (form) {
  let unsent = [...form.querySelectorAll("textarea")].some((field) => field.value);
  form.addEventListener("input", () => { unsent = true; });
  form.addEventListener("submit", () => { unsent = false; });
  addEventListener("beforeunload", (event) => { if (unsent) event.preventDefault(); });
}
