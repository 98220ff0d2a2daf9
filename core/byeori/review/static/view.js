// Shows an example beside its document, and reads back what the reviewer made of its texts.

import { words } from "./words.js";

export const $ = (id) => document.getElementById(id);
const FIELDS = ["instruction", "input", "output"];
let shown = null;

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

// A textarea makes every line end a line feed; only that is no change of the reviewer's.
const plain = (text) => text.replace(/\r\n?/g, "\n");
const area = (name) => $(`text-${name}`);

export function show(item, draft, onInput) {
  shown = item;
  $("work").hidden = item === null;
  $("done").hidden = item !== null;
  if (item === null) return;
  const mine = item.mine;
  const texts = draft?.texts ?? { ...item.texts, ...(mine?.edits ?? {}) };
  $("fields").replaceChildren(...FIELDS.filter((n) => n !== "input" || item.texts.input || texts.input)
    .map((name) => field(name, texts[name] ?? item.texts[name], item, onInput)));
  $("note").value = draft?.note ?? mine?.note ?? "";
  $("note").oninput = onInput;
  $("facts").replaceChildren(...facts(item, mine, draft));
  $("turns").replaceChildren(...turns(item));
  showDocument(item);
  for (const name of FIELDS) mark(name);
}

function field(name, value, item, onInput) {
  const box = element("textarea", { id: `text-${name}`, value, spellcheck: false, rows: 2 });
  box.lang = item.language;
  box.classList.toggle("json", isJson(item.texts[name]));
  box.oninput = () => { mark(name); onInput(); };
  const restore = element("button", { type: "button", className: "restore", textContent: words.restore });
  restore.onclick = () => { box.value = item.texts[name]; mark(name); onInput(); box.focus(); };
  const head = element("span", { className: "name" }, words[name],
    element("em", { role: "status" }), restore);
  const whole = element("div", { className: "field", id: `field-${name}` }, head, box);
  box.setAttribute("aria-label", words[name]);
  return whole;
}

function isJson(text) {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}

/** Show whether a text differs from the example's, and how tall it is. */
function mark(name) {
  const box = area(name);
  if (!box) return;
  const whole = $(`field-${name}`);
  const changed = box.value !== plain(shown.texts[name]);
  const broken = changed && isJson(shown.texts[name]) && !isJson(box.value);
  whole.classList.toggle("changed", changed);
  whole.querySelector("em").textContent = broken ? words.brokenJson : words.changed;
  fit(box);
}

function fit(box) {
  if (CSS.supports("field-sizing", "content")) return;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 2}px`;
}

/** The texts as they stand; one the reviewer did not touch is the example's, line ends and all. */
export function currentTexts() {
  return Object.fromEntries(FIELDS.map((name) => {
    const box = area(name);
    const same = !box || box.value === plain(shown.texts[name]);
    return [name, same ? shown.texts[name] : box.value];
  }));
}

export function fill(texts) {
  for (const [name, text] of Object.entries(texts)) {
    if (area(name)) { area(name).value = text; mark(name); }
  }
}

function facts(item, mine, draft) {
  const verdict = mine ? [element("strong", { className: `verdict ${mine.verdict}`,
    textContent: words[{ accept: "accepted", edit: "edited", reject: "rejected", flag: "flagged" }[mine.verdict]] })] : [];
  const unsaved = draft ? [element("strong", { className: "verdict draft", textContent: words.draft })] : [];
  const told = [item.task, item.language, item.generator, item.id].filter(Boolean);
  return [...verdict, ...unsaved, ...told.map((text) => element("span", { textContent: text }))];
}

function turns(item) {
  const before = [...(item.system ? [["system", item.system]] : []), ...item.history];
  return before.map(([role, text]) =>
    element("p", { className: "turn" }, element("b", { textContent: role }), ` ${text}`));
}

function showDocument(item) {
  const found = item.document;
  $("work").classList.toggle("alone", !found);
  $("title").textContent = found ? found.title : "";
  $("title").hidden = !found?.title;
  $("origin").textContent = found ? [found.origin, found.licence].filter(Boolean).join(" · ") : words.noDocument;
  $("passages").replaceChildren(...(found?.passages ?? []).flatMap((passage) => {
    const text = element("p", { className: "passage", lang: found.language },
      ...passage.parts.map((part, n) => (n % 2 ? element("mark", { textContent: part }) : part)));
    return found.passages.length > 1 ? [element("h3", { textContent: passage.name }), text] : [text];
  }));
  const pane = $("document");
  const place = pane.querySelector("mark");
  pane.scrollTop = 0;
  const low = place ? place.offsetTop + place.offsetHeight - pane.offsetTop : 0;
  if (low > pane.clientHeight) pane.scrollTop = place.offsetTop - pane.offsetTop - pane.clientHeight / 3;
}

/** What the reviewers decided, for whoever adjudicates; `take(n)` is asked for the texts of one. */
export function showOthers(item, take) {
  $("others").replaceChildren(...(item?.others ?? []).map((one, number) => {
    const button = element("button", { type: "button" }, `${words.take} `, element("kbd", { textContent: number + 1 }));
    button.onclick = () => take(number);
    const edits = Object.entries(one.edits).map(([name, text]) =>
      element("p", { className: "proposal" }, element("b", { textContent: words[name] }), ` ${text}`));
    const note = one.note ? [element("p", { className: "proposal", textContent: `“${one.note}”` })] : [];
    return element("div", { className: "other" },
      element("p", {}, element("b", { textContent: one.reviewer }), " ",
        element("strong", { className: `verdict ${one.verdict}`, textContent: words[one.verdict] }), " ", button),
      ...edits, ...note);
  }));
}

export function showProgress(progress, role) {
  const judging = role === "adjudicator";
  const mine = progress.accept + progress.edit + progress.reject + progress.flag;
  const total = judging ? progress.left + mine : progress.total;
  $("bar").max = Math.max(1, total);
  $("bar").value = total - progress.left;
  const parts = [words.left(progress.left, total)];
  for (const [verdict, word] of [["accept", "accepted"], ["edit", "edited"], ["reject", "rejected"], ["flag", "flagged"]]) {
    if (progress[verdict]) parts.push(`${progress[verdict]} ${words[word]}`);
  }
  if (progress.others && !judging) parts.push(words.others(progress.others));
  $("counts").textContent = parts.join(" · ");
}
