// In a partner's page: says how high a page is, goes on at its heading, and takes what the partner's script hands over.
"use strict";

if (parent !== self) {
  const find = (selector) => document.querySelector(selector);
  const root = document.documentElement, hosts = root.dataset.hosts.split(" ");
  const fresh = performance.getEntriesByType("navigation")[0]?.type === "navigate"; // not: the browser's Back, or a reload
  const stepped = fresh && document.referrer === `${location.origin}/`; // pages of ours say no more of themselves
  let told, met;

  const tell = () => {
    const height = scrollY ? 0 : root.scrollHeight; // to grow now would move what is being read
    if (height !== told) parent.postMessage({ lifeline: "size", height: told = height }, "*");
  };
  const tellAgain = () => { told = -1; tell(); };

  const focus = (element) => {
    if (element?.tabIndex < 0) element.tabIndex = -1; // a heading
    element?.focus();
  };

  const fill = (given, most, names, kind) => {
    for (const name of names.split(" ")) {
      const field = find(`${kind}[name=${name}]`), value = String(given?.[name] ?? "").slice(0, most);
      if (!field || field.value || !value) continue;
      field.value = value;
      if (field.value !== value) field.value = ""; // not in the list
      else if (field.closest("details")) field.closest("details").open = true; // nothing is sent unseen
    }
  };

  addEventListener("message", ({ data, origin, source }) => {
    if (source !== parent) return;
    if (data?.lifeline === "ask") tellAgain();
    if (data?.lifeline !== "hello" || met || !hosts.includes(origin)) return;
    met = true;
    fill(data.prefill, 100, "zip street city state name email", ":is(input:not([type=hidden]), select)");
    fill(data.tags, 64, "ref utm_source utm_medium utm_campaign utm_content utm_term", "[type=hidden]");
    const say = (word) => parent.postMessage({ lifeline: word }, origin);
    say("ready");
    if (fresh && find("[data-finished]")) say("submitted");
    if (!stepped) return;
    say("step");
    tellAgain(); // where the page now stands there may be room to grow
  });

  // A partner's page does not scroll to what a link in the frame leads to, but it does to what has the focus.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link) return;
    event.preventDefault();
    focus(document.getElementById(link.hash.slice(1)));
  });

  if (self.origin === "null") { // in a sandbox that lets no form be sent
    const link = find("[data-alone]");
    if (link) link.hidden = !document.forms.length;
    for (const form of document.forms) {
      form.hidden = true;
      if (link) form.after(link);
    }
  }
  tell();
  new ResizeObserver(tell).observe(root);
  // After the browser has gone to where the address leads.
  if (stepped) addEventListener("load", () => focus(find(".summary") || find(":target h2") || find("h1")));
}
