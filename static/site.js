// Improves pages that work without it: copy and print buttons, and where the eye goes after an error.
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

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

document.querySelector(".summary")?.focus();
