// Keys. In a text only Ctrl+Enter and Esc mean something, and never in the middle of a Hangul
// syllable; outside of one a key is known by its letter, or by its place where the keyboard is
// set to Hangul.

const LETTER = /^[a-z?1-9]$/;
const ENTER = /^(Numpad)?Enter$/;
const MODIFIER = /^(Control|Meta|Shift|Alt)$/;

function named(event) {
  const key = event.key.toLowerCase();
  if (LETTER.test(key) || event.key.startsWith("Arrow")) return key;
  const place = /^Key([A-Z])$/.exec(event.code);
  return place ? place[1].toLowerCase() : key;
}

/** Call `actions[key]()` for keys, `actions.submit` and `actions.leave` from within a text. */
export function listen(actions) {
  let waiting = false;
  addEventListener("compositionend", () => {
    // The syllable is in the text only after this event.
    if (waiting) setTimeout(actions.submit);
    waiting = false;
  });
  addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    const typing = event.target.matches?.("textarea, input, select");
    if (typing) {
      // Code 229: the input method takes the key, to end a composition that Safari calls over.
      if (event.key === "Escape" && !event.isComposing && event.keyCode !== 229) actions.leave();
      const send = (event.ctrlKey || event.metaKey) && ENTER.test(event.code);
      if (!MODIFIER.test(event.key)) waiting = send && event.isComposing;
      if (!send || event.repeat) return;
      event.preventDefault();
      if (!event.isComposing) actions.submit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const key = named(event);
    const action = /^[1-9]$/.test(key) ? () => actions.take(Number(key) - 1) : actions[key];
    if (action) {
      event.preventDefault();
      action();
    }
  });
}
