// How much of a letter is its writer's own, measured while they type, as campaign/originality.py does on the server.
"use strict";

const LENGTH = 5;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? (byte >>> 1) ^ 0xedb88320 : byte >>> 1;
  return byte;
});

const encoder = new TextEncoder();

function crc32(text) {
  let sum = -1;
  for (const byte of encoder.encode(text)) sum = (sum >>> 8) ^ table[(sum ^ byte) & 255];
  return ~sum >>> 0;
}

const packed = Uint8Array.from(atob(document.querySelector("[data-supply]").dataset.supply), (sign) => sign.charCodeAt(0));
const campaigns = new Set(new Uint32Array(packed.buffer)); // the sequences that the letter bank can supply

// From where to where the letter's text goes: without the greeting before it and the sign-off after it.
function middle(letter) {
  let start = 0, end = letter.trimEnd().length;
  const breaks = [...letter.slice(0, end).matchAll(/\n[ \t]*\n\s*/g)];
  if (breaks.length) {
    const first = breaks[0], last = breaks[breaks.length - 1];
    if (/^Dear [^\n]{1,200}[,:]?$/.test(letter.slice(0, first.index).trim())) start = first.index + first[0].length;
    if (/^(?:\S+[ \t]+){0,3}\S+,[ \t]*\n[^]*$/.test(letter.slice(last.index + last[0].length, end))) end = Math.max(start, last.index);
  }
  return [start, end];
}

function* paragraphs(text, offset) {
  for (const paragraph of text.matchAll(/(?:(?!\n[ \t]*\n)[^])+/g)) {
    yield [...paragraph[0].matchAll(/[^\s\ufeff]+/g)].map((token) => ({
      plain: token[0].normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}\p{M}]/gu, ""),
      start: offset + paragraph.index + token.index,
      end: offset + paragraph.index + token.index + token[0].length,
    })).filter((word) => word.plain);
  }
}

function measure(letter) {
  const [start, end] = middle(letter);
  const marks = [];
  const counted = new Set(), own = new Set(); // to say one sentence twenty times does not make a letter one's own
  for (const words of paragraphs(letter.slice(start, end), start)) {
    for (let at = 0; at + LENGTH <= words.length; at++) {
      const run = words.slice(at, at + LENGTH);
      const key = crc32(run.map((word) => word.plain).join(" "));
      counted.add(key);
      if (!campaigns.has(key)) { own.add(key); continue; }
      const last = marks[marks.length - 1];
      if (last && run[0].start <= last[1]) last[1] = run[LENGTH - 1].end;
      else marks.push([run[0].start, run[LENGTH - 1].end]);
    }
  }
  return { percent: counted.size ? Math.floor(100 * own.size / counted.size) : 100, marks, start, end };
}

for (const meter of document.querySelectorAll("[data-meter]")) {
  const field = document.getElementById(meter.dataset.meter);
  const marked = meter.querySelector("[data-marked]");
  const show = () => {
    const letter = field.value, { percent, marks, start, end } = measure(letter);
    showShare(meter, percent);
    let at = start;
    const pieces = marks.flatMap(([from, to]) => {
      const mark = document.createElement("mark"), before = letter.slice(at, from);
      mark.dataset.ours = marked.dataset.ours;
      mark.textContent = letter.slice(from, to);
      at = to;
      return [before, mark];
    });
    marked.replaceChildren(...pieces, letter.slice(at, end));
  };
  field.addEventListener("input", show);
  show();
}
