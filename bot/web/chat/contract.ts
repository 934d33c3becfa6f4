// What the server says and takes: docs/tasks/connect-a-client.md.

export interface Button {
  title: string;
  choice: string;
}

export interface Contact {
  id: string;
  name: string;
  for_what: string | null;
  what_happens: string | null;
  phone: string | null;
  phone_note: string | null;
  /** What to text and where: "SHOUT to 85258", or only the number. */
  text: string | null;
  text_note: string | null;
  email: string | null;
  url: string | null;
  hours: string | null;
  where: string | null;
}

export interface Message {
  text: string;
  buttons: Button[];
  contacts: Contact[];
  card: {
    id: string;
    title: string;
    sources: { name: string; url: string | null }[];
    reviewed_on: string;
  } | null;
}

export interface Reply {
  urgency: string;
  danger_check: boolean;
  messages: Message[];
}

/** Why there is no answer: the chat is over, or the server could not be reached. */
export class NoAnswer extends Error {
  constructor(readonly isOver: boolean) {
    super(isOver ? "over" : "unreachable");
  }
}

const MOST_MILLISECONDS = 20_000;

/** One conversation with the server. Nothing is kept but the session's token. */
export class Conversation {
  #session: string | null = null;

  constructor(private readonly server: string) {}

  /** Starts a session and returns the opening. */
  async start(): Promise<Reply> {
    const { session, ...reply } = (await this.#post("session", {})) as Reply & {
      session: string;
    };
    this.#session = session;
    return reply;
  }

  /** Says what was typed, or which button was pressed. */
  async say(what: { text: string } | { choice: string }): Promise<Reply> {
    // After Back, or when the start failed: there is nothing to go on with.
    if (!this.#session) throw new NoAnswer(true);
    return (await this.#post("message", {
      session: this.#session,
      ...what,
    })) as Reply;
  }

  /** Counts whether the last answer helped; it does not matter if that fails. */
  async judge(helpful: boolean): Promise<void> {
    await this.#post("helpful", { session: this.#session, helpful }).catch(() => {});
  }

  /** Counts that a person pressed a contact's phone, text, page or e-mail address. */
  opened(contact: string): void {
    if (this.#session) this.#beacon("opened", { session: this.#session, contact });
  }

  /** Ends the session on the server, also while the page is being left. */
  forget(leftQuickly = false): void {
    if (!this.#session) return;
    const session = this.#session;
    this.#session = null;
    this.#beacon("forget", leftQuickly ? { session, left_quickly: true } : { session });
  }

  /** Says what needs no answer: nobody waits for it, and it outlives the page. */
  #beacon(what: string, body: object): void {
    try {
      navigator.sendBeacon(this.#address(what), JSON.stringify(body));
    } catch {
      // Some browsers switch beacons off: the page must go on all the same.
    }
  }

  #address(what: string): string {
    return `${this.server}/webhooks/webchat/${what}`;
  }

  async #post(what: string, body: object): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(this.#address(what), {
        method: "POST",
        // Plain text needs no leave asked of the server beforehand.
        headers: { "Content-Type": "text/plain" },
        body: JSON.stringify(body),
        credentials: "omit",
        referrerPolicy: "no-referrer",
        cache: "no-store",
        signal: AbortSignal.timeout(MOST_MILLISECONDS),
      });
      if (response.ok) return await response.json();
    } catch {
      throw new NoAnswer(false);
    }
    throw new NoAnswer(response.status === 404);
  }
}
