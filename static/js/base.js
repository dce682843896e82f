// The few things every page gains with JavaScript; each page works without it.

// A form is sent once: a second press within ten seconds is ignored; coming back with the back button makes it live again.
for (const form of document.querySelectorAll("form[method=post]")) {
  let sent = 0;
  form.addEventListener("submit", (event) => {
    if (Date.now() - sent < 10000) event.preventDefault();
    else if (!event.defaultPrevented) sent = Date.now();
  });
  addEventListener("pageshow", () => (sent = 0));
}

// On a narrow window the way round scrolls sideways; where one is must be in sight.
const nav = document.querySelector(".bar nav");
const here = nav?.querySelector("[aria-current]");
if (here) nav.scrollLeft = here.offsetLeft - nav.offsetLeft - 16;

// A control that cannot be used now stays in reach of the keyboard and does nothing; its reason stands beside it.
addEventListener("click", (event) => event.target.closest("[aria-disabled=true]") && event.preventDefault(), true);
