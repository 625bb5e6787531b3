// Filters the index while one types. Without this file the form asks the service, which finds the same.
(() => {
  "use strict";
  const form = document.querySelector(".filter");
  const input = form.elements.query;
  const count = document.querySelector(".count");
  const nothing = document.querySelector("[data-nothing]");
  if (input.value || form.elements.collection?.value) return; // the page holds a part of the glossary alone

  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const words = (text) => fold(text).match(/[\p{L}\p{N}]+/gu) ?? [];
  // Scripts that are written without spaces: a name is one long word.
  const unspaced = /[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0e7f]/u;
  const begins = (word, start) => (unspaced.test(start) ? word.includes(start) : word.startsWith(start));
  const sections = [...document.querySelectorAll(".letter")].map((section, at) => ({
    section,
    letter: document.querySelectorAll(".letters li")[at],
    terms: [...section.querySelectorAll(".terms > li")].map((item) => ({
      item,
      names: [
        item.querySelector(".name").textContent,
        ...(item.querySelector(".aliases")?.textContent.split(" · ") ?? []),
      ].map(words),
    })),
  }));
  const total = count.textContent;

  const filter = () => {
    const wanted = words(input.value);
    const fits = (name) => wanted.every((start) => name.some((word) => begins(word, start)));
    let found = 0;
    for (const { section, letter, terms } of sections) {
      let shown = 0;
      for (const { item, names } of terms) {
        item.hidden = !names.some(fits);
        shown += item.hidden ? 0 : 1;
      }
      section.hidden = letter.hidden = shown === 0;
      found += shown;
    }
    nothing.hidden = found > 0;
    count.textContent = wanted.length ? `${found} ${found === 1 ? "term" : "terms"}` : total;
  };

  form.hidden = false;
  input.addEventListener("input", filter);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, select, textarea")) return;
    event.preventDefault();
    input.focus();
  });
  if (input.value) filter(); // what a browser kept from before
})();
