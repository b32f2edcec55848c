// The organizers' figures, renewed in place: nothing moves under a finger, a cursor or a reader.
(() => {
  "use strict";
  const EVERY = 15000, SAID_EVERY = 60000;
  const line = document.querySelector("[data-figures]");
  if (!line) return;
  const [state, button, said] = [line.querySelector("[data-state]"), line.querySelector("button"), line.querySelector("[role=status]")];
  let paused = false, over = false, last = Date.now();

  const tell = (text) => { if (state.textContent !== text) state.textContent = text; };

  // A part in which somebody is at work, or has opened something, is left as it is until the next time.
  const inUse = (part) => part.contains(document.activeElement) || part.querySelector("details[open]");

  async function renew() {
    if (paused || over || document.hidden) return;
    let answer;
    try {
      answer = await fetch(line.dataset.figures, { credentials: "same-origin", redirect: "manual" });
    } catch {
      return tell(line.dataset.away);
    }
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
      over = true;
      button.hidden = true;
      return tell(line.dataset.out);
    }
    if (!answer.ok) return tell(line.dataset.away);
    tell(line.dataset.fresh);
    const newer = new DOMParser().parseFromString(await answer.text(), "text/html");
    const count = () => document.querySelector("[data-letters]")?.textContent;
    const before = count();
    for (const part of newer.querySelectorAll("[data-live]")) {
      const old = document.getElementById(part.id);
      if (old && old.innerHTML !== part.innerHTML && !inUse(old)) {
        const scrolled = [...old.querySelectorAll(".scroll")].map((box) => box.scrollLeft);
        old.replaceChildren(...part.childNodes);
        old.querySelectorAll(".scroll").forEach((box, number) => { box.scrollLeft = scrolled[number] || 0; });
      }
    }
    if (count() !== before && Date.now() - last > SAID_EVERY) {
      last = Date.now();
      said.textContent = line.dataset.news.replace("{n}", count());
    }
  }

  button.addEventListener("click", () => {
    paused = !paused;
    button.setAttribute("aria-pressed", String(paused));
    tell(paused ? line.dataset.paused : line.dataset.fresh);
    renew();
  });
  document.addEventListener("visibilitychange", renew);
  line.hidden = false;
  tell(line.dataset.fresh);
  setInterval(renew, Number(line.dataset.every) || EVERY);
})();
