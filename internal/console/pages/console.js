// What pages do by script: local times, the key out of the address, and news. Without it they are read, and orders given, all the same.
"use strict";
(() => {
  const body = document.body, news = document.getElementById("news");
  const localTimes = (root) => {
    for (const t of root.querySelectorAll("time")) t.title = new Date(t.dateTime).toLocaleString();
  };
  localTimes(document);

  const key = document.getElementById("key");
  if (key && location.hash.length > 1) { // what stands behind the # no server sees
    key.value = decodeURIComponent(location.hash.slice(1));
    history.replaceState(null, "", location.pathname + location.search);
  }

  const how = body.dataset.live;
  if (!how || !navigator.locks) return;
  let known = body.dataset.mark, changes = 0, due = 0;

  // Nothing under the pointer moves: a reader asks for what is new.
  const tell = (text) => {
    const show = document.createElement("a");
    show.href = location.href;
    show.textContent = "show";
    news.replaceChildren(text + ": ", show);
  };
  const more = () => tell(changes === 1 ? "1 change" : changes + " changes");

  const inUse = (part) => part.contains(document.activeElement) || part.matches(":hover") || part.querySelector("details[open], form");

  // A document that XMLHttpRequest has parsed runs no script; its parts take the place of those that nobody uses.
  const swap = () => {
    due = 0;
    const request = new XMLHttpRequest();
    request.open("GET", location.href);
    request.responseType = "document";
    request.onload = () => {
      const fresh = request.response;
      if (request.status !== 200 || !fresh || !fresh.querySelector("[data-part]")) return tell("This page can't be brought up to date");
      let left = false;
      for (const other of fresh.querySelectorAll("[data-part]")) {
        const part = document.querySelector(`[data-part="${CSS.escape(other.dataset.part)}"]`);
        if (!part) left = true;
        else if (part.textContent !== other.textContent) {
          if (inUse(part)) { left = true; continue; }
          const taken = document.importNode(other, true);
          localTimes(taken);
          part.replaceWith(taken);
        }
      }
      if (left) more(); else news.replaceChildren();
    };
    request.send();
  };

  const heard = (mark) => {
    if (mark === known) return;
    known = mark;
    changes++;
    if (how !== "parts") more();
    else if (!due) due = setTimeout(swap, 500);
  };

  // One stream for all tabs of a browser: whichever holds the lock listens, and tells the others.
  const tabs = new BroadcastChannel("riposte");
  tabs.onmessage = (e) => heard(e.data);
  const listen = () => {
    const stream = new EventSource("/changes?mark=" + encodeURIComponent(known));
    stream.addEventListener("changed", (e) => {
      tabs.postMessage(e.lastEventId);
      heard(e.lastEventId);
    });
    stream.onerror = () => { if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 30000); };
  };
  navigator.locks.request("riposte-changes", () => new Promise(listen));
})();
