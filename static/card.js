// What a card says to the page around it, where that is WordPress: how high it is, and where its button leads.
// WordPress names a secret in the frame's address and waits for messages that bear it.
"use strict";

const secret = new URLSearchParams(location.hash.replace(/^#\??/, "")).get("secret");
if (secret && parent !== self) {
  // To whoever it is: nothing is said but a height and our own public address.
  const say = (message, value) => parent.postMessage({ message, value, secret }, "*");
  const main = document.querySelector("main");
  const edges = () => document.body.offsetHeight - document.body.clientHeight;
  const tell = () => say("height", Math.ceil(main.getBoundingClientRect().height + edges()));
  new ResizeObserver(tell).observe(main); // at once, and whenever another width or size of letters makes it higher
  addEventListener("message", (event) => {
    if (event.source === parent && event.data?.message === "ready") tell(); // its script came later than our first word
  });
  // In a sandbox no link opens a tab: the page is asked to go there. Elsewhere the link does it by itself.
  if (origin === "null") {
    for (const link of document.links) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        say("link", link.href);
      });
    }
  }
}
