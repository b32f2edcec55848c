// Measures the previews, and writes the heights into the line to be copied.
"use strict";

const ROOM = 60; // pixels more than the page has: a message at a field takes as much
const snippet = document.getElementById("snippet");
const measured = {};

for (const frame of document.querySelectorAll("[data-measure]")) {
  const measure = () => {
    const page = frame.contentDocument?.body;
    if (!page || !page.querySelector("form")) return; // an empty frame, before its page has come
    measured[frame.dataset.measure] = { width: frame.clientWidth, height: Math.ceil(page.getBoundingClientRect().height) + ROOM };
    const { narrow, wide } = measured;
    if (!narrow || !wide) return;
    const slope = Math.max(0, (narrow.height - wide.height) / (wide.width - narrow.width));
    const tall = Math.ceil(narrow.height + slope * narrow.width);
    const height = `max(${wide.height}px,calc(${tall}px - ${Math.floor(100 * slope)}vw))`;
    snippet.textContent = snippet.textContent.replace(/height:max\(.*?\)\)/, `height:${height}`);
    for (const [name, { height }] of Object.entries(measured)) document.querySelector(`[data-${name}]`).textContent = height;
    for (const [name, { height }] of Object.entries(measured)) document.querySelector(`[data-measure=${name}]`).height = height;
  };
  frame.addEventListener("load", measure);
  measure(); // it may have come before this script
}
