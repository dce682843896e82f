// What the answer's page gains with JavaScript: text saves itself and is never lost, colleagues see each other, files can be dropped.

const box = document.querySelector("[data-draft]");
const form = document.querySelector("form[data-answer]");
const line = document.querySelector("[data-saved]");

const PAUSE = 2000; // after the last key
const HERE = 20000; // how often the page says that it is open
const LONGEST = 60; // seconds between two tries
const LONGEST_WAIT = 3000; // for what is on its way when the form is sent

// This browser keeps what the server does not have. Where it may not keep anything, the page asks before it is left.
const keeps = (() => {
  try {
    localStorage.setItem("keeps", "1");
    localStorage.removeItem("keeps");
    return true;
  } catch {
    return false;
  }
})();
const kept = {
  read: () => (keeps ? localStorage.getItem(box.dataset.key) : null),
  write: (text) => keeps && localStorage.setItem(box.dataset.key, text),
  clear: () => keeps && localStorage.removeItem(box.dataset.key),
};

const told = (fields) => {
  const data = new FormData(fields);
  data.delete("csrfmiddlewaretoken");
  return new URLSearchParams(data).toString();
};

const fill = (fields, text) => {
  const given = new URLSearchParams(text);
  for (const field of fields.elements) {
    if (!field.name || field.name === "csrfmiddlewaretoken") continue;
    if (field.type === "radio" || field.type === "checkbox") field.checked = given.getAll(field.name).includes(field.value);
    else if (given.has(field.name)) field.value = given.get(field.name);
  }
};

/* The hour as the rest of the page writes it, on the clocks of the city. */
const hour = (at) => {
  const language = document.documentElement.lang;
  const parts = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit", timeZone: box.dataset.zone }).formatToParts(at);
  const of = Object.fromEntries(parts.map((part) => [part.type, part.value]));
  if (of.dayPeriod) return `${of.hour}:${of.minute} ${/^a/i.test(of.dayPeriod) ? "a.m." : "p.m."}`;
  return language.startsWith("pt") ? `${of.hour}h${of.minute}` : `${of.hour}:${of.minute} h`;
};

class SignedOut extends Error {}
class Refused extends Error {}

const token = () => document.querySelector("input[name=csrfmiddlewaretoken]").value;

/* Somebody who signed in again in another window has a new token: take it from a fresh copy of the page. */
const renewToken = async () => {
  const page = await fetch(location.pathname, { redirect: "manual" });
  if (page.type === "opaqueredirect") throw new SignedOut();
  const fresh = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("input[name=csrfmiddlewaretoken]");
  if (fresh) for (const each of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) each.value = fresh.value;
};

const post = async (text, options = {}, again = true) => {
  const body = new URLSearchParams(text);
  body.set("csrfmiddlewaretoken", token());
  const answer = await fetch(box.dataset.draft, { method: "POST", body, redirect: "manual", ...options });
  if (answer.type === "opaqueredirect") throw new SignedOut();
  if (answer.status === 403 && again) {
    await renewToken();
    return post(text, options, false);
  }
  if (!answer.ok) throw new Refused();
  return answer.json();
};

const savesItself = () => {
  const asDraft = document.querySelector("[data-as-draft]");
  const here = box.querySelector("[data-here]");
  let known = "unsent" in box.dataset ? null : told(form); // what the server has
  let underway = null; // what is on its way to it
  let arriving = null; // ends when that has arrived
  let again = false; // something was typed since
  let leaving = new AbortController();
  let submitting = false;
  let since = null; // when the connection was lost
  let wait = 5;
  let timer = 0;
  const dirty = () => told(form) !== known;
  const later = (milliseconds) => {
    clearTimeout(timer);
    timer = setTimeout(send, milliseconds);
  };
  const tryAgain = (words) => {
    if (line) line.textContent = words;
    later(wait * 1000);
    wait = Math.min(wait * 2, LONGEST);
  };

  const answered = (answer) => {
    since = null;
    wait = 5;
    if (here.textContent !== answer.here) here.textContent = answer.here;
  };

  const failed = (error) => {
    if (error.name === "AbortError" || !dirty()) return;
    kept.write(told(form));
    if (error instanceof SignedOut) {
      const link = Object.assign(document.createElement("a"), { href: box.dataset.login, textContent: box.dataset.signIn });
      if (!line?.querySelector("a")) line?.replaceChildren(`${box.dataset.signedOut} `, link);
    } else if (error instanceof Refused) {
      tryAgain(box.dataset.waits.replace("{s}", wait));
    } else {
      since ??= new Date();
      tryAgain(box.dataset.offline.replace("{time}", hour(since)).replace("..", "."));
    }
  };

  function send(options = {}) {
    clearTimeout(timer);
    const text = told(form);
    if (submitting || text === known || text === underway) return;
    // One after the other, so that an older text never arrives over a newer one; a page that is left has no time for that.
    if (arriving !== null && !options.keepalive) again = true;
    else arriving = sends(text, options);
  }

  async function sends(text, options) {
    underway = text;
    try {
      const answer = await post(text, { signal: leaving.signal, ...options });
      known = text;
      if (kept.read() === text) kept.clear();
      if (line && told(form) === text) line.textContent = answer.said;
      if (asDraft) asDraft.hidden = !answer.draft;
      answered(answer);
    } catch (error) {
      failed(error);
    } finally {
      underway = arriving = null;
      if (again) send();
      again = false;
    }
  }

  const sayHere = async () => {
    if (document.hidden || submitting) return;
    if (dirty()) return send();
    try {
      answered(await post(`based_on=${form.elements.based_on.value}`, { signal: leaving.signal }));
    } catch {
      /* Nothing is unsaved; whoever writes next is told. */
    }
  };

  form.addEventListener("input", () => {
    kept.write(told(form));
    if (since === null) later(PAUSE);
  });
  form.addEventListener("change", () => send());
  form.addEventListener("focusout", () => send());
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  // Before base.js hears of it: what is not sent is not "sent once".
  document.addEventListener(
    "submit",
    (event) => {
      if (event.target !== form) return;
      if (!navigator.onLine) {
        event.preventDefault();
        event.stopPropagation();
        submitting = false;
        form.removeAttribute("aria-busy");
        return failed(new TypeError());
      }
      if (arriving === null) return void (submitting = true);
      // What is on its way arrives first: after the form it would stand over what the form says.
      event.preventDefault();
      event.stopPropagation();
      if (submitting) return;
      submitting = true;
      form.setAttribute("aria-busy", "true");
      const patience = new Promise((enough) => setTimeout(enough, LONGEST_WAIT));
      Promise.race([arriving, patience]).then(() => {
        arriving = null;
        leaving.abort();
        leaving = new AbortController();
        form.requestSubmit(event.submitter);
      });
    },
    true,
  );
  addEventListener("online", () => send());
  addEventListener("focus", () => send());
  addEventListener("pagehide", () => send({ keepalive: true }));
  document.addEventListener("visibilitychange", () => (document.hidden ? send({ keepalive: true }) : sayHere()));
  addEventListener("beforeunload", (event) => !keeps && !submitting && dirty() && event.preventDefault());
  setInterval(sayHere, HERE);
  sayHere();
  const shown = form.querySelector("textarea[name=narrative]");
  box.querySelector("[data-keep]")?.addEventListener("click", (event) => {
    event.preventDefault();
    box.querySelector("[data-found]").hidden = true;
    shown.focus();
  });
  if (known === null) later(PAUSE);
  return (text) => {
    fill(form, text);
    send();
  };
};

/* Text that this browser kept goes to the server first, and comes back with the page. */
const bringBack = async (restore) => {
  const text = kept.read();
  if (text === null) return;
  // The server answered a save with this page, so it has the text; asking again would lead away from what it says.
  if ("refused" in box.dataset || (form && text === told(form))) return kept.clear();
  try {
    const answer = await post(text);
    kept.clear();
    if (answer.draft) location.replace(location.pathname);
  } catch {
    restore?.(text);
  }
};

if (box) {
  bringBack(form ? savesItself() : null);
  addEventListener("pageshow", (event) => event.persisted && location.replace(location.pathname));
} else if (form) {
  // A form that does not save itself says so, and asks before it is left.
  const before = told(form);
  let sending = false;
  const changed = () => !sending && told(form) !== before;
  form.addEventListener("submit", () => (sending = true));
  addEventListener("pageshow", () => (sending = false));
  addEventListener("beforeunload", (event) => changed() && event.preventDefault());
  form.addEventListener("input", () => {
    if (line && changed()) line.textContent = form.dataset.unsaved;
  });
}

for (const drop of document.querySelectorAll("form[data-drop]")) {
  const chooser = drop.querySelector("input[type=file]");
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over-it");
    });
  }
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over-it"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) chooser.files = event.dataTransfer.files;
  });
}
