"use strict";
(() => {
  const PAGE = 20;
  const place = (id) => document.getElementById(id);
  const { models, evaluators } = JSON.parse(place("book-head").textContent);
  const form = place("book-form");
  const list = place("book-list");
  const said = place("book-said");
  let rows = null;
  let found = [];
  let page = 0;

  const element = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };
  const fill = (name, pairs) => {
    form.elements[name].replaceChildren(
      ...pairs.map(([value, label]) => element("option", { value, textContent: label })));
  };
  const number = (value) =>
    value === null ? "not scored" : String(value).replace("-", "\u2212");

  const unpack = async (node) => {
    const bytes = Uint8Array.from(atob(node.textContent.trim()), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).json();
  };
  const load = async () => {
    said.textContent = "Unpacking the answers …";
    const read = [];
    for (const node of document.querySelectorAll("script.book-chunk")) {
      read.push(...await unpack(node));
    }
    rows = read.map(([evaluator, id, instruction, input, reference, choices, task, language,
      answers]) => ({
      evaluator, id, instruction, input, reference, choices, task, language, answers, text: null,
    }));
    choose();
  };

  // Made when it is first searched: of many answers it takes seconds.
  const textOf = (row) => row.text ??= [row.id, row.instruction, row.input, row.reference,
    ...row.choices, ...row.answers.map((answer) => answer[0])]
    .join("\n").normalize("NFC").toLowerCase();
  const chosen = (name) => form.elements[name].value;
  const change = (row) => {
    const metric = Number(chosen("metric"));
    const [base, tuned] = [row.answers[0], row.answers[Number(chosen("model"))]]
      .map((answer) => answer[1][metric]);
    return base === null || tuned === null || base === undefined || tuned === undefined
      ? null : tuned - base;
  };
  const KINDS = {
    all: () => true,
    higher: (by) => by !== null && by > 0,
    lower: (by) => by !== null && by < 0,
    same: (by) => by === 0,
    unscored: (by) => by === null,
  };
  const ORDERS = {
    id: () => 0,
    gain: (a, b) => (b.by ?? -Infinity) - (a.by ?? -Infinity) || 0,
    loss: (a, b) => (a.by ?? Infinity) - (b.by ?? Infinity) || 0,
  };

  // The metrics, tasks and languages of the evaluation that is chosen.
  const choose = () => {
    const evaluator = Number(chosen("evaluator"));
    fill("metric", evaluators[evaluator][1].map((name, n) => [n, name]));
    const mine = rows.filter((row) => row.evaluator === evaluator);
    for (const [name, label] of [["task", "all tasks"], ["language", "all languages"]]) {
      const values = [...new Set(mine.map((row) => row[name]))].sort();
      fill(name, [["*", label], ...values.map((value) => [`=${value}`, value || "not given"])]);
      form.elements[name].closest("label").hidden = values.length < 2;
    }
    search();
  };
  const search = () => {
    if (rows === null) return;
    const evaluator = Number(chosen("evaluator"));
    const words = chosen("words").normalize("NFC").toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (name, row) => chosen(name) === "*" || chosen(name) === `=${row[name]}`;
    found = rows
      .filter((row) => row.evaluator === evaluator && fits("task", row) && fits("language", row)
        && words.every((word) => textOf(row).includes(word)))
      .map((row) => ({ row, by: change(row) }))
      .filter(({ by }) => KINDS[chosen("kind")](by))
      .sort(ORDERS[chosen("order")]);
    page = 0;
    show();
  };

  const text = (name, className, content, language) =>
    element(name, { className: `${className} user`, dir: "auto", lang: language,
      textContent: content });
  const column = (model, number_, [prediction, values], row) => {
    const scored = evaluators[row.evaluator][1]
      .map((metric, n) => `${metric} ${number(values[n] ?? null)}`).join(" · ");
    return element("div", { className: number_ ? "column tuned" : "column" },
      element("h4", {}, element("span", { textContent: model })),
      element("p", { className: "small soft", textContent: scored }),
      prediction ? text("p", "", prediction, row.language)
        : element("p", { className: "soft", textContent: "(no answer to show)" }));
  };
  const card = ({ row, by }) => {
    const tags = [row.task, row.language, `item ${row.id}`].filter(Boolean).join(" · ");
    const parts = [
      element("p", { className: "tags",
        textContent: by === null ? tags : `${tags} · change ${by > 0 ? "+" : ""}${
          number(Number(by.toFixed(4)))}` }),
      text("h3", "", row.instruction, row.language),
    ];
    if (row.input) parts.push(text("div", "given", row.input, row.language));
    if (row.choices.length) parts.push(text("p", "small soft", `Choices: ${row.choices.join(" · ")}`));
    if (row.reference) {
      parts.push(element("p", { className: "reference" },
        element("span", { className: "soft", textContent: "Reference " }),
        text("span", "", row.reference, row.language)));
    }
    const wanted = chosen("columns") === "all" ? models.map((_, n) => n)
      : [0, Number(chosen("model"))];
    parts.push(element("div", { className: "columns" },
      ...wanted.map((n) => column(models[n], n, row.answers[n], row))));
    return element("article", { className: "answer" }, ...parts);
  };
  const show = () => {
    const last = Math.max(0, Math.ceil(found.length / PAGE) - 1);
    page = Math.min(Math.max(page, 0), last);
    const from = page * PAGE;
    const shown = found.slice(from, from + PAGE);
    list.replaceChildren(...shown.map(card));
    said.textContent = found.length
      ? `${from + 1} to ${from + shown.length} of ${found.length.toLocaleString("en")} answers`
      : "No answer fits.";
    place("book-back").disabled = page === 0;
    place("book-on").disabled = page === last;
  };
  const turn = (by) => { page += by; show(); place("book").scrollIntoView(); };

  fill("evaluator", evaluators.map(([name], n) => [n, name]));
  fill("model", models.slice(1).map((name, n) => [n + 1, name]));
  form.addEventListener("input", (event) =>
    rows !== null && (event.target.name === "evaluator" ? choose() : search()));
  form.addEventListener("submit", (event) => event.preventDefault());
  place("book-back").addEventListener("click", () => turn(-1));
  place("book-on").addEventListener("click", () => turn(1));
  place("book").addEventListener("toggle", () => {
    if (rows === null && place("book").open) {
      load().catch((error) => { said.textContent = `The answers could not be unpacked: ${error}`; });
    }
  });
})();
