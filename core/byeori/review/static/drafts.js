// What is typed and not yet decided, and what is decided and not yet answered for, kept in the
// browser at every keystroke: neither a reload nor the death of the server loses it.

let prefix = "";

export function begin(session) {
  prefix = `byeori ${session.run} ${session.role} ${session.reviewer} `;
}

const read = (key) => JSON.parse(localStorage.getItem(prefix + key) ?? "null");
const write = (key, value) =>
  value === null
    ? localStorage.removeItem(prefix + key)
    : localStorage.setItem(prefix + key, JSON.stringify(value));

/** A draft, or null where nothing differs from the example and there is no note. */
export function begun(texts, note, before) {
  const changed = Object.keys(before).some((name) => texts[name] !== before[name]);
  return changed || note ? { texts, note, changed } : null;
}

export const draft = (id) => read(`draft ${id}`);
export const keepDraft = (id, value) => write(`draft ${id}`, value);
export const pending = () => read("pending");
export const keepPending = (value) => write("pending", value);
