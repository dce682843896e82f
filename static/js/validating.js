// The reading desk with JavaScript: keys, typing that saves itself, the next item shown at once. Everything works without it.

const FRESH = 10 * 60 * 1000; // an item fetched ahead is shown within this time, else fetched again
const PAUSE = 2000; // after the last key
const DRAWING = 5000; // until it is asked whether a document is drawn by now
const verdicts = { m: "met", n: "not_met", a: "cannot_judge" };
const FETCHED = { "X-Fetched": "1" };

let desk = document.querySelector(".desk");
let typed = null; // what saves the typing of the item that is shown
let ahead = null; // the next item: its address, when it was fetched, its page

const one = (selector, within = desk) => within?.querySelector(selector);
const token = () => one("input[name=csrfmiddlewaretoken]").value;
const typing = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null;
const pathOf = (address) => new URL(address, location.href).pathname;

class SignedOut extends Error {}

/* A request whose answer is a page or a word for this script. Where the session has ended the answer leads to the sign-in. */
const ask = async (address, options = {}) => {
  const answer = await fetch(address, { redirect: "manual", ...options, headers: FETCHED });
  if (answer.type === "opaqueredirect") throw new SignedOut();
  return answer;
};
const parsed = (html) => new DOMParser().parseFromString(html, "text/html");
const post = async (address, fields, options = {}, again = true) => {
  fields.set("csrfmiddlewaretoken", token());
  const answer = await fetch(address, { method: "POST", body: new URLSearchParams(fields), redirect: "manual", ...options, headers: FETCHED });
  if (!again || (answer.type !== "opaqueredirect" && answer.status !== 403)) return answer;
  // Somebody who signed in again in another window has a new token: take it from a fresh copy of the page.
  const fresh = parsed(await (await ask(location.pathname)).text()).querySelector(".desk input[name=csrfmiddlewaretoken]");
  if (!fresh) throw new SignedOut();
  for (const each of desk.querySelectorAll("input[name=csrfmiddlewaretoken]")) each.value = fresh.value;
  return post(address, fields, options, false);
};

/* What this browser keeps; where it may keep nothing, the server still does. */
const kept = {
  read: (place) => kept.or(() => localStorage.getItem(place)),
  write: (place, text) => kept.or(() => localStorage.setItem(place, text)),
  clear: (place) => kept.or(() => localStorage.removeItem(place)),
  or: (act) => {
    try {
      return act();
    } catch {
      return null;
    }
  },
};

/* What is typed goes to the server after a pause; this browser keeps what the server does not have. */
const savesItself = (shown) => {
  const form = one("#finding", shown);
  if (!form) return { leave: () => {}, stop: () => {}, filed: () => {} };
  const line = one("[data-saved]", shown);
  const place = `reading-${shown.dataset.reading}-${form.elements.version.value}`;
  const told = () => {
    const fields = new FormData(form);
    fields.delete("csrfmiddlewaretoken");
    return new URLSearchParams(fields).toString();
  };
  let known = told();
  let timer = 0;
  let leaving = new AbortController();
  const say = (...words) => line?.replaceChildren(...words);

  const send = async (options = {}) => {
    clearTimeout(timer);
    const text = told();
    if (text === known || !leaving) return;
    try {
      const answer = await post(shown.dataset.draft, new URLSearchParams(text), { signal: leaving.signal, ...options });
      if (!answer.ok) throw new Error(answer.status);
      known = text;
      if (kept.read(place) === text) kept.clear(place);
      if (told() === text) say((await answer.json()).said);
    } catch (error) {
      if (error.name === "AbortError") return;
      if (error instanceof SignedOut) {
        say(`${shown.dataset.signedOut} `, Object.assign(document.createElement("a"), { href: shown.dataset.login, textContent: shown.dataset.signIn }));
      } else {
        say(shown.dataset.waits);
        timer = setTimeout(send, 5000);
      }
    }
  };
  const changed = () => {
    kept.write(place, told());
    clearTimeout(timer);
    timer = setTimeout(send, PAUSE);
  };
  const back = kept.read(place);
  if (back !== null && back !== known && !one("#problems", shown)) {
    const given = new URLSearchParams(back);
    for (const field of form.elements) {
      if (!field.name || field.name === "csrfmiddlewaretoken") continue;
      if (field.type === "radio" || field.type === "checkbox") field.checked = given.getAll(field.name).includes(field.value);
      else if (given.has(field.name)) field.value = given.get(field.name);
    }
    changed();
  }
  const onPageHide = () => send({ keepalive: true });
  const stop = () => {
    clearTimeout(timer);
    removeEventListener("pagehide", onPageHide);
    leaving?.abort();
    leaving = null;
  };
  const leave = () => {
    send({ keepalive: true, signal: null });
    stop();
  };
  shown.addEventListener("input", (event) => event.target.form === form && changed());
  shown.addEventListener("focusout", (event) => event.target.form === form && send());
  addEventListener("pagehide", onPageHide);
  return { changed, leave, stop, filed: () => kept.clear(place) };
};

/* The next item is fetched while this one is read. Nobody has looked at it yet, and nothing says so. */
const fetchAhead = async () => {
  const link = one("a[data-key=j]");
  if (!link || (ahead?.address === pathOf(link.href) && Date.now() - ahead.at < FRESH)) return;
  const address = pathOf(link.href);
  try {
    const answer = await ask(address);
    if (!answer.ok) return;
    const page = parsed(await answer.text());
    if (!one(".desk", page)) return;
    ahead = { address, at: Date.now(), page };
    const picture = one("[data-pointed] img", page)?.getAttribute("src");
    if (picture) new Image().src = picture;
    one("[data-pace]").replaceChildren(...one("[data-pace]", page.cloneNode(true)).childNodes); // how far one is, as of now
  } catch {
    /* The plain way is still there. */
  }
};

const atPointed = (open) => {
  const proof = one("#proof");
  const pointed = one("[data-pointed]", proof);
  if (open) proof.scrollIntoView({ block: "nearest" });
  proof.scrollTop = pointed && pointed.previousElementSibling?.tagName !== "HEADER" ? pointed.offsetTop - one("header", proof).offsetHeight - 12 : 0;
  if (one("[data-drawing]", proof)) setTimeout(() => document.hidden || !proof.isConnected || !one("[data-drawing]", proof) || opens(location.href), DRAWING);
};

const begin = (fetches = true) => {
  typed = savesItself(desk);
  atPointed(false);
  one("#problems")?.focus();
  if (fetches) (window.requestIdleCallback ?? setTimeout)(fetchAhead);
};

/* Put a page in the place of this one, as if it had been asked for. */
const show = (page, address, fetches = true) => {
  desk.replaceWith((desk = document.adoptNode(one(".desk", page))));
  document.title = page.title || document.title;
  history.pushState({ reading: true }, "", address);
  scrollTo(0, 0);
  one("h1").focus({ preventScroll: true });
  begin(fetches);
};

const looked = async () => {
  const answer = await post(desk.dataset.look, new URLSearchParams()).catch(() => null);
  if (answer && !answer.ok) location.reload(); // it is not theirs any more
};

const readyAt = (address) => ahead && ahead.address === pathOf(address) && Date.now() - ahead.at < FRESH;

const goes = (address) => {
  if (!readyAt(address)) return void location.assign(address);
  const { page } = ahead;
  ahead = null;
  typed.leave();
  show(page, address);
  looked();
};

/* What was filed is said once the server has it, on whatever item is shown by then. */
const acknowledged = (answer) => {
  const line = one("[data-filed]");
  one("[data-said]", line).textContent = answer.said;
  one("a", line).href = answer.undo;
  line.hidden = false;
};

/* The next item is shown before the server has answered; where it refuses, or cannot be reached, the person is brought back. */
const fileAndNext = async (form, address, began) => {
  const next = one("a[data-key=j]")?.href;
  const left = desk;
  const here = location.pathname;
  const fields = new FormData(form);
  const saving = typed;
  saving.stop();
  if (!next || !readyAt(next) || !fields.get("verdict")) return void form.submit();
  const { page } = ahead;
  ahead = null;
  const sent = post(address, fields, { keepalive: true });
  show(page, next, false);
  requestAnimationFrame(() => setTimeout(() => performance.measure("next item", { start: began, end: performance.now() })));
  try {
    const answer = await sent;
    if (answer.ok && answer.headers.get("Content-Type").startsWith("application/json")) {
      acknowledged(await answer.json());
      saving.filed();
      looked();
      fetchAhead();
      return;
    }
    const refused = parsed(await answer.text());
    if (!one(".desk", refused)) return void location.assign(here); // it says by itself why
    typed.leave();
    show(refused, here);
  } catch (error) {
    typed.leave();
    desk.replaceWith((desk = left));
    history.pushState({ reading: true }, "", here);
    const words = error instanceof SignedOut ? `${left.dataset.signedOut} ${left.dataset.signIn}` : left.dataset.notFiled;
    const told = Object.assign(document.createElement("p"), { className: "note bad problems", id: "problems", role: "alert", tabIndex: -1, textContent: words });
    one("#problems")?.remove();
    form.prepend(told);
    typed = savesItself(desk);
    typed.changed();
    told.focus();
  }
};

/* Evidence opens beside the answer without leaving it, so that nothing that is typed is touched. */
const opens = async (address) => {
  try {
    const answer = await ask(address);
    if (!answer.ok) throw new Error(answer.status);
    const page = parsed(await answer.text());
    for (const part of ["#proof", "[data-proofs]"]) one(part).replaceChildren(...one(part, page).childNodes);
    history.replaceState(history.state, "", address);
    atPointed(true);
  } catch {
    location.assign(address);
  }
};

const nextEvidence = () => {
  const links = [...desk.querySelectorAll("a[data-evidence]")];
  const here = links.findIndex((link) => link.closest("li").hasAttribute("aria-current"));
  if (links.length > 1) links[(here + 1) % links.length].click();
  else one("#proof").focus();
};

const putIn = (text) => {
  const reasons = one("#rationale");
  const before = reasons.value.trimEnd();
  reasons.value = before ? `${before}\n${text}` : text;
  one("#phrases").hidePopover();
  reasons.focus();
  reasons.setSelectionRange(reasons.value.length, reasons.value.length);
  typed.changed();
};

const opensUp = (id, field) => {
  const box = one(id);
  box?.showPopover();
  one(field, box)?.focus();
};

const letter = (key) => {
  if (key in verdicts) {
    const choice = one(`#finding input[name=verdict][value=${verdicts[key]}]`);
    if (!choice) return;
    choice.checked = true;
    choice.focus();
    typed.changed();
  } else if (key >= "1" && key <= "9") one(`[data-tick="${key}"]:not(:disabled)`)?.click();
  else if (key === "e") nextEvidence();
  else if (key === "r") opensUp("#ask", "textarea");
  else if (key === "p") opensUp("#phrases", "button");
  else if (key === "t") one("#rationale")?.focus();
  else if (key === "?") one("#keys").togglePopover();
  else if ("jksu".includes(key)) one(`[data-key=${key}]:not([href=""])`)?.click();
  else return;
  return true;
};

if (desk) {
  begin();
  document.addEventListener("keydown", (event) => {
    const form = one("#finding");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form && (!typing(event.target) || event.target.form === form)) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === "Escape" && typing(event.target) && !event.target.closest("[popover]")) event.target.blur();
    else if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    else if (!("noSingleKeys" in desk.dataset) && letter(event.key)) event.preventDefault();
  });
  // Before base.js, which lets a form go once only: what is shown here stays on the page.
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const pressed = event.submitter;
      if (form.id === "finding" && pressed?.name === "phrase") {
        event.preventDefault();
        event.stopPropagation();
        putIn(pressed.textContent);
      } else if (form.id === "finding" && one("#finding") === form) {
        event.preventDefault();
        event.stopPropagation();
        fileAndNext(form, desk.dataset.address, performance.now());
      } else if (form.matches("[data-keys]")) {
        event.preventDefault();
        event.stopPropagation();
        desk.toggleAttribute("data-no-single-keys", !form.elements.single_keys.checked);
        post(form.action, new FormData(form)).then((answer) => answer.ok && one("#keys").hidePopover(), () => form.submit());
      } else if (desk.contains(form) && form.dataset.sent) event.preventDefault();
      else if (desk.contains(form)) form.dataset.sent = "1";
    },
    true,
  );
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest(".desk a");
    if (!link) return;
    if (link.matches("[data-evidence], [data-exhibit]")) opens(link.href);
    else if (link.matches("[data-key=j]")) goes(link.href);
    else return;
    event.preventDefault();
  });
  addEventListener("popstate", () => location.reload());
  addEventListener("focus", () => fetchAhead());
}
