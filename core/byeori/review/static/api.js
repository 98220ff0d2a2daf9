// Talks to the server. What fails because nobody answers is tried again, with the same nonce, until
// the server is back: a decision is then taken once, however often it was sent.

const token = new URLSearchParams(location.search).get("token") ?? "";
const WAIT = 1000;

export class Refused extends Error {
  constructor(message, passing) {
    super(message);
    this.passing = passing;
  }
}

async function once(method, path, query, body) {
  const address = `/api/${path}?${new URLSearchParams(query)}`;
  const response = await fetch(address, {
    method,
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const value = await response.json();
  if (!response.ok) throw new Refused(value.error ?? response.statusText, response.status === 503);
  return value;
}

/** Ask until there is an answer; `waiting(why)` is told each time there is none, "" when there is. */
export async function ask(method, path, { query = {}, body, waiting }) {
  for (;;) {
    try {
      const value = await once(method, path, query, body);
      waiting("");
      return value;
    } catch (error) {
      if (error instanceof Refused && !error.passing) throw error;
      waiting(error instanceof Refused ? error.message : "away");
      await new Promise((resolve) => setTimeout(resolve, WAIT));
    }
  }
}
