/** Slow down guessing: a few wrong passwords per account and address, then a wait. */

export const ALLOWED_FAILURES = 5;
export const WINDOW_MS = 300_000;

const REMEMBERED_KEYS = 10_000;

/** Remembers failures only: whoever has the right password is never slowed down. */
export class LoginThrottle {
  readonly #failures = new Map<string, readonly number[]>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Whole seconds until another attempt is heard; 0 means now. */
  waitSeconds(key: string): number {
    const times = this.#recent(key);
    const [oldest] = times;
    if (oldest === undefined || times.length < ALLOWED_FAILURES) return 0;
    return Math.ceil((oldest + WINDOW_MS - this.#now()) / 1000);
  }

  /** Count a wrong password; the oldest keys are forgotten when there are too many. */
  failed(key: string): void {
    const times = [...this.#recent(key), this.#now()];
    this.#failures.delete(key);
    this.#failures.set(key, times);
    const [first] = this.#failures.keys();
    if (this.#failures.size > REMEMBERED_KEYS && first !== undefined) {
      this.#failures.delete(first);
    }
  }

  /** Forgive earlier failures. */
  succeeded(key: string): void {
    this.#failures.delete(key);
  }

  #recent(key: string): readonly number[] {
    const since = this.#now() - WINDOW_MS;
    return (this.#failures.get(key) ?? []).filter((time) => time > since);
  }
}
