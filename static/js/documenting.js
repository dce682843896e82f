// Pages with evidence gain this with JavaScript: while a file waits for the virus check, its state changes by itself.

const PAUSE = 10_000;
const lists = () => document.querySelectorAll("[data-states]");
const waits = () => document.querySelector("[data-states] [data-checking]");

const look = async () => {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer?.ok && !answer.redirected) {
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll("[data-states]");
    // Only the lists of the same shape are renewed, and none in which somebody is at work.
    lists().forEach((list, n) => fresh[n] && !list.contains(document.activeElement) && list.replaceWith(fresh[n]));
  }
  if (waits()) setTimeout(look, PAUSE);
};

if (waits()) setTimeout(look, PAUSE);
