// The calculator: ticks are counted here and kept behind the # of the address, which no browser sends.

const form = document.querySelector("form[data-scoring]");
const { score, nextSteps } = await import(form.dataset.scoring);
const book = JSON.parse(document.getElementById("rulebook").textContent);
const rail = document.getElementById("stands");
const boxes = [...form.querySelectorAll("input[name=met]")];
const row = (name) => rail.querySelector(`[data-row=${name}]`);

function say(name, text) {
  row(name).hidden = !text;
  row(name).querySelector("[data-codes]").textContent = text;
}

function show(selector, name, key) {
  for (const each of document.querySelectorAll(selector)) each.hidden = each.dataset[name] !== key;
}

function count() {
  const met = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  const found = score(book, met);
  const steps = nextSteps(book, met);
  for (const each of document.querySelectorAll("[data-points]")) each.textContent = found.points;
  show("[data-tier]", "tier", found.tier ?? "");
  say("core", book.rules.filter((rule) => rule.core && !met.has(rule.code)).map((rule) => rule.code).join(", "));
  const blocked = [...found.reasons].filter(([, reason]) => reason.why === "blocked");
  say("blocked", blocked.map(([code, reason]) => `${code} (${reason.blockedBy.join(", ")})`).join(", "));
  row("next").hidden = !steps;
  show("[data-next]", "next", steps?.tier);
  say("way", steps?.codes.join(", ") ?? "");
  row("top").hidden = Boolean(steps) || !found.tier;
  draw(found);
  return met;
}

// The ladder is drawn by the server; here its bar and its mark move.
function draw(found) {
  const place = `${(found.points / found.possible) * 100}%`;
  rail.querySelector("[data-ladder] rect.f-accent").setAttribute("width", place);
  const mark = rail.querySelector("[data-ladder] svg svg");
  mark.setAttribute("x", place);
  const text = mark.querySelector("text");
  text.textContent = found.points;
  text.setAttribute("text-anchor", found.points < 3 ? "start" : found.points > found.possible - 3 ? "end" : "middle");
}

function keep() {
  const address = new URL(location.pathname, location.href);
  const met = [...count()].map(encodeURIComponent).join(",");
  if (met) address.hash = `met=${met}`;
  rail.querySelector("[data-link]").href = address;
  return address;
}

const moveOn = () => history.replaceState(null, "", keep());

function read() {
  const kept = new URLSearchParams(location.hash.slice(1)).get("met");
  if (kept === null) return;
  const met = new Set(kept.split(","));
  for (const box of boxes) box.checked = met.has(box.value);
}

for (const each of document.querySelectorAll("[data-with-script]")) each.hidden = false;
for (const each of document.querySelectorAll("[data-without-script]")) each.hidden = true;
form.addEventListener("change", moveOn);
form.addEventListener("submit", (event) => event.preventDefault());
form.querySelector("[data-clear]").addEventListener("click", (event) => {
  event.preventDefault();
  for (const box of boxes) box.checked = false;
  moveOn();
});
addEventListener("hashchange", () => {
  read();
  keep();
});
read();
keep();
