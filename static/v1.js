// Lifeline's frames work without this. By it they grow, speak and take what links say.
(() => {
  const base = new URL(".", document.currentScript.src).href, home = new URL(base).origin;
  const ours = `iframe[src^="${base}"]`;
  const all = (what) => [...document.querySelectorAll(what)];
  const pick = (text, most, names) => Object.fromEntries(names.split(" ").map((name) =>
    [name, new URLSearchParams(text).get(name)?.slice(0, most)]));

  const [url, said] = location.href.split("#lifeline?");
  const prefill = pick(said, 100, "zip street city state name email");
  const tags = pick(location.search, 64, "ref utm_source utm_medium utm_campaign utm_content utm_term");
  if (said) history.replaceState(history.state, "", url);

  const seen = () => all("body *").map((one) => one.getBoundingClientRect().y).filter((y) => y < innerHeight).join();

  addEventListener("message", ({ data, origin, source }) => {
    const frame = origin === home && all(ours).find((one) => one.contentWindow === source);
    if (!frame) return;
    const { lifeline, height } = data, name = "lifeline:" + lifeline, { y } = frame.getBoundingClientRect();
    if (height > frame.clientHeight) {
      const before = seen(), { style } = frame, old = style.minHeight;
      style.minHeight = height + "px";
      if (seen() !== before) style.minHeight = old; // no jumps
    }
    if (lifeline === "size")
      source.postMessage({ lifeline: "hello", lang: document.documentElement.lang, prefill, tags }, home);
    if (lifeline === "step" && (y < 0 || y > innerHeight)) frame.scrollIntoView({ behavior: "instant" });
    if (/:(ready|submitted)$/.test(name) && !frame[name]) {
      frame[name] = true;
      const { pathname, searchParams } = new URL(frame.src);
      const detail = { campaign: pathname.split("/").pop(), partner: searchParams.get("p") };
      frame.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
    }
  });
  for (const one of all(ours)) one.contentWindow.postMessage({ lifeline: "ask" }, "*"); // spoke before
})();
