// Waiting for what must come true, on machines that may be busy.

/** Resolves with the first true value of `ask`; says what never came otherwise. */
export async function expectEventually(ask, what, milliseconds = 60_000) {
  const deadline = Date.now() + milliseconds;
  let last;
  while (Date.now() < deadline) {
    try {
      last = await ask();
      if (last) return last;
    } catch (error) {
      // A browser that is gone does not come back by waiting.
      if (/has been closed|Target crashed/.test(String(error))) throw error;
      last = error;
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${what} never came; last: ${last}`);
}
