// What makes the pages quicker to use. Each of these is a comfort: without this script every page works as well.
"use strict";

// Times in the reader's own zone, as their browser writes them.
for (const time of document.querySelectorAll("time[datetime]")) {
  const at = new Date(time.dateTime);
  if (!Number.isNaN(at.valueOf())) {
    time.title = time.textContent;
    time.textContent = at.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  }
}

// A form is sent once, however often its button is pressed.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

// A button that copies what stands beside it.
for (const source of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = source.dataset.copy;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = "✓ " + source.dataset.copy;
  });
  source.closest("p, pre").after(button);
}

// A release that is being learnt: looks again by itself until it stands.
const state = document.querySelector("#state[data-follow]");
if (state) {
  const look = async () => {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = page.querySelector("#state");
      if (answer.ok && now && !("follow" in now.dataset)) return location.reload();
    } catch {
      // Offline for a moment: the next look may find it.
    }
    setTimeout(look, 2000);
  };
  setTimeout(look, 1500);
}
