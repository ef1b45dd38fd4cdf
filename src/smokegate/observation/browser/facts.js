() => {
  // What is visible: text in the open and in shadow trees, pictures and controls, the storage, the service worker.
  const parts = [], limit = 20000;
  const walk = (root) => {
    parts.push(root.innerText ?? "");
    for (const each of (root.querySelectorAll?.("*") ?? []))
      if (each.shadowRoot) for (const child of each.shadowRoot.children) walk(child);
  };
  if (document.body) walk(document.body);
  const big = [...document.querySelectorAll("img,svg,canvas,video,iframe,input,button,select,textarea")].filter((e) => {
    const box = e.getBoundingClientRect();
    const spins = e.closest('[role=progressbar],[aria-busy=true],[class*=spin i],[class*=load i]');
    return box.width >= 40 && box.height >= 16 && !spins && getComputedStyle(e).visibility === "visible";
  }).length;
  const junk = [];
  for (const name of ["localStorage", "sessionStorage"]) try {
    const store = window[name];
    for (let i = 0; i < Math.min(store.length, 100); i++) {
      const key = store.key(i);
      if (/^(undefined|null|NaN|\[object Object\])$/.test(store.getItem(key))) junk.push(`${name}.${key}`);
    }
  } catch {}
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  const visible = (what) => [...document.querySelectorAll(what)].some((e) => e.getBoundingClientRect().width > 0);
  return {
    text: parts.join("\n").slice(0, limit), big, junk, title: document.title, url: location.href,
    ready: document.readyState, count: document.getElementsByTagName("*").length,
    painted: paint ? paint.startTime / 1000 : null,
    worker: Boolean(navigator.serviceWorker?.controller),
    password: visible("input[type=password]"), form: visible("input:not([type=hidden])"),
    alert: [...document.querySelectorAll("[role=alert],[class*=error i]")]
      .map((e) => e.innerText).join(" ").slice(0, 300),
  };
}
