// Says how far a long download has come. Without this the browser downloads all the same.
(() => {
  "use strict";
  const form = document.querySelector("form[data-rows]");
  if (!form || !window.ReadableStream) return;
  const total = Number(form.dataset.rows), LONG = 5000;
  const [note, bar] = [form.querySelector("[data-progress]"), form.querySelector("progress")];
  const number = (n) => n.toLocaleString(document.documentElement.lang);

  form.addEventListener("submit", async (event) => {
    if (total && total < LONG) return;
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    bar.hidden = !total;
    let rows = 0, shown = 0;
    try {
      const answer = await fetch(`${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`);
      if (!answer.ok || !answer.headers.get("Content-Disposition")) throw new Error(answer.status);
      const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition"))[1];
      const reader = answer.body.getReader(), parts = [];
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        parts.push(value);
        for (const byte of value) if (byte === 10) rows += 1;
        if (performance.now() - shown > 500) {
          shown = performance.now();
          bar.value = total ? rows / total : 0;
          note.textContent = (total ? form.dataset.of : form.dataset.told).replace("{n}", number(rows)).replace("{all}", number(total));
        }
      }
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob(parts));
      link.download = name;
      link.click();
      URL.revokeObjectURL(link.href);
      const heads = name.endsWith(".csv") ? 1 : 0;
      note.textContent = form.dataset.done.replace("{n}", number(rows - heads));
      bar.value = 1;
    } catch {
      note.textContent = form.dataset.failed;
    }
    button.disabled = false;
  });
})();
