// The page of a review: one example at a time. The next one is shown when the server has said that
// the decision is on the disk, never before.

import { Refused, ask } from "./api.js";
import * as drafts from "./drafts.js";
import { listen } from "./keys.js";
import * as view from "./view.js";
import { translate, words } from "./words.js";

const { $ } = view;
let session = null;
let item = null;
let busy = false;

const filters = () => ({ task: $("task").value, language: $("language").value, state: $("state").value });
const say = (text) => { if ($("status").textContent !== text) $("status").textContent = text; };

function trouble(why) {
  $("trouble").hidden = !why;
  $("trouble").textContent = why === "away" ? words.away : why;
}

/** Ask the server and show what it answers; one question at a time. */
async function go(method, path, { query = {}, body, before = "", after = "" } = {}) {
  if (busy) return false;
  busy = true;
  document.body.classList.add("busy");
  say(before);
  try {
    const answer = await ask(method, path, { query: { ...filters(), ...query }, body, waiting: trouble });
    say(after);
    return answer;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    trouble(error.message);
    say("");
    return false;
  } finally {
    busy = false;
    document.body.classList.remove("busy");
  }
}

function show(answer) {
  if (!answer) return;
  item = answer.item;
  view.showProgress(answer.progress, session.role);
  view.show(item, item && drafts.draft(item.id), typed);
  view.showOthers(item, take);
  for (const name of ["accept", "edit", "reject", "flag"]) $(name).disabled = item === null;
  history.replaceState(null, "", item ? `#${item.position}` : "#");
  if (item === null) showAgreement();
  // Keys are heard outside of texts, a screen reader reads on from here, and so does Tab.
  $(item ? "example" : "done").focus({ preventScroll: true });
  scrollTo(0, 0);
}

function typed() {
  const draft = drafts.begun(view.currentTexts(), $("note").value, item.texts);
  drafts.keepDraft(item.id, draft);
  say(draft ? words.draft : "");
}

async function decide(verdict) {
  if (busy || item === null) return;
  const sent = { example: item.id, verdict, texts: view.currentTexts(), note: $("note").value,
    nonce: crypto.randomUUID() };
  drafts.keepPending(sent);
  await send(sent);
}

async function send(sent) {
  const answer = await go("POST", "decide", { body: sent, before: words.saving, after: words.saved });
  drafts.keepPending(null);
  if (!answer) return;
  // Texts that were changed and not taken, as of a flagged example, are there who comes back to it.
  const taken = sent.verdict === "accept" || !drafts.draft(sent.example)?.changed;
  if (taken) drafts.keepDraft(sent.example, null);
  show(answer);
}

async function undo() {
  const answer = await go("POST", "undo", { body: {}, after: words.undone });
  if (!answer) return;
  if (!answer.item) return say(words.nothingToUndo);
  const { id, texts } = answer.item;
  const { edits, note } = answer.undone;
  // What was typed for the decision is there again, to be changed.
  if (!drafts.draft(id)) drafts.keepDraft(id, drafts.begun({ ...texts, ...edits }, note, texts));
  show(answer);
}

async function step(by) {
  const from = item ? item.position : by > 0 ? -1 : Number.MAX_SAFE_INTEGER;
  const answer = await go("GET", "step", { query: { from, by } });
  if (answer?.item) show(answer);
  else if (answer) say(words.end);
}

const next = async () => show(await go("GET", "next"));

function take(number) {
  const other = item?.others[number];
  if (!other) return;
  view.fill({ ...item.texts, ...other.edits });
  typed();
}

function edit() {
  const box = $("text-output");
  if (!box) return;
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
}

async function showAgreement() {
  const pairs = await ask("GET", "agreement", { waiting: trouble });
  $("agreement").textContent = pairs.filter((one) => one.kappa !== null)
    .map((one) => words.kappa(...one.reviewers, one.kappa.toFixed(2), one.examples)).join(" ");
}

function options(select, entries) {
  const made = [["", `${words[select.id]}: ${words.all}`], ...entries].map(([value, text]) =>
    Object.assign(document.createElement("option"), { value, textContent: text }));
  select.replaceChildren(...made);
  select.setAttribute("aria-label", words[select.id]);
  select.onchange = async () => { select.blur(); await filtered(); };
}

/** With a state chosen, the first that has it; else the next to decide. */
async function filtered() {
  const chosen = $("state").value;
  if (!chosen || chosen === "undecided") await next();
  else show(await go("GET", "step", { query: { from: -1, by: 1 } }));
}

function prepare() {
  $("run").textContent = session.run;
  $("who").textContent = session.reviewer + (session.role === "adjudicator" ? ` (${words.adjudicator})` : "");
  document.title = `${session.run} · ${session.reviewer} · byeori review`;
  const named = (groups) => Object.entries(groups).filter(([name]) => name).map(([name, n]) => [name, `${name} (${n})`]);
  options($("task"), named(session.task));
  options($("language"), named(session.language));
  options($("state"), ["undecided", ["accept", "accepted"], ["edit", "edited"], ["reject", "rejected"], ["flag", "flagged"]]
    .map((state) => [].concat(state)).map(([value, word = value]) => [value, words[word]]));
  for (const verdict of ["accept", "reject", "flag"]) $(verdict).onclick = () => decide(verdict);
  Object.assign($("edit"), { onclick: edit });
  Object.assign($("undo"), { onclick: undo });
  Object.assign($("previous"), { onclick: () => step(-1) });
  Object.assign($("next"), { onclick: () => step(1) });
  Object.assign($("help"), { onclick: help });
  $("keylist").replaceChildren(...words.keyList.flatMap(([key, text]) => [
    Object.assign(document.createElement("dt"), { textContent: key }),
    Object.assign(document.createElement("dd"), { textContent: text })]));
}

const help = () => $("keys").showModal();

async function start() {
  translate();
  session = await ask("GET", "session", { waiting: trouble });
  drafts.begin(session);
  prepare();
  listen({ a: () => decide("accept"), r: () => decide("reject"), f: () => decide("flag"), e: edit,
    c: () => $("note").focus(), u: undo, j: () => step(1), k: () => step(-1), arrowright: () => step(1),
    arrowleft: () => step(-1), "?": help, take, submit: () => decide("accept"),
    leave: () => $("example").focus({ preventScroll: true }) });
  const unsent = drafts.pending();
  if (unsent) await send(unsent);
  else if (/^#\d+$/.test(location.hash)) show(await go("GET", "next", { query: { at: location.hash.slice(1) } }));
  if (item === null) await next();
}

start().catch((error) => trouble(error.message));
