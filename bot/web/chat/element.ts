// <safeguarding-chat>: the chat as one element, on any page.
//
//   <script type="module" src="https://chat.example/safeguarding-chat.js"></script>
//   <safeguarding-chat server="https://chat.example" position="bottom-right">
//   </safeguarding-chat>
//
// Attributes: server, heading, greeting, accent, position (inline, bottom-right,
// bottom-left). Without a server it talks to the one that its page came from.

import styles from "./chat.css";
import people from "./people.json";
import { type Button, Conversation, NoAnswer, type Reply } from "./contract.js";
import { button, make, outside } from "./dom.js";
import { leave, onThreeShifts, SAFE_PLACE } from "./leave.js";
import { botTurn, personTurn } from "./message.js";

const MOST_CHARACTERS = 4_000;
const MILLISECONDS_BEFORE_TYPING = 300;
const MILLISECONDS_TOLD = 2_000;
const RIGHT_BUTTON = 2;

type Said = { text: string } | { choice: string; title: string };

class SafeguardingChat extends HTMLElement {
  #conversation!: Conversation;
  #shadow = this.attachShadow({ mode: "open", delegatesFocus: false });
  #panel = make("section", { class: "panel", lang: "en-GB" });
  #log = make("div", { class: "log", role: "log", "aria-label": "Messages", tabindex: "0" });
  #status = make("p", { class: "unseen", role: "status" });
  #typing = make("p", { class: "typing", hidden: "" }, ["Looking for the right advice…"]);
  #trouble = make("div", { class: "trouble", role: "alert", hidden: "" });
  #text = make("textarea", {
    id: "text",
    rows: "2",
    dir: "auto",
    autocomplete: "off",
    "aria-describedby": "limit",
  });
  #limit = make("p", { id: "limit", class: "limit" });
  #send = make("button", { type: "submit", class: "send" }, ["Send"]);
  #launcher: HTMLButtonElement | null = null;
  #waiting = false;
  #started = false;
  /** The last press was "Try again": one press is enough, also for a new chat. */
  #tryingAgain = false;
  #listening: AbortController | null = null;

  connectedCallback(): void {
    const server = this.getAttribute("server") ?? new URL(import.meta.url).origin;
    this.#conversation = new Conversation(server.replace(/\/+$/, ""));
    const accent = this.getAttribute("accent");
    if (accent && CSS.supports("color", accent)) {
      this.style.setProperty("--accent", accent);
    }
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    this.#shadow.adoptedStyleSheets = [sheet];
    this.#build();
    this.#listening = onThreeShifts(
      () => this.#leave(),
      (left) => this.#tell(`Shift pressed. ${left} more to leave this page.`),
    );
    const { signal } = this.#listening;
    addEventListener("pagehide", () => this.#conversation.forget(), { signal });
    // The wheel's press opens a link as well, and is no click.
    for (const press of ["click", "auxclick"]) {
      this.#shadow.addEventListener(press, (event) => this.#noteOpened(event), { signal });
    }
    if (!this.#isFloating) void this.#start();
  }

  disconnectedCallback(): void {
    this.#listening?.abort();
    this.#conversation.forget();
    this.#shadow.replaceChildren();
    this.#log.replaceChildren();
    this.#started = false;
  }

  get #isFloating(): boolean {
    return /^bottom-(left|right)$/.test(this.getAttribute("position") ?? "");
  }

  #build(): void {
    const heading = this.getAttribute("heading") ?? "Worried about a child online?";
    const greeting = this.getAttribute("greeting");
    const exit = make(
      "a",
      { class: "leave", href: SAFE_PLACE, rel: "noopener noreferrer" },
      ["Leave this page"],
    );
    exit.addEventListener("click", (event) => {
      event.preventDefault();
      this.#leave();
    });
    const form = make("form", { novalidate: "" }, [
      make("label", { for: "text" }, ["What worries you?"]),
      this.#text,
      this.#limit,
      this.#send,
    ]);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#sendText();
    });
    this.#text.addEventListener("keydown", (event) => {
      const isSend = event.key === "Enter" && !event.shiftKey && !event.isComposing;
      if (isSend && matchMedia("(pointer: fine)").matches) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
    this.#text.addEventListener("input", () => this.#sayLength());
    this.#panel.setAttribute("aria-label", heading);
    this.#panel.replaceChildren(
      make("header", {}, [
        make("h2", {}, [heading]),
        exit,
        this.#isFloating ? button("Close", () => this.#close(), "close") : null,
        make("p", { class: "about" }, [
          make("span", { class: "keys" }, ["Or press Shift three times. "]),
          "This page stays in your browser's history.",
        ]),
      ]),
      emergencyCard(),
      ...(greeting ? [make("p", { class: "greeting" }, [greeting])] : []),
      this.#log,
      this.#typing,
      this.#trouble,
      form,
      make("footer", {}, [
        button("Start again", () => void this.#startAgain(), "tool"),
        button("Copy this advice", () => void this.#copy(), "tool"),
        button("Print", () => print(), "tool"),
      ]),
      this.#status,
    );
    if (this.#isFloating) {
      this.#launcher = button(heading, () => this.#open(), "launcher");
      this.#launcher.setAttribute("aria-expanded", "false");
      this.#panel.hidden = true;
      this.#shadow.replaceChildren(this.#launcher, this.#panel);
    } else {
      this.#shadow.replaceChildren(this.#panel);
    }
  }

  #open(): void {
    this.#panel.hidden = false;
    this.#launcher?.setAttribute("aria-expanded", "true");
    this.#text.focus();
    if (!this.#started) void this.#start();
  }

  #close(): void {
    this.#panel.hidden = true;
    this.#launcher?.setAttribute("aria-expanded", "false");
    this.#launcher?.focus();
  }

  #leave(): void {
    leave(() => this.#conversation.forget(true));
  }

  /** Counts a press on a link that belongs to a contact, and lets it go its way. */
  #noteOpened(event: Event): void {
    const { target, button } = event as MouseEvent;
    if (button === RIGHT_BUTTON || !(target instanceof Element)) return;
    const link = target.closest("a");
    const contact = link?.closest("[data-contact]")?.getAttribute("data-contact");
    if (contact) this.#conversation.opened(contact);
  }

  async #start(): Promise<void> {
    this.#started = true;
    await this.#ask(() => this.#conversation.start(), () => void this.#start(), false);
  }

  async #startAgain(): Promise<void> {
    if (this.#waiting) return;
    this.#conversation.forget();
    this.#log.replaceChildren();
    await this.#start();
    this.#text.focus();
  }

  #sendText(): void {
    const text = this.#text.value;
    if (this.#waiting || !text.trim() || this.#sayLength() > MOST_CHARACTERS) {
      this.#text.focus();
      return;
    }
    void this.#say({ text });
  }

  #choose(pressed: Button): void {
    if (!this.#waiting) void this.#say(pressed);
  }

  async #say(said: Said): Promise<void> {
    const mine = personTurn("text" in said ? said.text : said.title);
    this.#log.append(mine);
    mine.scrollIntoView({ block: "nearest" });
    const what = "text" in said ? { text: said.text } : { choice: said.choice };
    const isAnswered = await this.#ask(
      () => this.#conversation.say(what),
      () => {
        mine.remove();
        void this.#say(said);
      },
      true,
    );
    // Only what was answered is taken out of the person's hands.
    if (isAnswered && "text" in said && this.#text.value === said.text) {
      this.#text.value = "";
      this.#sayLength();
    }
  }

  /** Asks the server, shows the answer or what to do without one. */
  async #ask(
    ask: () => Promise<Reply>,
    again: () => void,
    canJudge: boolean,
  ): Promise<boolean> {
    this.#waiting = true;
    this.#trouble.hidden = true;
    this.#send.setAttribute("aria-disabled", "true");
    const slow = setTimeout(
      () => (this.#typing.hidden = false),
      MILLISECONDS_BEFORE_TYPING,
    );
    try {
      this.#show(await ask(), canJudge);
      this.#tryingAgain = false;
      return true;
    } catch (error) {
      const isOver = error instanceof NoAnswer && error.isOver;
      if (isOver && this.#tryingAgain) setTimeout(() => this.#beginAnew(again));
      else this.#showTrouble(isOver, again);
      this.#tryingAgain = false;
      return false;
    } finally {
      clearTimeout(slow);
      this.#typing.hidden = true;
      this.#send.removeAttribute("aria-disabled");
      this.#waiting = false;
    }
  }

  /** Goes on in a new session with what could not be sent. */
  #beginAnew(again: () => void): void {
    void this.#ask(() => this.#conversation.start(), again, false).then(
      (isAnswered) => isAnswered && again(),
    );
  }

  #show(reply: Reply, canJudge: boolean): void {
    const turn = botTurn(reply, (pressed) => this.#choose(pressed));
    if (canJudge) turn.append(this.#judgement());
    this.#log.append(turn);
    // A long answer is read from its start.
    const top = turn.offsetTop - this.#log.offsetTop;
    this.#log.scrollTo({ top: canJudge ? top - 8 : 0 });
    // On a phone the page scrolls too.
    if (canJudge) this.#log.scrollIntoView({ block: "nearest" });
  }

  #judgement(): HTMLElement {
    const asked = make("div", { class: "helpful", role: "group", "aria-label": "Was this helpful?" }, [
      make("span", { "aria-hidden": "true" }, ["Was this helpful?"]),
    ]);
    const judge = (helpful: boolean) => (): void => {
      void this.#conversation.judge(helpful);
      asked.replaceChildren("Thank you.");
      this.#tell("Thank you.");
      this.#text.focus();
    };
    asked.append(button("Yes", judge(true)), button("No", judge(false)));
    return asked;
  }

  #showTrouble(isOver: boolean, again: () => void): void {
    const retry = button(isOver ? "Start again and send this" : "Try again", () => {
      this.#tryingAgain = !isOver;
      if (isOver) this.#beginAnew(again);
      else again();
    });
    this.#trouble.replaceChildren(
      make("p", {}, [
        make("strong", {}, [
          isOver
            ? "This chat has ended."
            : this.#text.value
              ? "Your message was not sent. It is still here."
              : "The chat cannot be reached just now.",
        ]),
        " If a child is in danger now, ",
        make(
          "a",
          { href: `tel:${people.emergency.phone}`, "data-contact": people.emergency.id },
          [`call ${people.emergency.phone}`],
        ),
        ".",
      ]),
      make("ul", {}, [
        ...people.helplines.map(({ id, name, phone, who }) =>
          make("li", { "data-contact": id }, [
            `${who}: ${name}, `,
            make("a", { href: `tel:${phone.replace(/\s/g, "")}` }, [phone]),
          ]),
        ),
      ]),
      retry,
    );
    this.#trouble.hidden = false;
    this.#trouble.scrollIntoView({ block: "start" });
  }

  /** Says how much is too much, and returns the length. */
  #sayLength(): number {
    const { length } = [...this.#text.value];
    const over = length - MOST_CHARACTERS;
    this.#limit.textContent =
      over > 0
        ? `Too long by ${over}. Please tell the main point in a few lines.`
        : "";
    this.#text.setAttribute("aria-invalid", String(over > 0));
    return length;
  }

  async #copy(): Promise<void> {
    const advice = [...this.#log.querySelectorAll<HTMLElement>(".turn.bot .message")];
    const text = advice.map((part) => part.innerText).join("\n\n");
    try {
      await navigator.clipboard.writeText(text);
      this.#tell("Copied.");
    } catch {
      this.#tell("Your browser did not let us copy. Select the text instead.");
    }
  }

  /** Said to a screen reader, and shown for a moment. */
  #tell(what: string): void {
    this.#status.textContent = what;
    this.#status.className = "told";
    setTimeout(() => {
      this.#status.className = "unseen";
      this.#status.textContent = "";
    }, MILLISECONDS_TOLD);
  }
}

/** Needs neither server nor model. */
function emergencyCard(): HTMLElement {
  const { emergency, more } = people;
  return make("div", { class: "emergency" }, [
    make("p", {}, [
      make("strong", {}, [
        "Child in danger now? ",
        make(
          "a",
          {
            class: "call",
            href: `tel:${emergency.phone}`,
            "data-contact": emergency.id,
          },
          [`Call ${emergency.phone}`],
        ),
      ]),
    ]),
    make("details", {}, [
      make("summary", {}, ["If you cannot speak, or need someone to talk to"]),
      make("ul", {}, [
        ...more.map((line) => make("li", {}, [line])),
        ...people.helplines.map(({ id, name, phone, who, url }) =>
          make("li", { "data-contact": id }, [
            `${who}: `,
            url ? outside(url, name) : name,
            ", ",
            make("a", { href: `tel:${phone.replace(/\s/g, "")}` }, [phone]),
          ]),
        ),
      ]),
    ]),
    make("p", { class: "about" }, [
      "This chat is a machine. It is not an emergency service.",
    ]),
  ]);
}

if (!customElements.get("safeguarding-chat")) {
  customElements.define("safeguarding-chat", SafeguardingChat);
}
